from django.db import migrations

from xushi.units.hosting import settle

HELD = {"verb": "registry.ceremony.held", "subject_kind": "registry.ceremony"}


def place(apps, schema_editor):
    """一次仪式上的项目都在一个区的，归那个区；一个项目也没有的，归登记它的重大办。"""
    alias = schema_editor.connection.alias
    ceremonies = apps.get_model("registry", "Ceremony").objects.using(alias)
    journal = apps.get_model("journal", "Event").objects.using(alias).filter(**HELD)
    took_part = ceremonies.exclude(projects=None).order_by().values_list("pk", "projects__territory__path")
    settle(apps, alias, ceremonies, took_part.distinct(), journal.values_list("subject_id", "actor"))


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0002_ceremonies_of_a_district"),
        ("journal", "0001_initial"),
    ]

    operations = [migrations.RunPython(place, migrations.RunPython.noop)]
