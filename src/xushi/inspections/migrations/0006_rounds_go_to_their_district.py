from collections import defaultdict

from django.db import migrations

from xushi.units.hosting import host_finder


def place(apps, schema_editor):
    """一次督查看的点都在一个区的，归那个区；一个点也没有的，归排它的重大办。"""
    alias = schema_editor.connection.alias
    host = host_finder(apps, alias)
    rounds = apps.get_model("inspections", "Round").objects.using(alias)
    visits = apps.get_model("inspections", "Visit").objects.using(alias)
    offices = apps.get_model("units", "Appointment").objects.using(alias).filter(role="office", ended_at=None)
    seen, planners = defaultdict(set), defaultdict(set)
    for pk, path in visits.values_list("round", "project__territory__path").distinct():
        seen[pk].add(path)
    for user, path in offices.values_list("user", "scope__path"):
        planners[user].add(path)
    for pk, planner in rounds.filter(district=None).values_list("pk", "planned_by"):
        rounds.filter(pk=pk).update(district=host(seen[pk] or planners[planner]))


class Migration(migrations.Migration):
    dependencies = [
        ("inspections", "0005_rounds_of_a_district"),
    ]

    operations = [migrations.RunPython(place, migrations.RunPython.noop)]
