from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('units', '0005_forgotten_people'),
    ]

    operations = [
        migrations.AddField(
            model_name='unit',
            name='look',
            field=models.JSONField(blank=True, default=dict, help_text='所在的区定的名称、字徽、颜色，从区抄下来；of是哪个区定的', verbose_name='样子'),
        ),
    ]
