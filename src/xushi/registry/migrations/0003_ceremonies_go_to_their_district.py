from collections import defaultdict

from django.db import migrations

from xushi.units.hosting import host_finder

HELD = {"verb": "registry.ceremony.held", "subject_kind": "registry.ceremony"}


def place(apps, schema_editor):
    """一次仪式上的项目都在一个区的，归那个区；一个项目也没有的，归登记它的重大办。"""
    alias = schema_editor.connection.alias
    host = host_finder(apps, alias)
    ceremonies = apps.get_model("registry", "Ceremony").objects.using(alias)
    offices = apps.get_model("units", "Appointment").objects.using(alias).filter(role="office", ended_at=None)
    journal = apps.get_model("journal", "Event").objects.using(alias).filter(**HELD)
    took_part, scopes = defaultdict(set), defaultdict(set)
    there = ceremonies.exclude(projects=None).order_by()
    for pk, path in there.values_list("pk", "projects__territory__path").distinct():
        took_part[pk].add(path)
    for user, path in offices.values_list("user", "scope__path"):
        scopes[user].add(path)
    writers = dict(journal.values_list("subject_id", "actor"))
    for pk in list(ceremonies.filter(district=None).values_list("pk", flat=True)):
        if district := host(took_part[pk] or scopes[writers.get(pk)]):
            ceremonies.filter(pk=pk).update(district=district)


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0002_ceremonies_of_a_district"),
        ("journal", "0001_initial"),
    ]

    operations = [migrations.RunPython(place, migrations.RunPython.noop)]
