"""Laws as data, the facts only people know, and what a law says of a situation."""

from datetime import date
from typing import Literal

import msgspec

from scanner.model.vocabulary import (
    Act,
    Capability,
    Claim,
    Force,
    LawKind,
    Met,
    Operator,
    Outcome,
    Place,
    Presence,
    Reach,
)


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """Words of a law, or of a source about it."""

    words: str
    source: str
    verified: bool
    term: str = ""
    """The law's own name for what it defines."""


class Definition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A defined term of a law."""

    term: str
    paraphrase: str
    """What it says in our words; all there is where the text was not seen."""
    words: str = ""
    """Short words as printed; empty where the text was not seen."""
    source: str
    """Where the words, or else the paraphrase, come from."""
    verified: bool = False


class Verified(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A date with what is known of it."""

    day: date | None = None
    note: str = ""
    verified: bool = False


class FactQuestion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question about the deployment that a person answers yes or no, once for every law that asks it."""

    fact: str
    """The key under `[facts]` of `deployment.toml`, in kebab-case."""
    ask: str
    yes: Reach = Reach.REACHED
    """What yes makes of it."""
    no: Reach = Reach.NOT_REACHED


class CapabilityReach(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether the definition takes in a capability, and by which words."""

    reach: Reach
    why: str
    with_recognition: bool = False
    """Reached as far as recognition is when it ships as a stage of something that identifies or verifies."""
    question: str | FactQuestion = ""
    """For an unclear reach: what a person can find out to settle it. A text alone asks how the law is to be read."""


class ActRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a law names an act."""

    reach: Reach
    presence: Presence = Presence.PRESENT
    """The weakest presence of a capability at which this act matters."""
    why: str = ""
    question: str | FactQuestion = ""
    """For an unclear act: what a person can find out to settle it. A text alone asks how the law is to be read."""
    verified: bool = False


class LawException(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An exception; a person must confirm its facts."""

    id: str
    text: str
    purposes: tuple[str, ...]
    """Purposes (kebab-case) whose statement claims it."""
    capabilities: tuple[Capability, ...]
    acts: tuple[Act, ...] = ()
    """The acts it excuses; empty: any that the law names."""
    facts_to_confirm: tuple[str, ...]
    does_not_excuse: tuple[str, ...] = ()
    source: str = ""
    verified: bool = False


class Duty(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A process or duty the law asks for."""

    id: str
    text: str
    who: str = ""
    deadline: str = ""
    verified: bool = False


class Doubt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it is open whether a law governs a kind of operator or place, and what would settle it."""

    why: str
    question: str | FactQuestion


class Law(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An ordinance or statute as data. Quotes say what was seen; `unverified` says what was not."""

    id: str
    title: str
    citation: str
    kind: LawKind
    jurisdiction: str
    """country[-state[-place]], such as `us-ma-boston`."""
    status: str
    adopted: Verified = Verified()
    effective: Verified = Verified()
    expires: Verified = Verified()
    operators: tuple[Operator, ...]
    """Kinds of operator it governs; a child satisfies its parent."""
    operator_doubts: dict[Operator, Doubt] = {}
    """Kinds of which it is open; this goes before `operators`."""
    governs: tuple[str, ...]
    does_not_govern: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    """Empty: anywhere."""
    place_doubts: dict[Place, Doubt] = {}
    place_why: str = ""
    place_question: str = ""
    purposes: tuple[str, ...] = ()
    """What it must be done for so that the law applies (kebab-case); empty: anything."""
    purpose_why: str = ""
    purpose_question: str = ""
    definitions: tuple[Definition, ...]
    reach: dict[Capability, CapabilityReach]
    reach_basis: str
    acts: dict[Act, ActRule]
    exceptions: tuple[LawException, ...] = ()
    duties: tuple[Duty, ...] = ()
    also_ask: tuple[str, ...] = ()
    """Facts that bear on the outcome and that no option states."""
    remedies: str = ""
    enforcement: str = ""
    sources: tuple[str, ...]
    confidence: Literal["high", "medium", "low"]
    """How well the text was seen."""
    unverified: tuple[str, ...] = ()


class Reading(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """How somebody who may reads a law where its text leaves something open."""

    ordinance: str
    subject: str
    """The `Capability` or the `Act` that is read to be inside or outside."""
    reach: Reach


class Checked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What somebody found out about the facts of an exception; the numbers count its list from 1."""

    exception: str
    confirmed: tuple[int, ...] = ()
    denied: tuple[int, ...] = ()


class Deployment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The facts only people know. Everything may be unstated."""

    jurisdictions: tuple[str, ...] = ()
    operator: Operator | None = None
    place: Place | None = None
    acts: tuple[Act, ...] = ()
    purposes: tuple[str, ...] = ()
    denied_purposes: tuple[str, ...] = ()
    """Purposes a person says are not those of this deployment."""
    facts: dict[str, bool] = {}
    """Answers to the laws' own questions, by the name of the fact."""
    readings: tuple[Reading, ...] = ()
    checked: tuple[Checked, ...] = ()
    as_of: date | None = None
    answered_by: str = ""
    """Who stated these facts."""
    answered_on: date | None = None


ElementName = Literal["in-force", "jurisdiction", "operator", "place", "purpose", "definition", "act"]
"""`purpose` stands only in the assessments of laws that ask for one."""


class Element(msgspec.Struct, frozen=True, kw_only=True):
    """One element of a law, asked of a situation."""

    name: ElementName
    met: Met
    reason: str


class ExceptionState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An exception as it stands for a situation; its text stands once, in the `OrdinanceText`."""

    id: str
    state: Claim
    note: str = ""
    """Why a claim fits in part only, or what was stated of its facts."""


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """A law asked of a situation under assumed facts."""

    ordinance: str
    situation: str
    assuming: dict[str, str]
    """Facts nobody stated, as they were assumed: `operator`, `jurisdiction`."""
    outcome: Outcome
    elements: tuple[Element, ...]
    exceptions: tuple[ExceptionState, ...] = ()
    questions: tuple[str, ...] = ()


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is still to be answered, and how an answer is given."""

    text: str
    key: str = ""
    """Where `deployment.toml` takes the answer: `operator`, `facts.gallery`; empty: a person finds out and keeps it."""
    answers: tuple[str, ...] = ()
    """The words it takes; empty: any, or none."""


class ExceptionText(msgspec.Struct, frozen=True, kw_only=True):
    """What a report says once of an exception."""

    id: str
    text: str
    purposes: tuple[str, ...] = ()
    """Words for `--purpose` that claim it."""
    facts_to_confirm: tuple[str, ...] = ()
    does_not_excuse: tuple[str, ...] = ()
    source: str = ""
    verified: bool = False


class OrdinanceText(msgspec.Struct, frozen=True, kw_only=True):
    """What a report says once of each law it asked."""

    id: str
    title: str
    citation: str
    jurisdiction: str
    quotes: tuple[Quote, ...]
    sources: tuple[str, ...]
    verified: str
    """How well the law's text was seen, in a sentence."""
    status: str = ""
    force: Force = Force.IN_FORCE
    """As of the day of the assessment."""
    kind: LawKind = LawKind.BAN
    confidence: str = ""
    """How well the text was seen: `high`, `medium`, `low`."""
    exceptions: tuple[ExceptionText, ...] = ()
    duties: tuple[Duty, ...] = ()
    remedies: str = ""
    enforcement: str = ""
    unverified: tuple[str, ...] = ()
