from django.db import migrations

from xushi.units.hosting import settle


def place(apps, schema_editor):
    """一次督查看的点都在一个区的，归那个区；一个点也没有的，归排它的重大办。"""
    alias = schema_editor.connection.alias
    rounds = apps.get_model("inspections", "Round").objects.using(alias)
    visits = apps.get_model("inspections", "Visit").objects.using(alias)
    seen = visits.order_by().values_list("round", "project__territory__path").distinct()
    settle(apps, alias, rounds, seen, rounds.values_list("pk", "planned_by"))


class Migration(migrations.Migration):
    dependencies = [
        ("inspections", "0005_rounds_of_a_district"),
    ]

    operations = [migrations.RunPython(place, migrations.RunPython.noop)]
