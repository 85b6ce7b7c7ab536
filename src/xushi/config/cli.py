"""xushi：唯一的命令行，薄薄一层，后面是 Django 的命令。"""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xushi.config.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    arguments = ["xushi", *(sys.argv[1:] or ["help"])]
    try:
        execute_from_command_line(arguments)
    except ImproperlyConfigured as problem:
        sys.exit(f"设置有误：{problem}")


if __name__ == "__main__":
    main()
