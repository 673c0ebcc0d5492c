"""Dates of installation, as registers of installed software write them."""

from datetime import UTC, datetime

_LAST_SECOND = 253402300799
"""Of the year 9999."""


def day_of(seconds: object) -> str:
    """`2024-05-31` for seconds since 1970, given as a number or its digits; nothing for what is no such time."""
    if isinstance(seconds, str) and len(seconds) < 13 and seconds.isdigit():
        seconds = int(seconds)
    if not isinstance(seconds, int | float) or not 0 < seconds <= _LAST_SECOND:
        return ""
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()
