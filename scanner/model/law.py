"""Laws as data, the facts only people know, and what a law says of a situation."""

from datetime import date

import msgspec

from scanner.model.vocabulary import Act, Capability, Met, Operator, Outcome, Place, Presence, Reach


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """Words of a law, or of a source about it."""

    words: str
    source: str
    verified: bool


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """A date with what is known of it."""

    day: date | None = None
    note: str = ""
    verified: bool = False


class CapabilityReach(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the definition takes in a capability, and by which words."""

    reach: Reach
    why: str
    with_recognition: bool = False
    """Reached when it ships as a stage of something that identifies or verifies."""


class ActRule(msgspec.Struct, frozen=True, kw_only=True):
    """An act the law names."""

    reach: Reach
    presence: Presence
    """The weakest presence of a capability at which this act matters."""
    why: str = ""
    verified: bool = False


class LawException(msgspec.Struct, frozen=True, kw_only=True):
    """An exception; a person must confirm its facts."""

    id: str
    text: str
    purposes: tuple[str, ...]
    """Purposes (kebab-case) whose statement claims it."""
    capabilities: tuple[Capability, ...]
    facts_to_confirm: tuple[str, ...]
    does_not_excuse: tuple[str, ...] = ()
    source: str = ""
    verified: bool = False


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """A process or duty the law asks for."""

    id: str
    text: str
    who: str = ""
    deadline: str = ""
    verified: bool = False


class Law(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An ordinance or statute as data. Quotes say what was seen; `unverified` says what was not."""

    id: str
    title: str
    citation: str
    kind: str
    """`ban`, `restriction`, `duty` …; a `duty` asks for something rather than forbids."""
    jurisdiction: str
    """country[-state[-place]], such as `us-ma-boston`."""
    status: str
    adopted: Verified = Verified()
    effective: Verified = Verified()
    expires: Verified = Verified()
    operators: tuple[Operator, ...]
    governs: tuple[str, ...]
    does_not_govern: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    """Empty: anywhere."""
    place_why: str = ""
    definitions: tuple[Quote, ...]
    reach: dict[Capability, CapabilityReach]
    reach_basis: str
    acts: dict[Act, ActRule]
    exceptions: tuple[LawException, ...] = ()
    duties: tuple[Duty, ...] = ()
    remedies: str = ""
    enforcement: str = ""
    sources: tuple[str, ...]
    confidence: str
    """`high`, `medium` or `low`: how well the text was seen."""
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


class Element(msgspec.Struct, frozen=True, kw_only=True):
    """One element of a law, asked of a situation."""

    name: str
    """`in-force`, `jurisdiction`, `operator`, `place`, `definition`, `act`."""
    met: Met
    reason: str


class ExceptionState(msgspec.Struct, frozen=True, kw_only=True):
    """An exception as it stands for a situation."""

    id: str
    text: str
    state: str
    """`claimed` (a stated purpose fits), `denied`, `unclaimed`."""
    facts_to_confirm: tuple[str, ...]
    does_not_excuse: tuple[str, ...] = ()
    verified: bool = False


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """A law asked of a situation under assumed facts."""

    ordinance: str
    situation: str
    assuming: dict[str, str]
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
    unverified: tuple[str, ...] = ()
