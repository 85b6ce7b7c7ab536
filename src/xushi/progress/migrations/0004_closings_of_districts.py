import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('progress', '0003_cells_of_districts'),
        ('units', '0006_look_of_a_district'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='monthclosing',
            name='closing_version_once',
        ),
        migrations.RemoveConstraint(
            model_name='monthclosing',
            name='one_closing_in_force',
        ),
        migrations.AddField(
            model_name='monthclosing',
            name='district',
            field=models.ForeignKey(help_text='空：全部的区一起', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='区'),
        ),
        migrations.AddField(
            model_name='monthclosing',
            name='kind',
            field=models.CharField(choices=[('own', '自己关的'), ('direct', '只是本级，不含下面的区'), ('summed', '下面各区关齐了')], default='own', max_length=8, verbose_name='哪一种'),
        ),
        migrations.AddField(
            model_name='monthclosing',
            name='parts',
            field=models.ManyToManyField(related_name='wholes', to='progress.monthclosing', verbose_name='各区的关账'),
        ),
        migrations.AddConstraint(
            model_name='monthclosing',
            constraint=models.UniqueConstraint(condition=models.Q(('district', None)), fields=('month', 'version'), name='closing_version_once'),
        ),
        migrations.AddConstraint(
            model_name='monthclosing',
            constraint=models.UniqueConstraint(condition=models.Q(('district', None), ('reopened_at', None)), fields=('month',), name='one_closing_in_force'),
        ),
        migrations.AddConstraint(
            model_name='monthclosing',
            constraint=models.UniqueConstraint(condition=models.Q(('district__isnull', False)), fields=('month', 'district', 'kind', 'version'), name='closing_version_once_a_district'),
        ),
        migrations.AddConstraint(
            model_name='monthclosing',
            constraint=models.UniqueConstraint(condition=models.Q(('district__isnull', False), ('reopened_at', None)), fields=('month', 'district', 'kind'), name='one_closing_in_force_a_district'),
        ),
    ]
