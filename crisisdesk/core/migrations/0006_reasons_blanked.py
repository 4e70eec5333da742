"""Reasons that were copied as prose into the history are blanked there; they stand in entries, which can be blanked.

Rows that hold the name of an action (`app.verb`) stay as they are. The tables of the other apps are there by now where
there is anything to blank: they have not kept reasons since.
"""

from django.db import migrations

BLANK = """
    DO $$
    DECLARE
        history text;
    BEGIN
        FOR history IN SELECT table_name FROM information_schema.columns
                       WHERE table_schema = 'public' AND column_name = 'history_change_reason' LOOP
            EXECUTE format('UPDATE public.%I SET history_change_reason = ''''
                            WHERE history_change_reason !~ ''^[a-z_]+\\.[a-z_]+$''', history);
        END LOOP;
    END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0005_pinned_seal")]

    operations = [migrations.RunSQL(BLANK, migrations.RunSQL.noop)]
