"""Technologies: what the catalogue knows of each SDK, library, model, API or product that works on faces."""

import msgspec

from scanner.model.network import NetworkPattern
from scanner.model.vocabulary import Capability, GivesWay, IndicatorKind, Presence, TechnologyKind, Weight


class Indicator(msgspec.Struct, frozen=True, kw_only=True):
    """One pattern of a technology over one kind of observation."""

    kind: IndicatorKind
    value: str
    grants: tuple[Capability, ...] = ()
    presence: Presence | None = None
    """What a match proves; None: what the observation's own role proves."""
    weight: Weight | None = None
    """None: the usual weight of its kind (evidence/confidence)."""
    general_purpose: bool | None = None
    """None: as the technology says."""
    seen_in: str = ""
    """The real artifact it was seen in; empty means it is unverified and counts as `referenced` at most."""
    versions: str = ""
    """Condition on the version of a matched package, such as `>=4.5.4`."""
    needs: str = ""
    """`model`: counts as recognition only beside a model."""
    switches_off: bool = False
    """For a setting: it switches the technology off, so what the component only declares of it is a mention."""
    all_of: tuple["Indicator", ...] = ()
    """Further indicators that must match in the same component (`all:` in the file)."""
    size_bytes: int = 0
    """For a hash: the size of the file, so that only files of that size are hashed."""
    network: NetworkPattern | None = None
    """For a network: the pattern, of which `value` is the text."""
    note: str = ""
    line: int = 0
    """Line in the signature file."""

    @property
    def verified(self) -> bool:
        """Whether a real artifact showed it."""
        return bool(self.seen_in)


class LookAlike(msgspec.Struct, frozen=True, kw_only=True):
    """Something that looks like the technology and is not it; a match under it is kept as `not_counted`."""

    kind: str
    """`path` (a glob over the locator), or an indicator kind."""
    value: str
    why: str
    network: NetworkPattern | None = None
    line: int = 0


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """An artifact or observations that must match, and what they must give."""

    name: str = ""
    artifact_type: str = "data"
    artifact_name: str = "example"
    observations: tuple[dict[str, object], ...] = ()
    """Observations in their serialised form, each with its `kind`."""
    data: str = ""
    """Bytes (latin-1, YAML escapes) for byte patterns, as the content of an artifact of that type."""
    gives: tuple[str, ...] = ()
    """Ids of exactly the technologies that must be found; empty: this must stay silent."""
    capabilities: tuple[Capability, ...] = ()
    presence: Presence | None = None
    line: int = 0


class Technology(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the catalogue."""

    id: str
    name: str
    vendor: str
    kind: TechnologyKind
    group: str
    """The folder under signatures/ it lies in."""
    summary: str
    references: tuple[str, ...]
    capabilities: tuple[Capability, ...] = ()
    """What mere presence grants, unless an indicator grants more."""
    general_purpose: bool = False
    gives_way: GivesWay | None = None
    """It describes a sort of thing: where the same artifact, or something in the same component, is recognised by name,
    that says more and stands alone."""
    indicators: tuple[Indicator, ...]
    lookalikes: tuple[LookAlike, ...] = ()
    examples: tuple[Example, ...] = ()
    yara_source: str = ""
    """The .yar file of the same name beside the YAML, if there is one."""
    file: str = ""
    """Path of the signature below signatures/, with `/`."""
