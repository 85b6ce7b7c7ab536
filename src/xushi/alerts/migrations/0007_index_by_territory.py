from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0006_alerts_name_the_leading_group'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(condition=models.Q(('cleared_at', None)), fields=['territory', 'cause', 'subject_kind', 'subject_id'], name='alert_of_territory'),
        ),
    ]
