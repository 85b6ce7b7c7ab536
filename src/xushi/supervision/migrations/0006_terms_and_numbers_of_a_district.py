import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('supervision', '0005_meetings_called_off'),
        ('units', '0002_appointment_is_head'),
    ]

    operations = [
        migrations.AddField(
            model_name='supervisionorder',
            name='series',
            field=models.ForeignKey(blank=True, help_text='定了自己的机关代字的区自编号；空着是共用的号', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='哪个区的号'),
        ),
        migrations.RemoveConstraint(
            model_name='supervisionorder',
            name='order_serial_once',
        ),
        migrations.AddConstraint(
            model_name='supervisionorder',
            constraint=models.UniqueConstraint(condition=models.Q(('serial__isnull', False), ('series__isnull', True)), fields=('year', 'serial'), name='order_serial_once'),
        ),
        migrations.AddConstraint(
            model_name='supervisionorder',
            constraint=models.UniqueConstraint(condition=models.Q(('serial__isnull', False), ('series__isnull', False)), fields=('series', 'year', 'serial'), name='order_serial_once_of_a_district'),
        ),
        migrations.AlterField(
            model_name='serial',
            name='year',
            field=models.PositiveSmallIntegerField(verbose_name='年'),
        ),
        migrations.AddField(
            model_name='serial',
            name='district',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='哪个区'),
        ),
        migrations.AddConstraint(
            model_name='serial',
            constraint=models.UniqueConstraint(condition=models.Q(('district__isnull', True)), fields=('year',), name='one_common_series'),
        ),
        migrations.AddConstraint(
            model_name='serial',
            constraint=models.UniqueConstraint(fields=('district', 'year'), name='one_series_of_a_district'),
        ),
        migrations.AddField(
            model_name='termset',
            name='district',
            field=models.ForeignKey(blank=True, help_text='空着是各区共用的；一个区的只记与上级不同的项', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='哪个区'),
        ),
        migrations.RemoveConstraint(
            model_name='meeting',
            name='one_meeting_at_a_time',
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'called_off'), _negated=True), fields=('kind', 'held_at', 'office'), name='one_meeting_at_a_time'),
        ),
    ]
