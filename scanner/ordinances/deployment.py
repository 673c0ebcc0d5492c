"""The facts only people know, from the command line or `deployment.toml`, with errors that name the allowed words."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import msgspec

from scanner.model.law import Deployment, Law
from scanner.model.vocabulary import Act, Operator, Place
from scanner.ordinances.answers import ANSWER_TABLES, checked_of, facts_of, readings_of
from scanner.ordinances.load import JURISDICTION, laws
from scanner.ordinances.stated_file import toml_of
from scanner.ordinances.stated_word import DeploymentError, meant, one_of
from scanner.ordinances.words import distinct

OTHER_PURPOSE = "other"
"""A purpose that no exception of any law names."""

_KEYS = (
    *("jurisdiction", "operator", "place", "act", "purpose", "not-purpose", "as-of"),
    *("answered-by", "answered-on", *ANSWER_TABLES),
)
_MOST_BYTES = 1 << 20
_Word = TypeVar("_Word", bound=StrEnum)


def deployment_from(
    jurisdictions: Sequence[str] | None = None,
    operator: str | None = None,
    place: str | None = None,
    acts: Sequence[str] | None = None,
    purposes: Sequence[str] | None = None,
    as_of: str | date | None = None,
    *,
    denied_purposes: Sequence[str] | None = None,
    base: Deployment | None = None,
) -> Deployment:
    """The deployment that words of the command line state. Upper case is forgiven.

    `base` holds facts of a file; what is stated here goes before it, fact by fact. Raises `DeploymentError`.
    """
    known = known_purposes(laws()) if purposes or denied_purposes else ()
    stated = Deployment(
        jurisdictions=distinct(_jurisdiction(word) for word in jurisdictions or ()),
        operator=None if operator is None else _word("operator", operator, Operator),
        place=None if place is None else _word("place", place, Place),
        acts=tuple(dict.fromkeys(_word("act", word, Act) for word in acts or ())),
        purposes=distinct(one_of("purpose", word, known) for word in purposes or ()),
        denied_purposes=distinct(one_of("purpose", word, known) for word in denied_purposes or ()),
        as_of=None if as_of is None else _day("day", as_of),
    )
    deployment = stated if base is None else _over(base, stated)
    both = sorted(set(deployment.purposes) & set(deployment.denied_purposes))
    if both:
        raise DeploymentError(f"The purpose '{both[0]}' is both stated and denied; leave one of the two out.")
    return deployment


def _over(base: Deployment, stated: Deployment) -> Deployment:
    own = {name: getattr(stated, name) for name in stated.__struct_fields__ if getattr(stated, name)}
    return msgspec.structs.replace(base, **own)


def known_purposes(among: Iterable[Law]) -> tuple[str, ...]:
    """Every purpose that these laws or their exceptions name, sorted, and `other`."""
    excused = {purpose for law in among for exception in law.exceptions for purpose in exception.purposes}
    asked = {purpose for law in among for purpose in law.purposes}
    return (*sorted(excused | asked), OTHER_PURPOSE)


def read_deployment(path: Path) -> Deployment:
    """Read a `deployment.toml`: the options' names as keys, `not-purpose`, `answered-by`, `answered-on`, and the
    tables of `answers`.

    Raises `DeploymentError`, which names the file.
    """
    facts = toml_of(path, _MOST_BYTES, DeploymentError)
    try:
        return deployment_of(facts)
    except DeploymentError as error:
        raise DeploymentError(f"{path}: {error}") from error


def deployment_of(facts: Mapping[str, object]) -> Deployment:
    """The deployment that the keys and tables of a `deployment.toml` state. Raises `DeploymentError`."""
    for key in facts:
        one_of("key", key, _KEYS)
    deployment = deployment_from(
        jurisdictions=_texts(facts, "jurisdiction"),
        operator=_text(facts, "operator"),
        place=_text(facts, "place"),
        acts=_texts(facts, "act"),
        purposes=_texts(facts, "purpose"),
        denied_purposes=_texts(facts, "not-purpose"),
        as_of=_date(facts, "as-of"),
    )
    known = laws() if any(name in facts for name in ANSWER_TABLES) else ()
    return msgspec.structs.replace(
        deployment,
        facts=facts_of(facts.get("facts", {}), known),
        readings=readings_of(facts.get("readings", {}), known),
        checked=checked_of(facts.get("exceptions", {}), known),
        answered_by=_text(facts, "answered-by") or "",
        answered_on=_date(facts, "answered-on"),
    )


def _texts(facts: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = facts.get(key, [])
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise DeploymentError(f'`{key}` must be a word or a list of words, such as {key} = ["…"].')
    return tuple(texts)


def _text(facts: Mapping[str, object], key: str) -> str | None:
    value = facts.get(key)
    if value is not None and not isinstance(value, str):
        raise DeploymentError(f'`{key}` must be one text in quotes, such as {key} = "…".')
    return value


def _date(facts: Mapping[str, object], key: str) -> date | None:
    value = facts.get(key)
    if value is None:
        return None
    if not isinstance(value, str | date):
        raise DeploymentError(f"`{key}` must be a date, such as {key} = 2026-01-31.")
    return _day(f"`{key}`", value)


def _day(what: str, value: str | date) -> date:
    if isinstance(value, date):
        return date(value.year, value.month, value.day)  # a moment of that day counts as the day
    try:
        return date.fromisoformat(value.strip())
    except ValueError as error:
        raise DeploymentError(f"The {what} '{value}' is no date; write it as 2026-01-31.") from error


def _jurisdiction(value: str) -> str:
    word = value.strip().lower()
    if JURISDICTION.fullmatch(word):
        return word
    known = tuple(dict.fromkeys(law.jurisdiction for law in laws()))
    nearest = [k for k in known if word and k.endswith(f"-{word.replace(' ', '-').replace('_', '-')}")]
    nearest = nearest or difflib.get_close_matches(word, known, n=1)
    raise DeploymentError(
        f"The jurisdiction '{value}' is not understood{meant(nearest)}; write it as country, country-state or "
        f"country-state-place, such as {', '.join(known[:2])}."
    )


def _word(what: str, value: str, among: type[_Word]) -> _Word:
    return among(one_of(what, value, tuple(str(word) for word in among)))
