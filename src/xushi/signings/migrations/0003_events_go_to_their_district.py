from django.db import migrations

from xushi.units.hosting import settle

HELD = {"verb": "signings.event.held", "subject_kind": "signings.signingevent"}


def place(apps, schema_editor):
    """一次活动上签的都落在一个区的，归那个区；一个也没签的，归记它的重大办。"""
    alias = schema_editor.connection.alias
    events = apps.get_model("signings", "SigningEvent").objects.using(alias)
    signings = apps.get_model("signings", "Signing").objects.using(alias)
    journal = apps.get_model("journal", "Event").objects.using(alias).filter(**HELD)
    landed = signings.order_by().values_list("event", "territory__path").distinct()
    settle(apps, alias, events, landed, journal.values_list("subject_id", "actor"))


class Migration(migrations.Migration):
    dependencies = [
        ("signings", "0002_events_of_a_district"),
        ("journal", "0001_initial"),
    ]

    operations = [migrations.RunPython(place, migrations.RunPython.noop)]
