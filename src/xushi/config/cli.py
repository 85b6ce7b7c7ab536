"""xushi：唯一的命令行，薄薄一层，后面是 Django 的命令。"""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xushi.config.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError, ProgrammingError

    arguments = ["xushi", *(sys.argv[1:] or ["help"])]
    try:
        execute_from_command_line(arguments)
    except ImproperlyConfigured as problem:
        sys.exit(f"设置有误：{problem}")
    except PermissionError as problem:
        sys.exit(f"没有权限写{problem.filename}。请改属主，或用 XUSHI_HOME 指到写得进的目录。")
    except (OperationalError, ProgrammingError) as problem:
        sys.exit(f"数据库不听使唤：{_first_line(problem)}。{_mend(str(problem))}")
    except BrokenPipeError:
        sys.stderr.close()  # 读的一方先走了，如 | head


def _first_line(problem: Exception) -> str:
    return (str(problem).strip().splitlines() or ["没有说明"])[0].rstrip("。.")


def _mend(words: str) -> str:
    if "no such table" in words or "does not exist" in words or "no such column" in words:
        return "多半是还没建表，请运行 xushi migrate。"
    return "请看数据库是否开着、DATABASE_URL 是否写对。"


if __name__ == "__main__":
    main()
