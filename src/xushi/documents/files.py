"""把字节给人：下载的文件名、核验过的头。"""

from urllib.parse import quote

from django.http import HttpResponse


def attachment(data: bytes, name: str, kind: str, *, inline: bool = False) -> HttpResponse:
    """A file under its own name; inline where a page shows it."""
    answer = HttpResponse(data, content_type=kind)
    shown = "inline" if inline else "attachment"
    answer["Content-Disposition"] = f"{shown}; filename*=UTF-8''{quote(name)}"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
