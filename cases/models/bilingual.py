"""Texts the organisation keeps in both languages of the desk."""

from django.db import models
from django.utils.translation import get_language


def in_reader_language(row: models.Model, field: str) -> str:
    """The text of `<field>_cs` or `<field>_en`, whichever the reader uses; the other one where it is empty."""
    czech, english = getattr(row, f"{field}_cs"), getattr(row, f"{field}_en")
    return (czech or english) if (get_language() or "cs").startswith("cs") else (english or czech)
