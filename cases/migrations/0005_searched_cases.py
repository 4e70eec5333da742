"""Cases are found by the words of their title, without accents and by base forms."""

from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import migrations, models

from crisisdesk.core.search import terms_of

BATCH = 5_000
UPDATE = """
UPDATE cases_case SET search_words = found.words
FROM unnest(%s::bigint[], %s::text[]) AS found (id, words) WHERE cases_case.id = found.id
"""


def read_titles(apps: Any, schema_editor: Any) -> None:
    """Fill the column for the cases there are; `Case.save` does it for every later one."""
    titles = list(apps.get_model("cases.Case").objects.order_by("pk").values_list("pk", "title"))
    with schema_editor.connection.cursor() as cursor:
        for start in range(0, len(titles), BATCH):
            batch = titles[start : start + BATCH]
            cursor.execute(UPDATE, [[pk for pk, _ in batch], [terms_of(title) for _, title in batch]])


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0004_withdrawing_an_offer"),
        ("core", "0003_languages"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="search_words",
            field=models.TextField(blank=True, default="", editable=False),
        ),
        migrations.AddIndex(
            model_name="case",
            index=GinIndex(SearchVector("search_words", config="simple"), name="cases_case_search"),
        ),
        migrations.RunPython(read_titles, migrations.RunPython.noop),
    ]
