"""People are rows like others: the instant an account was made has the name it has everywhere."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0003_languages")]

    operations = [
        migrations.RenameField("user", "date_joined", "created_at"),
        migrations.RenameField("historicaluser", "date_joined", "created_at"),
    ]
