"""xushi：唯一的命令行，薄薄一层，后面是 Django 的命令。"""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xushi.config.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError
    from django.db import OperationalError, ProgrammingError

    arguments = ["xushi", *(sys.argv[1:] or ["help"])]
    try:
        _execute(arguments)
    except CommandError as refusal:
        sys.stderr.write(f"{refusal}\n")
        sys.exit(refusal.returncode)
    except ImproperlyConfigured as problem:
        sys.exit(f"设置有误：{problem}")
    except PermissionError as problem:
        sys.exit(f"没有权限写{problem.filename}。请改属主，或用 XUSHI_HOME 指到写得进的目录。")
    except (OperationalError, ProgrammingError) as problem:
        sys.exit(f"数据库不听使唤：{_first_line(problem)}。{_mend(str(problem))}")
    except BrokenPipeError:
        sys.stderr.close()  # 读的一方先走了，如 | head


def _execute(arguments: list[str]) -> None:
    """Run Django's command. A refusal comes up as it is, to be said without the name of its class; whoever asks for
    a traceback gets Django's own."""
    import django
    from django.core.management import CommandError, ManagementUtility, get_commands

    if not arguments[1].startswith("-"):
        arguments[1] = arguments[1].replace("-", "_")  # camera-sim
    name = arguments[1]
    if arguments[1:] in (["help"], ["--help"], ["-h"]):
        django.setup()
        sys.stdout.write(f"{_overview()}\n")
    elif "--traceback" in arguments or name in ("help", "version") or name.startswith("-"):
        ManagementUtility(arguments).execute()
    else:
        django.setup()
        if name not in get_commands():
            raise CommandError(f"没有“{name}”这个命令。xushi help 列出全部命令。")
        ManagementUtility([arguments[0], name, "--traceback", *arguments[2:]]).execute()


def _overview() -> str:
    """The product's own commands with a line each; Django's are named by where to find them."""
    from django.core.management import get_commands, load_command_class

    own = {name: app for name, app in get_commands().items() if str(app).startswith("xushi.")}
    lines = [f"  xushi {name:<10}{load_command_class(str(own[name]), name).help}" for name in sorted(own)]
    return "\n".join(
        [*lines, "", "各命令的用法：xushi help 命令；migrate 等 Django 的命令：xushi help --commands"]
    )


def _first_line(problem: Exception) -> str:
    return (str(problem).strip().splitlines() or ["没有说明"])[0].rstrip("。.")


def _mend(words: str) -> str:
    if "no such table" in words or "does not exist" in words or "no such column" in words:
        return "多半是还没建表，请运行 xushi migrate。"
    return "请看数据库是否开着、DATABASE_URL 是否写对。"


if __name__ == "__main__":
    main()
