"""状态目录里的密钥文件：头一个要用的做好，别的等它做完整了再读。"""

import os
from pathlib import Path


def make_once(file: Path, text: str) -> bool:
    """Make the file, readable by its owner alone, whole or not at all; of several that come at once the first's stays.

    True where this one made it.
    """
    if file.exists():
        return False
    made = file.with_name(f".{file.name}-{os.getpid()}")
    made.touch(mode=0o600)
    made.write_text(text)
    try:
        os.link(made, file)
    except FileExistsError:
        return False
    finally:
        made.unlink()
    return True
