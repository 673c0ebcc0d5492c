"""A word that a person stated, held against the words that are known; errors name what may be written instead."""

import difflib
from collections.abc import Sequence

from scanner.ordinances.words import listed


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
    """`(did you mean …?)` for the nearest known words, if there are any: there are two Portlands."""
    return f" (did you mean {listed(map(_quoted, nearest), 'or')}?)" if nearest else ""


def _quoted(word: str) -> str:
    return f"'{word}'"
