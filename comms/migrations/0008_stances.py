from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0003_done_by"),
        ("comms", "0007_held_back"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="factcitation",
            options={"ordering": ("pk",), "verbose_name": "cited fact", "verbose_name_plural": "cited facts"},
        ),
        migrations.AddField(
            model_name="factcitation",
            name="stance",
            field=models.CharField(
                choices=[("assert", "asserts it"), ("deny", "denies it"), ("open", "leaves it open")],
                default="assert",
                max_length=6,
                verbose_name="what the text says of it",
            ),
        ),
        migrations.AddConstraint(
            model_name="factcitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("stance__in", ["assert", "deny", "open"])), name="comms_factcitation_stance"
            ),
        ),
    ]
