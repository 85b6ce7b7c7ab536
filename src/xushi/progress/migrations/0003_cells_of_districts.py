import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

STEP = 5  # characters of a path for each level of the tree
KEY = ('closing_id', 'provincial_stage', 'municipal_stage', 'joint_stage', 'district_stage', 'category_id')
SUMS = (
    'projects', 'total_investment', 'annual_plan', 'due_twelfths', 'cumulative', 'started', 'planned_start_this_year',
    'planned_start_by_now', 'started_of_this_year', 'started_of_by_now', 'completed', 'completed_total_investment',
    'completed_invested_to_date', 'at_least_10', 'at_least_50', 'at_least_100', 'reported',
)


def add_up(apps, schema_editor):
    """The cells of every closing there is, added up over the territories of each district."""
    units = apps.get_model('units', 'Unit').objects
    districts = dict(units.filter(kind='district').values_list('path', 'pk'))
    paths = dict(units.values_list('pk', 'path'))
    cells = apps.get_model('progress', 'SummaryCell').objects.order_by()
    model = apps.get_model('progress', 'DistrictCell')
    for closing in cells.values_list('closing_id', flat=True).distinct():
        sums = {}
        for row in cells.filter(closing_id=closing).values(*KEY, 'territory_id', *SUMS):
            path, district = paths[row['territory_id']], row['territory_id']
            for end in range(len(path), 0, -STEP):
                if path[:end] in districts:
                    district = districts[path[:end]]
                    break
            so_far = sums.setdefault((district, *(row[name] for name in KEY)), dict.fromkeys(SUMS, 0))
            for name in SUMS:
                so_far[name] += row[name]
        model.objects.bulk_create(
            [model(district_id=key[0], **dict(zip(KEY, key[1:])), **made) for key, made in sums.items()],
            batch_size=500,
        )


class Migration(migrations.Migration):

    dependencies = [
        ('progress', '0002_index_the_tabs_of_the_list'),
        ('registry', '0001_initial'),
        ('units', '0003_second_step_signed_in_emergency'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DistrictCell',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provincial_stage', models.PositiveSmallIntegerField(default=0, verbose_name='省级阶段')),
                ('municipal_stage', models.PositiveSmallIntegerField(default=0, verbose_name='市级阶段')),
                ('joint_stage', models.PositiveSmallIntegerField(default=0, verbose_name='省市阶段')),
                ('district_stage', models.PositiveSmallIntegerField(default=0, verbose_name='区级阶段')),
                ('projects', models.IntegerField(default=0)),
                ('total_investment', models.BigIntegerField(default=0)),
                ('annual_plan', models.BigIntegerField(default=0)),
                ('due_twelfths', models.BigIntegerField(default=0)),
                ('cumulative', models.BigIntegerField(default=0)),
                ('started', models.IntegerField(default=0)),
                ('planned_start_this_year', models.IntegerField(default=0)),
                ('planned_start_by_now', models.IntegerField(default=0)),
                ('started_of_this_year', models.IntegerField(default=0)),
                ('started_of_by_now', models.IntegerField(default=0)),
                ('completed', models.IntegerField(default=0)),
                ('completed_total_investment', models.BigIntegerField(default=0)),
                ('completed_invested_to_date', models.BigIntegerField(default=0)),
                ('at_least_10', models.IntegerField(default=0)),
                ('at_least_50', models.IntegerField(default=0)),
                ('at_least_100', models.IntegerField(default=0)),
                ('reported', models.IntegerField(default=0)),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.category', verbose_name='类别')),
                ('closing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='district_cells', to='progress.monthclosing', verbose_name='关账')),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='区')),
            ],
            options={
                'verbose_name': '各区的汇总',
                'constraints': [models.UniqueConstraint(fields=('closing', 'district', 'district_stage', 'municipal_stage', 'provincial_stage', 'category'), name='one_district_cell')],
            },
        ),
        migrations.RunPython(add_up, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='projectmonth',
            index=models.Index(fields=['closing', 'responsible_unit'], name='fact_closing_unit'),
        ),
        migrations.AddIndex(
            model_name='projectmonth',
            index=models.Index(condition=models.Q(('leader__isnull', False)), fields=['leader', 'closing'], name='fact_leader'),
        ),
    ]
