import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("units", "0006_look_of_a_district"),
    ]

    operations = [
        migrations.AlterField(
            model_name="unit",
            name="successor",
            field=models.ForeignKey(
                blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT,
                related_name="+", to="units.unit", verbose_name="职责承接单位",
            ),
        ),
        migrations.AddIndex(
            model_name="unit",
            index=models.Index(
                condition=models.Q(("successor__isnull", False)), fields=["successor"], name="unit_successor"
            ),
        ),
    ]  # fmt: skip
