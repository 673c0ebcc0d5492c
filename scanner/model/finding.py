"""Findings: a technology in a component, with the evidence; and the situations that laws are asked about."""

import msgspec

from scanner.model.vocabulary import BuildWord, Capability, CodeUse, Presence, TechnologyKind, Verdict, Weight


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was seen, where, and how a person can see it too."""

    kind: str
    """The kind of observation."""
    value: str
    """What was matched: the name, or the matched bytes made printable."""
    locator: str
    place: str
    indicator: str
    """The catalogue's pattern, as `kind: value`."""
    weight: Weight
    presence: Presence
    grants: tuple[Capability, ...] = ()
    verified: bool = True
    check: str = ""
    """A command a person can run to see it."""
    context: str = ""
    times: int = 1
    """How many equal sights this entry stands for."""


class TechnologyRef(msgspec.Struct, frozen=True, kw_only=True):
    """The technology of a finding, as much of it as a reader of the report needs."""

    id: str
    name: str
    vendor: str
    kind: TechnologyKind
    summary: str = ""
    references: tuple[str, ...] = ()


class ComponentRef(msgspec.Struct, frozen=True, kw_only=True):
    """The component of a finding."""

    id: str
    name: str
    version: str = ""
    purl: str = ""
    locator: str


class PrivacyFact(msgspec.Struct, frozen=True, kw_only=True):
    """What a component asks for that bears on faces, and who signed it: no finding, but to be read beside one."""

    name: str
    """The permission, feature or key, as the manifest spells it; `signer` and a name; `hosts`."""
    what: str
    """In plain words, to follow the component's name: `may use the camera`."""
    locator: str
    place: str


class BuildFact(msgspec.Struct, frozen=True, kw_only=True):
    """What a native file in which a technology was seen tells of how it was made: no finding either."""

    what: BuildWord
    value: str
    locator: str
    place: str


class Component(msgspec.Struct, frozen=True, kw_only=True):
    """The smallest thing a person can act on: an app, a package, a library file, an installed product."""

    id: str
    name: str
    version: str = ""
    purl: str = ""
    locator: str
    verdict: Verdict = Verdict.NONE
    publisher: str = ""
    installed_on: str = ""
    """`2024-05-31`; empty where nothing says when."""
    installed_for: str = ""
    """`system`: there for everybody on the system; `user`: for one account."""
    privacy: tuple[PrivacyFact, ...] = ()
    build: tuple[BuildFact, ...] = ()


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A technology in a component."""

    id: str
    fingerprint: str
    verdict: Verdict
    technology: TechnologyRef
    component: ComponentRef
    capabilities: tuple[Capability, ...]
    capability_presence: dict[Capability, Presence]
    presence: Presence
    confidence: float
    """0 to 1; under 0.5 a finding sets no verdict."""
    evidence: tuple[Evidence, ...]
    path: tuple[str, ...]
    """From the target to the technology, each step a name a person can find."""
    explanation: str = ""
    """Why this verdict, in a sentence or two."""
    code_use: CodeUse | None = None
    """What the code that was read does with it; None where that cannot be told, as of a network service."""
    waiver: str | None = None
    """The waiver that covers it, as a sentence; it may be about one law alone (see the report's `waivers`)."""

    def __post_init__(self) -> None:
        if not self.evidence:
            raise ValueError(f"finding {self.id} has no evidence")


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """What a law is asked about: capabilities with their presence, in components that work as one."""

    id: str
    capability_presence: dict[Capability, Presence]
    components: tuple[str, ...]
    findings: tuple[str, ...]
    """Fingerprints."""


class NotCounted(msgspec.Struct, frozen=True, kw_only=True):
    """A match that a look-alike explains."""

    locator: str
    indicator: str
    why: str
    technology: str = ""
    place: str = ""
