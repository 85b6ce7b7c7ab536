import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("supervision", "0007_orders_counted"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="supervisionorder", name="order_source"),
        migrations.AlterField(
            model_name="supervisionorder",
            name="instruction",
            field=models.ForeignKey(
                blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT,
                related_name="orders", to="supervision.instruction", verbose_name="批示",
            ),
        ),
        migrations.AddIndex(
            model_name="supervisionorder",
            index=models.Index(
                condition=models.Q(("source_id__isnull", False)), fields=["source_kind", "source_id"],
                name="order_source",
            ),
        ),
        migrations.AddIndex(
            model_name="supervisionorder",
            index=models.Index(
                condition=models.Q(("instruction__isnull", False)), fields=["instruction"],
                name="order_instruction",
            ),
        ),
    ]  # fmt: skip
