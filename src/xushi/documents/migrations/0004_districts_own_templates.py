import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('documents', '0003_print_batches'),
        ('units', '0006_look_of_a_district'),
    ]

    operations = [
        migrations.AddField(
            model_name='template',
            name='district',
            field=models.ForeignKey(blank=True, help_text='空：各区共用', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='哪个区的'),
        ),
        migrations.AddField(
            model_name='template',
            name='stands_for',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.template', verbose_name='在本区代替'),
        ),
        migrations.AddConstraint(
            model_name='template',
            constraint=models.UniqueConstraint(fields=('district', 'stands_for'), name='one_template_in_place_of_another'),
        ),
        migrations.AddConstraint(
            model_name='template',
            constraint=models.CheckConstraint(condition=models.Q(('stands_for', None), ('district__isnull', False), _connector='OR'), name='only_a_district_replaces'),
        ),
    ]
