"""What the database itself sees to: a mention is of its source's brand, and the planner knows how brands differ."""

from django.db import migrations

BRAND_OF_SOURCE = migrations.RunSQL(
    """
    CREATE FUNCTION monitoring_mention_brand() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.brand_id <> (SELECT brand_id FROM monitoring_source WHERE id = NEW.source_id) THEN
            RAISE EXCEPTION 'a mention belongs to the brand of its source'
                USING ERRCODE = '23514', CONSTRAINT = 'monitoring_mention_brand_of_source';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER monitoring_mention_brand BEFORE INSERT OR UPDATE OF brand_id, source_id ON monitoring_mention
        FOR EACH ROW EXECUTE FUNCTION monitoring_mention_brand();
    """,
    "DROP TRIGGER monitoring_mention_brand ON monitoring_mention; DROP FUNCTION monitoring_mention_brand();",
)

# Brands differ widely in how much is said about them; a finer histogram keeps the stream of a quiet brand fast.
STATISTICS = migrations.RunSQL(
    "ALTER TABLE monitoring_mention ALTER COLUMN brand_id SET STATISTICS 1000;",
    "ALTER TABLE monitoring_mention ALTER COLUMN brand_id SET STATISTICS -1;",
)


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0001_initial")]
    operations = [BRAND_OF_SOURCE, STATISTICS]
