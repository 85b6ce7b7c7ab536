from datetime import UTC, datetime

from django.db import migrations

from xushi.permits import catalogue_standard as standard

AT = datetime(2018, 1, 1, tzinfo=UTC)


def load(apps, _editor):
    """Version 1 without departments: none is known before the district has its units."""
    catalogues = apps.get_model("permits", "Catalogue").objects
    if not catalogues.exists():
        made = catalogues.create(version=1, name=standard.NAME, reason=standard.REASON, published_at=AT)
        standard.write(
            made, apps.get_model("permits", "Permit"), apps.get_model("permits", "Prerequisite"), {}
        )


class Migration(migrations.Migration):
    dependencies = [("permits", "0001_catalogue_tracks_and_steps")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop, elidable=False)]
