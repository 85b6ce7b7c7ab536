from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0008_thresholds_of_a_district"),
    ]

    operations = [
        migrations.AddField(
            model_name="alert",
            name="basis",
            field=models.BigIntegerField(null=True, verbose_name="判断所据的关账"),
        ),
        migrations.AddField(
            model_name="alert",
            name="stage",
            field=models.PositiveSmallIntegerField(null=True, verbose_name="那次关账里的区级阶段"),
        ),
        migrations.AddField(
            model_name="alerttally",
            name="basis",
            field=models.BigIntegerField(null=True, verbose_name="判断所据的关账"),
        ),
        migrations.AddField(
            model_name="alerttally",
            name="stage",
            field=models.PositiveSmallIntegerField(null=True, verbose_name="那次关账里的区级阶段"),
        ),
    ]
