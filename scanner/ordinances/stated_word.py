"""A word that a person stated, held against the words that are known; errors name what may be written instead."""

import difflib
from collections.abc import Sequence


class DeploymentError(Exception):
    """A fact that cannot be understood; a sentence that says what may be written instead."""


def one_of(what: str, value: str, known: Sequence[str]) -> str:
    """The known word, upper case and spaces forgiven. Raises `DeploymentError`."""
    word = value.strip().lower()
    if word in known:
        return word
    nearest = difflib.get_close_matches(word.replace("_", "-").replace(" ", "-"), known, n=1)
    raise DeploymentError(f"The {what} '{value}' is not known{meant(nearest)}; it is one of: {', '.join(known)}.")


def meant(nearest: Sequence[str]) -> str:
    """`(did you mean …?)` for the nearest known word, if there is one."""
    return f" (did you mean '{nearest[0]}'?)" if nearest else ""
