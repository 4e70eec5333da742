"""Roles on brands hold from one instant up to another, and grants on brands hang on the role that gives them.

`btree_gist` is a trusted extension: whoever owns the database, or may CREATE in it, can install it.
"""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

import crisisdesk.core.clock
from crisisdesk.core.access.roles import ROLE_CAPABILITIES

# An end noted a moment before the beginning, or after the beginning of the next, by a request that had to wait.
STRAIGHTEN = """
UPDATE core_membership SET until = since WHERE until < since;
UPDATE core_membership AS earlier SET until = later.begin
FROM (
    SELECT id, lead(since) OVER (PARTITION BY user_id, brand_id, role ORDER BY since, id) AS begin FROM core_membership
) AS later
WHERE later.id = earlier.id AND later.begin < earlier.until;
"""


def hang_grants_on_roles(apps, schema_editor):
    """Write the grants of every role that is held."""
    membership, grant = apps.get_model("core.Membership"), apps.get_model("core.BrandGrant")
    permission = apps.get_model("auth.Permission")
    known = permission.objects.filter(content_type__app_label="core", content_type__model="brand")
    permissions = dict(known.values_list("codename", "pk"))
    grant.objects.bulk_create(
        grant(
            user_id=held.user_id,
            content_object_id=held.brand_id,
            membership=held,
            permission_id=permissions[str(capability.value)],
        )
        for held in membership.objects.filter(valid_until=None).order_by("pk")
        for capability in sorted(ROLE_CAPABILITIES[held.role])
    )


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("core", "0006_reasons_blanked"),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.RemoveConstraint("membership", "core_membership_open_once"),
        migrations.RunSQL(STRAIGHTEN, migrations.RunSQL.noop),
        migrations.RenameField("membership", "since", "valid_from"),
        migrations.RenameField("membership", "until", "valid_until"),
        migrations.RenameField("historicalmembership", "since", "valid_from"),
        migrations.RenameField("historicalmembership", "until", "valid_until"),
        migrations.AlterField(
            "membership",
            "valid_from",
            models.DateTimeField(default=crisisdesk.core.clock.now, verbose_name="valid from"),
        ),
        migrations.AlterField(
            "membership",
            "valid_until",
            models.DateTimeField(blank=True, null=True, verbose_name="valid until"),
        ),
        migrations.AlterField(
            "historicalmembership",
            "valid_from",
            models.DateTimeField(default=crisisdesk.core.clock.now, verbose_name="valid from"),
        ),
        migrations.AlterField(
            "historicalmembership",
            "valid_until",
            models.DateTimeField(blank=True, null=True, verbose_name="valid until"),
        ),
        migrations.AddConstraint(
            "membership",
            django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("user", "="),
                    ("brand", "="),
                    ("role", "="),
                    (
                        models.Func(
                            "valid_from",
                            "valid_until",
                            function="tstzrange",
                            output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="core_membership_once_at_a_time",
                violation_error_message="This person holds the role already in a part of that time. Choose other days, "
                "or change the days of the role there is.",
            ),
        ),
        migrations.AddConstraint(
            "membership",
            models.CheckConstraint(
                condition=models.Q(valid_until=None) | models.Q(valid_until__gte=models.F("valid_from")),
                name="core_membership_ends_after_it_began",
                violation_error_message="A role ends after it began; choose a later end",
            ),
        ),
        migrations.CreateModel(
            name="MembershipTimer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_at", models.DateTimeField()),
                ("lease_until", models.DateTimeField(blank=True, editable=False, null=True)),
                ("fence", models.PositiveIntegerField(default=0, editable=False)),
                ("attempts", models.PositiveIntegerField(default=0, editable=False)),
                ("done_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("dead_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("last_error", models.TextField(blank=True, editable=False)),
                ("edge", models.CharField(choices=[("begin", "begins"), ("end", "ends")], max_length=5)),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="timers", to="core.membership"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("dead_at", None), ("done_at", None)),
                        fields=["due_at"],
                        name="core_membershiptimer_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("membership", "edge"), name="core_membershiptimer_once"),
                    models.CheckConstraint(
                        condition=models.Q(("edge__in", ("begin", "end"))), name="core_membershiptimer_edge_known"
                    ),
                ],
            },
        ),
        migrations.RunSQL("DELETE FROM core_brandgrant", migrations.RunSQL.noop),
        migrations.AlterUniqueTogether("brandgrant", set()),
        migrations.AddField(
            "brandgrant",
            "membership",
            models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="grants", to="core.membership"),
        ),
        migrations.AlterUniqueTogether("brandgrant", {("membership", "permission")}),
        migrations.RunPython(hang_grants_on_roles, migrations.RunPython.noop),
        # Indexes are made last of all, which PostgreSQL refuses while foreign keys of new rows wait to be checked.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
    ]
