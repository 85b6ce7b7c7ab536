from django.db import migrations, models

OF_A_PERSON = ("person__isnull", False)


class Migration(migrations.Migration):
    dependencies = [
        ("duties", "0001_initial"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="duty", name="duty_of_person"),
        migrations.RemoveIndex(model_name="duty", name="duty_done_by_person"),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(
                condition=models.Q(("done_at", None), OF_A_PERSON), fields=["person", "due_at"],
                name="duty_of_person",
            ),
        ),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(
                condition=models.Q(("done_at__isnull", False), OF_A_PERSON), fields=["person", "-done_at"],
                name="duty_done_by_person",
            ),
        ),
    ]  # fmt: skip
