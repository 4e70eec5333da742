"""The Django app `training`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrainingConfig(AppConfig):
    """Scenarios and exercises."""

    name = "training"
    label = "training"
    verbose_name = _("Training")
