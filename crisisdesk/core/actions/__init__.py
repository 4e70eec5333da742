"""Actions: every change a person can name, with its conditions; the ones about people and tokens stand here."""

from crisisdesk.core.actions.decorator import REGISTRY, Action, action, registered

__all__ = ["REGISTRY", "Action", "action", "registered"]
