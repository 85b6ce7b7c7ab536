from collections import defaultdict

from django.db import migrations

from xushi.units.hosting import host_finder

HELD = {"verb": "signings.event.held", "subject_kind": "signings.signingevent"}


def place(apps, schema_editor):
    """一次活动上签的都落在一个区的，归那个区；一个也没签的，归记它的重大办。"""
    alias = schema_editor.connection.alias
    host = host_finder(apps, alias)
    events = apps.get_model("signings", "SigningEvent").objects.using(alias)
    signings = apps.get_model("signings", "Signing").objects.using(alias)
    offices = apps.get_model("units", "Appointment").objects.using(alias).filter(role="office", ended_at=None)
    journal = apps.get_model("journal", "Event").objects.using(alias).filter(**HELD)
    landed, scopes = defaultdict(set), defaultdict(set)
    for pk, path in signings.order_by().values_list("event", "territory__path").distinct():
        landed[pk].add(path)
    for user, path in offices.values_list("user", "scope__path"):
        scopes[user].add(path)
    writers = dict(journal.values_list("subject_id", "actor"))
    for pk in list(events.filter(district=None).values_list("pk", flat=True)):
        if district := host(landed[pk] or scopes[writers.get(pk)]):
            events.filter(pk=pk).update(district=district)


class Migration(migrations.Migration):
    dependencies = [
        ("signings", "0002_events_of_a_district"),
        ("journal", "0001_initial"),
    ]

    operations = [migrations.RunPython(place, migrations.RunPython.noop)]
