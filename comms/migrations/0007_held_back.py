from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("comms", "0006_quoted_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="historicalstatementversion",
            name="held_back",
            field=models.CharField(
                blank=True,
                choices=[
                    ("no_channel", "None of the chosen channels is open for this language"),
                    ("refuted_fact", "The text asserts a fact that has been refuted"),
                    ("confirmed_fact", "The text denies a fact that has been confirmed"),
                    ("exercise", "An exercise reaches no live channel"),
                ],
                editable=False,
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="statementversion",
            name="held_back",
            field=models.CharField(
                blank=True,
                choices=[
                    ("no_channel", "None of the chosen channels is open for this language"),
                    ("refuted_fact", "The text asserts a fact that has been refuted"),
                    ("confirmed_fact", "The text denies a fact that has been confirmed"),
                    ("exercise", "An exercise reaches no live channel"),
                ],
                editable=False,
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="statementversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("held_back__in", ["", "no_channel", "refuted_fact", "confirmed_fact", "exercise"])),
                name="comms_version_held_back",
            ),
        ),
    ]
