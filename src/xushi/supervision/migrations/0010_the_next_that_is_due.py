from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("supervision", "0009_deadlines_in_sight"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="supervisionorder",
            index=models.Index(
                condition=models.Q(("replied_at__isnull", True)), fields=["due_at", "serial"], name="order_due_next"
            ),
        ),
    ]
