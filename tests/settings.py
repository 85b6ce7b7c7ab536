"""测试用的设置：自己的状态目录，快的散列，真实的钟。"""

import atexit
import os
import shutil
import tempfile

os.environ["XUSHI_HOME"] = tempfile.mkdtemp(prefix="xushi-tests-")
os.environ.pop("XUSHI_NOW", None)
atexit.register(shutil.rmtree, os.environ["XUSHI_HOME"], ignore_errors=True)

from xushi.config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # 与真实运行一样放在文件里：几个连接、几条线程才看得见同一个库
    DATABASES["default"]["TEST"] = {"NAME": str(XUSHI_HOME / "test.sqlite3")}  # noqa: F405
# 限次只在讲它的测试里打开
XUSHI_LIMITS: dict[str, tuple[int, int]] = {}
# 错密码锁账号只在讲它的测试里打开
AXES_ENABLED = False
