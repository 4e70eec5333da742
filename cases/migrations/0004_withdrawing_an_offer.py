"""Withdrawing an offer is told apart from an offer that lapses; tokens keep the right to it under its new name."""

from django.db import migrations

RENAME = "UPDATE core_apitoken SET scopes = array_replace(scopes, '{}', '{}') WHERE scopes @> ARRAY['{}'::varchar]"
BEFORE, AFTER = "cases.lapse_offer", "cases.withdraw_offer"


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_done_by"), ("core", "0004_people_as_rows")]

    operations = [
        migrations.RunSQL(RENAME.format(BEFORE, AFTER, BEFORE), RENAME.format(AFTER, BEFORE, AFTER)),
    ]
