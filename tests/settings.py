"""测试用的设置：自己的状态目录，快的散列，真实的钟。"""

import os
import tempfile

os.environ["XUSHI_HOME"] = tempfile.mkdtemp(prefix="xushi-tests-")
os.environ.pop("XUSHI_NOW", None)

from xushi.config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
# 错密码锁账号只在讲它的测试里打开
AXES_ENABLED = False
