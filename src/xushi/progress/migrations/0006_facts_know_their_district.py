from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def as_their_closings(apps, schema_editor):
    """Facts of closings of the whole tree keep the 0; one statement for all the others."""
    facts, closings = apps.get_model('progress', 'ProjectMonth'), apps.get_model('progress', 'MonthClosing')
    of_districts = closings.objects.filter(district__isnull=False)
    facts.objects.filter(closing__in=of_districts.values('pk')).update(
        district_id=Subquery(of_districts.filter(pk=OuterRef('closing')).values('district')[:1])
    )


class Migration(migrations.Migration):

    dependencies = [
        ('progress', '0005_order_facts_by_schedule'),
    ]

    operations = [
        migrations.AddField(
            model_name='projectmonth',
            name='district_id',
            field=models.BigIntegerField(default=0, help_text='0：全部的区一起关的', verbose_name='关账的区'),
            preserve_default=False,
        ),
        migrations.RunPython(as_their_closings, migrations.RunPython.noop, elidable=False),
    ]
