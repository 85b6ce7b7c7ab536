from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("supervision", "0006_terms_and_numbers_of_a_district"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="supervisionorder", name="order_alive"),
        migrations.AddIndex(
            model_name="supervisionorder",
            index=models.Index(fields=["state", "due_at"], name="order_state_deadline"),
        ),
        migrations.AddIndex(
            model_name="supervisionorder",
            index=models.Index(
                fields=[
                    "state", "year", "due_at", "confidential", "serial", "step_due_at", "acknowledge_by",
                    "replied_at", "on_time", "lead", "issued_at", "returns", "extensions",
                ],
                name="order_counts",
            ),
        ),
    ]  # fmt: skip
