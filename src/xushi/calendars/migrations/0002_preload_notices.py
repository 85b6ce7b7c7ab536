from django.db import migrations

from xushi.calendars.preloading import preload


def load(apps, _editor):
    preload(apps.get_model("calendars", "NoticeYear"), apps.get_model("calendars", "SpecialDay"))


class Migration(migrations.Migration):
    dependencies = [("calendars", "0001_initial")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop, elidable=False)]
