"""Pages of signals and cases."""

from cases.head import case_head

__all__ = ["case_head"]
