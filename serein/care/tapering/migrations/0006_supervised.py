"""Courses under supervision: substance-use records, which are added to and never changed; a course is ended once."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import serein.foundation.rows
from serein.foundation.people.walls import Ward, rewall, wall

TABLES = ("tapering_supervisedcourse", "tapering_supervisedscore", "tapering_superviseddose")
KEEP = "".join(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM serein_app;" for table in TABLES)
END = "GRANT UPDATE (ended_at, ended_by_id, ended_why) ON tapering_supervisedcourse TO serein_app;"
GIVE_BACK = "".join(f"GRANT UPDATE, DELETE, TRUNCATE ON {table} TO serein_app;" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0009_calendar_slip"),
        ("tapering", "0005_calendar_slips"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SupervisedCourse",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("segment", models.CharField(default="substance-use", help_text="a Sight of its own", max_length=40)),
                ("regimen", models.CharField(help_text="id of the published regimen in the knowledge", max_length=60)),
                ("kind", models.CharField(max_length=20)),
                ("substance", models.CharField(max_length=40)),
                ("dose_mg", models.DecimalField(decimal_places=4, max_digits=9)),
                ("setting", models.CharField(max_length=20)),
                ("who_watches", models.CharField(max_length=300)),
                ("reasons", models.JSONField(help_text="people of a preference that are true here")),
                (
                    "despite",
                    models.CharField(blank=True, help_text="why another substance than the preferred one", max_length=300),
                ),
                (
                    "before_mg",
                    models.DecimalField(
                        decimal_places=4, help_text="the benzodiazepine taken daily before, as told", max_digits=9, null=True
                    ),
                ),
                ("knowledge_version", models.CharField(max_length=20)),
                ("at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_why", models.CharField(blank=True, max_length=300)),
                (
                    "by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("clinic", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.clinic")),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.patient"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SupervisedScore",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("segment", models.CharField(default="substance-use", help_text="a Sight of its own", max_length=40)),
                ("answers", models.JSONField()),
                ("points", models.PositiveSmallIntegerField()),
                ("band", models.CharField(max_length=40)),
                ("drowsy", models.BooleanField()),
                ("seizure", models.BooleanField()),
                (
                    "gives_mg",
                    models.DecimalField(decimal_places=4, help_text="what the regimen gave at this score", max_digits=9),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("clinic", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.clinic")),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tapering.supervisedcourse"
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.patient"),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SupervisedDose",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("segment", models.CharField(default="substance-use", help_text="a Sight of its own", max_length=40)),
                ("mg", models.DecimalField(decimal_places=4, max_digits=9)),
                ("why", models.CharField(blank=True, help_text="why it is not what the regimen gave", max_length=300)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("clinic", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.clinic")),
                (
                    "patient",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.patient"),
                ),
                (
                    "score",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tapering.supervisedscore"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="supervisedcourse",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("patient",), name="one_open_supervised_course"
            ),
        ),
        migrations.AddConstraint(
            model_name="supervisedcourse",
            constraint=models.CheckConstraint(condition=models.Q(("dose_mg__gt", 0)), name="a_supervised_dose_is_above_zero"),
        ),
        migrations.AddConstraint(
            model_name="superviseddose",
            constraint=models.CheckConstraint(condition=models.Q(("mg__gte", 0)), name="no_negative_supervised_dose"),
        ),
        *(step for table in TABLES for step in (wall(table), rewall(table, Ward("record", segment="segment")))),
        migrations.RunSQL(KEEP + END, GIVE_BACK),
    ]
