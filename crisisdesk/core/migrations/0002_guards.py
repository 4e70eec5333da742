"""What the database itself sees to: the installation's chain, the seal of events, entries that are only blanked."""

from django.db import migrations

from crisisdesk.core.log.migration_sql import GUARD_ENTRIES, SEAL_EVENTS, freeze_sql


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            INSERT INTO core_chain (id, uuid, head_seq, head_hash) VALUES (1, gen_random_uuid(), 0, '');
            SELECT setval(pg_get_serial_sequence('core_chain', 'id'), 1);
            """,
            "DELETE FROM core_chain WHERE id = 1",
        ),
        SEAL_EVENTS,
        freeze_sql("core_event"),
        freeze_sql("core_eventseal"),
        GUARD_ENTRIES,
    ]
