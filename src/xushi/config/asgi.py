"""ASGI 入口：实时通道将来站在 Django 前面，其余都归 Django。"""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xushi.config.settings")
application = get_asgi_application()
