"""附件放在 S3 一类的对象存储里（XUSHI_S3_BUCKET）：出了错是 OSError，与磁盘一样。只有设了它才用得到这里。"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

# 连不上就快些说，读写慢的等；不加新式的校验头，各家的兼容存储都认
PATIENCE = {"connect_timeout": 5, "read_timeout": 30, "retries": {"max_attempts": 3, "mode": "standard"}}
PLAIN = {"request_checksum_calculation": "when_required", "response_checksum_validation": "when_required"}


class Uploads(S3Storage):  # type: ignore[misc]
    """Nobody but this product reads from the bucket: files go out through views that ask who may see them."""

    def __init__(self, **options: Any) -> None:
        style = options.pop("addressing_style", "path")
        known = Config(signature_version="s3v4", s3={"addressing_style": style}, **PATIENCE, **PLAIN)
        super().__init__(client_config=known, default_acl=None, file_overwrite=False, **options)

    def _open(self, name: str, mode: str = "rb") -> Any:
        with _as_of_a_disk():
            held = super()._open(name, mode)
            if "r" in mode:
                held.file  # noqa: B018 - fetched here, where a problem can be told
            return held

    def _save(self, name: str, content: Any) -> str:
        with _as_of_a_disk():
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        with _as_of_a_disk():
            super().delete(name)

    def exists(self, name: str) -> bool:
        with _as_of_a_disk():
            return bool(super().exists(name))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        with _as_of_a_disk():
            folders, files = super().listdir(path)
            return folders, files

    def held(self) -> Iterator[tuple[str, int, str]]:
        """Name, bytes and ETag of every object under the prefix of this installation."""
        prefix = f"{self.location.strip('/')}/".lstrip("/")
        with _as_of_a_disk():
            for one in self.bucket.objects.filter(Prefix=prefix):
                if name := one.key.removeprefix(prefix):
                    yield name, one.size, one.e_tag

    @contextmanager
    def streamed(self, name: str) -> Iterator[Any]:
        """The object as it comes, in pieces; whole to its announced length, or an OSError."""
        with _as_of_a_disk():
            try:
                body = self.bucket.Object(self._normalize_name(name)).get()["Body"]
            except ClientError as problem:
                if problem.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                    raise FileNotFoundError(f"桶里没有{name}。") from problem
                raise
            with closing(body):
                yield body


@contextmanager
def _as_of_a_disk() -> Iterator[None]:
    try:
        yield
    except (Boto3Error, BotoCoreError, ClientError) as problem:
        raise OSError(f"对象存储出错：{problem}") from problem
