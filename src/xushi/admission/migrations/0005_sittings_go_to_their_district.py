from django.db import migrations

from xushi.units.hosting import settle


def place(apps, schema_editor):
    """一次会审排过、定过的申请都在一个区的，归那个区；一件也没有的还是共用。"""
    alias = schema_editor.connection.alias
    sittings = apps.get_model("admission", "Sitting").objects.using(alias)
    applications = apps.get_model("admission", "Application").objects.using(alias).exclude(sitting=None)
    decisions = apps.get_model("admission", "Decision").objects.using(alias).exclude(sitting=None)
    settle(apps, alias, sittings, [
        *applications.order_by().values_list("sitting", "territory__path").distinct(),
        *decisions.order_by().values_list("sitting", "application__territory__path").distinct(),
    ])  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("admission", "0004_sittings_of_a_district"),
    ]

    operations = [migrations.RunPython(place, migrations.RunPython.noop)]
