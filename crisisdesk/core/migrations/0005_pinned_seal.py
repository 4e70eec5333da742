"""The function that seals events gets its fixed search path where it was installed without one.

The rights to make tables and functions are taken from the application after every `migrate`, and so after this one.
"""

from django.db import migrations

from crisisdesk.core.log.migration_sql import SEAL_FUNCTION


class Migration(migrations.Migration):
    dependencies = [("core", "0004_people_as_rows")]

    operations = [migrations.RunSQL(SEAL_FUNCTION, migrations.RunSQL.noop)]
