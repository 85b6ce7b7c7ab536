"""写下消息也按门铃：见 journal 的 0002。"""

from typing import Any

from django.db import migrations

RING = "CREATE TRIGGER xushi_ring AFTER INSERT ON notices_notice FOR EACH STATEMENT EXECUTE FUNCTION xushi_ring();"
QUIET = "DROP TRIGGER xushi_ring ON notices_notice;"


def ring(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(RING, params=None)


def quiet(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(QUIET, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0001_keep_what_each_reader_hears"),
        ("journal", "0002_ring_when_something_is_recorded"),
    ]
    operations = [migrations.RunPython(ring, quiet)]
