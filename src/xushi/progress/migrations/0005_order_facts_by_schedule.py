from django.conf import settings
from django.db import migrations, models
from django.db.models.expressions import CombinedExpression
from django.db.models.functions.comparison import Cast, NullIf


class Migration(migrations.Migration):

    dependencies = [
        ('progress', '0004_closings_of_districts'),
        ('registry', '0001_initial'),
        ('units', '0006_look_of_a_district'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='projectmonth',
            name='ahead',
            field=models.GeneratedField(db_persist=True, expression=models.Case(models.When(models.Q(('started', False), models.Q(('start_month', None), ('start_month__gt', models.F('month')), _connector='OR')), then=models.Value(None)), default=CombinedExpression(CombinedExpression(CombinedExpression(models.F('cumulative'), '*', models.Value(12.0)), '-', models.F('due_twelfths')), '/', NullIf(Cast(models.F('annual_plan'), models.FloatField()), models.Value(0.0))), output_field=models.FloatField()), output_field=models.FloatField()),
        ),
        migrations.AddIndex(
            model_name='projectmonth',
            index=models.Index(fields=['month', 'district_stage', 'ahead', 'id', 'closing'], name='fact_slowest'),
        ),
        migrations.AddIndex(
            model_name='projectmonth',
            index=models.Index(condition=models.Q(('started', False)), fields=['month', 'district_stage', 'start_month', 'closing', 'territory', 'responsible_unit'], name='fact_to_start'),
        ),
    ]
