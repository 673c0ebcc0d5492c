"""Laws as data, the facts only people know, and what a law says of a situation."""

from datetime import date
from typing import Literal

import msgspec

from scanner.model.vocabulary import Act, Capability, Claim, LawKind, Met, Operator, Outcome, Place, Presence, Reach


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


class CapabilityReach(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether the definition takes in a capability, and by which words."""

    reach: Reach
    why: str
    with_recognition: bool = False
    """Reached as far as recognition is when it ships as a stage of something that identifies or verifies."""
    question: str = ""
    """For an unclear reach: what a person can find out to settle it."""


class ActRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a law names an act."""

    reach: Reach
    presence: Presence = Presence.PRESENT
    """The weakest presence of a capability at which this act matters."""
    why: str = ""
    question: str = ""
    """For an unclear act: what a person can find out to settle it."""
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
    question: str


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


class Deployment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The facts only people know. Everything may be unstated."""

    jurisdictions: tuple[str, ...] = ()
    operator: Operator | None = None
    place: Place | None = None
    acts: tuple[Act, ...] = ()
    purposes: tuple[str, ...] = ()
    denied_purposes: tuple[str, ...] = ()
    """Purposes a person says are not those of this deployment."""
    as_of: date | None = None
    answered_by: str = ""
    """Who stated these facts."""
    answered_on: date | None = None


ElementName = Literal["in-force", "jurisdiction", "operator", "place", "definition", "act"]


class Element(msgspec.Struct, frozen=True, kw_only=True):
    """One element of a law, asked of a situation."""

    name: ElementName
    met: Met
    reason: str


class ExceptionState(msgspec.Struct, frozen=True, kw_only=True):
    """An exception as it stands for a situation."""

    id: str
    text: str
    state: Claim
    facts_to_confirm: tuple[str, ...]
    does_not_excuse: tuple[str, ...] = ()
    note: str = ""
    """Why a claim fits in part only."""
    verified: bool = False


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
    duties: tuple[Duty, ...] = ()
    remedies: str = ""
    enforcement: str = ""
    unverified: tuple[str, ...] = ()
