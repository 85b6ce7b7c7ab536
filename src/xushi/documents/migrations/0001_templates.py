from datetime import UTC, datetime

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from xushi.documents.builtin import REASON, shipped

AT = datetime(2018, 1, 1, tzinfo=UTC)


def load(apps, _editor):
    """The templates that are shipped, each as its version 1."""
    templates = apps.get_model("documents", "Template").objects
    versions = apps.get_model("documents", "TemplateVersion").objects
    for place, one in shipped():
        made = templates.create(
            code=one.code, name=one.name, kind=one.kind, subject=one.subject, about=one.about, place=place
        )
        versions.create(template=made, number=1, source=one.source, reason=REASON, at=AT)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Template",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=40, unique=True, verbose_name="代号")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("report", "报告"),
                            ("bulletin", "通报"),
                            ("sheet", "情况表"),
                            ("brief", "调研材料"),
                            ("meeting", "会议材料"),
                            ("other", "其他"),
                        ],
                        max_length=12,
                        verbose_name="文种",
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        choices=[
                            ("month", "一个月"),
                            ("unit", "一家单位"),
                            ("project", "一个项目"),
                            ("meeting", "一次会议"),
                        ],
                        default="month",
                        max_length=12,
                        verbose_name="写什么",
                    ),
                ),
                ("about", models.CharField(blank=True, max_length=200, verbose_name="用来做什么")),
                ("place", models.PositiveSmallIntegerField(default=100, verbose_name="次序")),
            ],
            options={
                "verbose_name": "公文模板",
                "ordering": ["place", "pk"],
            },
        ),
        migrations.CreateModel(
            name="TemplateDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("base", models.PositiveIntegerField(verbose_name="照哪一版改的")),
                ("source", models.TextField(blank=True, verbose_name="底稿")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="为什么改")),
                ("at", models.DateTimeField(verbose_name="时间")),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="documents.template",
                        verbose_name="模板",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="谁",
                    ),
                ),
            ],
            options={
                "verbose_name": "模板草稿",
                "constraints": [
                    models.UniqueConstraint(fields=("template", "user"), name="template_draft_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="TemplateVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="第几版")),
                ("source", models.TextField(verbose_name="底稿")),
                ("reason", models.CharField(max_length=200, verbose_name="为什么改")),
                ("at", models.DateTimeField(verbose_name="时间")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="谁",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="documents.template",
                        verbose_name="模板",
                    ),
                ),
            ],
            options={
                "verbose_name": "模板版本",
                "ordering": ["template", "-number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("template", "number"), name="template_version_number_once"
                    )
                ],
            },
        ),
        migrations.RunPython(load, migrations.RunPython.noop, elidable=False),
    ]
