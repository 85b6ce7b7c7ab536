"""有了新的一笔就按门铃（PostgreSQL 的 NOTIFY）；SQLite 没有这个，照旧隔一会儿去看。"""

from typing import Any

from django.db import migrations

RING = """
CREATE FUNCTION xushi_ring() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_notify('xushi', ''); RETURN NULL; END $$;
CREATE TRIGGER xushi_ring AFTER INSERT ON journal_event FOR EACH STATEMENT EXECUTE FUNCTION xushi_ring();
"""
QUIET = "DROP TRIGGER xushi_ring ON journal_event; DROP FUNCTION xushi_ring();"


def ring(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(RING, params=None)


def quiet(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(QUIET, params=None)


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [migrations.RunPython(ring, quiet)]
