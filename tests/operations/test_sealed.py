"""封好的文件：原样读回；密钥不对、截短、改一个字节、换了次序，各有一句话。"""

import io
import secrets
from pathlib import Path

import pytest

from xushi.operations import keys
from xushi.operations.sealed import CHUNK, FOOTER, HEADER, TAG, Opener, Sealer, Unreadable

KEY, OTHER = secrets.token_bytes(32), secrets.token_bytes(32)
SALT = b"s" * 16


def sealed(data: bytes, key: bytes = KEY) -> bytes:
    out = io.BytesIO()
    sealer = Sealer(out, lambda _: key, SALT)
    for start in range(0, len(data), 300_000):
        sealer.write(data[start : start + 300_000])
    sealer.close()
    return out.getvalue()


def opened(data: bytes, key: bytes = KEY) -> bytes:
    source = Opener(io.BytesIO(data), lambda _: key, name="甲.backup")
    parts = []
    while part := source.read(70_000):
        parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize("length", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + CHUNK - 3])
def test_what_goes_in_comes_out(length: int) -> None:
    plain = secrets.token_bytes(length)
    closed = sealed(plain)
    assert opened(closed) == plain
    assert Opener(io.BytesIO(closed), lambda _: KEY, name="甲").read() == plain
    if length >= 16:
        assert plain[:16] not in closed


def test_another_key_is_said_so() -> None:
    with pytest.raises(Unreadable, match=r"甲\.backup不是用这把密钥封的"):
        opened(sealed(b"x"), OTHER)


@pytest.mark.parametrize("left", [HEADER + 5, HEADER + CHUNK + TAG, -1, -FOOTER])
def test_a_cut_file_is_said_so(left: int) -> None:
    whole = sealed(secrets.token_bytes(2 * CHUNK + 5))
    with pytest.raises(Unreadable, match="末尾不见了"):
        opened(whole[:left])


def test_what_is_no_backup_is_said_so() -> None:
    with pytest.raises(Unreadable, match="不是序时封的备份文件"):
        opened(b"PK\x03\x04" + bytes(200))
    with pytest.raises(Unreadable, match="只剩个开头"):
        opened(sealed(b"x")[:20])


@pytest.mark.parametrize(
    ("at", "place"), [(HEADER, 1), (HEADER + CHUNK + TAG + 9, 2), (-FOOTER - 1, 3), (45, 1)]
)
def test_one_changed_byte_is_found_where_it_is(at: int, place: int) -> None:
    whole = bytearray(sealed(secrets.token_bytes(2 * CHUNK + 5)))
    whole[at] ^= 1
    with pytest.raises(Unreadable, match=f"被改动过或盘上坏了（第{place}段）"):
        opened(bytes(whole))


def test_chunks_cannot_change_places_nor_be_left_out() -> None:
    whole = sealed(bytes(3 * CHUNK))
    step = CHUNK + TAG
    one, two = whole[HEADER : HEADER + step], whole[HEADER + step : HEADER + 2 * step]
    with pytest.raises(Unreadable, match="第1段"):
        opened(whole[:HEADER] + two + one + whole[HEADER + 2 * step :])
    left_out = whole[:HEADER] + one + whole[HEADER + 2 * step : -8] + (2 * CHUNK).to_bytes(8, "big")
    with pytest.raises(Unreadable, match="第2段"):
        opened(left_out)


def test_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(keys.NoKey, match="没有密钥文件"):
        keys.to_open(tmp_path)
    assert keys.make_file(tmp_path) and not keys.make_file(tmp_path)
    assert (tmp_path / keys.FILE).stat().st_mode & 0o777 == 0o600
    assert len(keys.to_open(tmp_path)(SALT)) == 32
    (tmp_path / "bad").write_text("abc")
    with pytest.raises(keys.NoKey, match="不是备份的密钥"):
        keys.to_open(tmp_path, tmp_path / "bad")
    monkeypatch.setenv(keys.PASSPHRASE, "太短")
    with pytest.raises(keys.NoKey, match="至少12个字符"):
        keys.to_open(tmp_path)
    monkeypatch.setenv(keys.PASSPHRASE, "一句够长的口令，谁也猜不到")
    assert keys.to_open(tmp_path)(SALT) != keys.to_open(tmp_path)(b"t" * 16)
