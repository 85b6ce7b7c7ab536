from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("alerts", "0009_tally_by_what_was_judged"),
        ("units", "0006_look_of_a_district"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="alerttally",
            index=models.Index(fields=["cause", "level", "territory", "open"], name="tally_cause"),
        ),
        migrations.AddIndex(
            model_name="alerttally",
            index=models.Index(fields=["territory", "cause", "level", "open"], name="tally_place"),
        ),
    ]
