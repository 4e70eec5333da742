"""How long and how far away, in few signs that read alike in Czech and English. Without Django."""

from datetime import timedelta

_NBSP = "\u00a0"
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_LONG = 2 * _DAY


def short(length: timedelta) -> str:
    """`40 s`, `3 min`, `1 h 20 min`, `26 h`, `3 d`; negative lengths read as positive ones."""
    seconds = abs(round(length.total_seconds()))
    if seconds < _MINUTE:
        return f"{seconds}{_NBSP}s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE}{_NBSP}min"
    if seconds < _LONG:
        hours, minutes = seconds // _HOUR, seconds % _HOUR // _MINUTE
        return f"{hours}{_NBSP}h {minutes}{_NBSP}min" if minutes else f"{hours}{_NBSP}h"
    return f"{seconds // _DAY}{_NBSP}d"


def countdown(length: timedelta) -> str:
    """`4:07` below an hour, `1 h 20 min` above; the figure of a running clock."""
    seconds = abs(round(length.total_seconds()))
    return f"{seconds // _MINUTE}:{seconds % _MINUTE:02d}" if seconds < _HOUR else short(length)
