"""Web processes are told when a post appears or changes, so that they drop the pages they keep."""

from django.db import migrations

TELL = migrations.RunSQL(
    """
    CREATE FUNCTION comms_newsroom_tell() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('comms_newsroom', '');
        RETURN NULL;
    END $$;
    CREATE TRIGGER comms_newsroom_tell AFTER INSERT OR UPDATE ON comms_newsroompost
        FOR EACH STATEMENT EXECUTE FUNCTION comms_newsroom_tell();
    """,
    "DROP TRIGGER comms_newsroom_tell ON comms_newsroompost; DROP FUNCTION comms_newsroom_tell();",
)


class Migration(migrations.Migration):
    dependencies = [("comms", "0011_template_contributors_guards")]

    operations = [TELL]
