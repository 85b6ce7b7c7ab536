import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('problems', '0003_problem_form_once'),
        ('units', '0006_look_of_a_district'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='problemclass',
            name='district',
            field=models.ForeignKey(blank=True, help_text='空：各区共用', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='哪个区的'),
        ),
        migrations.AddConstraint(
            model_name='problemclass',
            constraint=models.CheckConstraint(condition=models.Q(('district', None), ('parent__isnull', False), _connector='OR'), name='upper_storey_is_common'),
        ),
        migrations.CreateModel(
            name='ClassAside',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('problem_class', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='asides', to='problems.problemclass', verbose_name='类别')),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='区')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='谁')),
                ('at', models.DateTimeField(verbose_name='时间')),
            ],
            options={
                'verbose_name': '本区不用的类别',
                'constraints': [models.UniqueConstraint(fields=('problem_class', 'district'), name='class_aside_once')],
            },
        ),
    ]
