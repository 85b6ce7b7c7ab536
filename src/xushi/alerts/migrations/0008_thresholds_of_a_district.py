import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0007_index_by_territory'),
        ('units', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='thresholdset',
            name='district',
            field=models.ForeignKey(blank=True, help_text='空着是各区共用的；一个区的只记与上级不同的项', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='哪个区'),
        ),
    ]
