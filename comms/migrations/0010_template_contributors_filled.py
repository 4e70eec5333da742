"""Whose words are in the versions of templates that are there: read from the history once, and never again."""

from typing import Any, ClassVar

from django.db import migrations


def same_words(new: str, old: str) -> bool:
    """Whether a text is the other one, spaces aside."""
    return bool(new.strip()) and new.split() == old.split()


def fill(apps: Any, schema_editor: Any) -> None:
    """Everybody who saved a version as a draft has words in it; so has whoever had words in the version it began as.

    Whoever returned a version for changes saved it as a draft too, and wrote nothing.
    """
    version_model, history = (
        apps.get_model("comms", "TemplateVersion"),
        apps.get_model("comms", "HistoricalTemplateVersion"),
    )
    contributor = apps.get_model("comms", "TemplateContributor")
    found: dict[int, dict[int, Any]] = {}
    before: dict[tuple[int, str], Any] = {}
    for version in version_model.objects.order_by("template_id", "language", "number"):
        rows = list(history.objects.filter(id=version.pk).order_by("history_date", "history_id"))
        people = {version.author_id: version.created_at}
        state = "draft"
        for row in rows:
            if row.state == state == "draft" and row.history_user_id is not None:
                people.setdefault(row.history_user_id, row.history_date)
            state = row.state
        parent = before.get((version.template_id, version.language))
        began = next(((row.title, row.text) for row in rows if row.state == "draft"), ("", ""))
        if parent is not None and any(map(same_words, began, (parent.title, parent.text))):
            people = {**found[parent.pk], **people}
        found[version.pk], before[version.template_id, version.language] = people, version
        contributor.objects.bulk_create(
            contributor(version=version, user_id=user, since=since) for user, since in people.items()
        )


class Migration(migrations.Migration):
    dependencies: ClassVar[Any] = [("comms", "0009_template_contributors")]
    operations: ClassVar[Any] = [migrations.RunPython(fill, migrations.RunPython.noop)]
