"""一个本机的 S3（moto）：附件放对象存储的测试用它。"""

import os
from collections.abc import Iterator
from functools import cache
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings

KEYS = {"access_key": "test", "secret_key": "test-test", "region_name": "us-east-1"}


@cache
def server() -> str:
    """Its address; one for the process, gone with it."""
    from moto.server import ThreadedMotoServer

    started = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    started.start()
    host, port = started.get_host_and_port()
    return f"http://{host}:{port}"


@pytest.fixture
def bucket(settings: LazySettings, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """All uploads go to a new bucket; at the end none has been left on the disk."""
    import boto3

    monkeypatch.setitem(os.environ, "NO_PROXY", "127.0.0.1")
    endpoint, name = server(), f"xushi-{uuid4().hex[:8]}"
    made = boto3.resource(
        "s3", endpoint_url=endpoint, region_name=KEYS["region_name"],
        aws_access_key_id=KEYS["access_key"], aws_secret_access_key=KEYS["secret_key"],
    ).create_bucket(Bucket=name)  # fmt: skip
    options = KEYS | {"bucket_name": name, "endpoint_url": endpoint, "location": "附件"}
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "xushi.kit.s3.Uploads", "OPTIONS": options}
    }
    settings.XUSHI_S3 = options
    settings.MEDIA_ROOT = tmp_path / "uploads"
    yield made
    assert not list((tmp_path / "uploads").rglob("*.*"))


def keys_of(bucket: Any) -> list[str]:
    """What lies in the bucket, without the prefix of this installation."""
    return sorted(one.key.removeprefix("附件/") for one in bucket.objects.all())
