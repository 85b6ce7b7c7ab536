from collections import defaultdict

from django.db import migrations

from xushi.units.hosting import host_finder


def place(apps, schema_editor):
    """一次会审排过、定过的申请都在一个区的，归那个区；一件也没有的还是共用。"""
    alias = schema_editor.connection.alias
    host = host_finder(apps, alias)
    sittings = apps.get_model("admission", "Sitting").objects.using(alias)
    applications = apps.get_model("admission", "Application").objects.using(alias)
    decisions = apps.get_model("admission", "Decision").objects.using(alias)
    held = defaultdict(set)
    for rows, column in ((applications, "territory__path"), (decisions, "application__territory__path")):
        for pk, path in rows.exclude(sitting=None).order_by().values_list("sitting", column).distinct():
            held[pk].add(path)
    for pk in list(sittings.filter(district=None).values_list("pk", flat=True)):
        if district := host(held[pk]):
            sittings.filter(pk=pk).update(district=district)


class Migration(migrations.Migration):
    dependencies = [
        ("admission", "0004_sittings_of_a_district"),
    ]

    operations = [migrations.RunPython(place, migrations.RunPython.noop)]
