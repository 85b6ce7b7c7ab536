"""WSGI 入口，给偏好 gunicorn 一类服务器的运维。"""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xushi.config.settings")
application = get_wsgi_application()

from xushi.config.rooms import load_all  # noqa: E402 - models are there only from here on

load_all()
