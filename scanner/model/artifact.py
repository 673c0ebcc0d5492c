"""Artifacts: the things examined inside a target, and what was read from each."""

import msgspec

from scanner.model.observation import Observation
from scanner.model.vocabulary import Cause


class Artifact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing examined inside a target."""

    locator: str
    """Nests with `!/`: `app.apk!/lib/arm64-v8a/libx.so`."""
    name: str
    """Its base name."""
    type: str
    """What it proved to be: the `Info.name` of the reader or container that knew it, `folder`, `text`, `data`."""
    size: int
    """Bytes."""
    sha256: str = ""
    """Only for artifacts that a finding names, and for file targets."""
    parent: str = ""
    """Locator of the container or folder it lies in; empty for the target itself."""
    origin: str = ""
    """Which part of its container it comes from, where the locator does not say so: the layer of a container image."""


WHITEOUT = "whiteout"
"""The type of what stands in a layer of containers to say that nothing of that name below it is seen."""


OPAQUE = ".wh..wh..opq"
"""What stands for the mark of a folder in a layer that nothing below it is seen."""


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the target that was not read, with the reason."""

    fingerprint: str = ""
    locator: str
    stage: str
    """What was being done: `open`, `list`, `read`, `bytes`, or a reader's name."""
    cause: Cause
    reason: str
    waiver: str | None = None
    """Who accepted the gap, why and until when, as a sentence; it no longer makes a scan end with status 3."""
    columns: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    """Those of a table that could be read if somebody told which of them holds what; only there."""


class ArtifactFacts(msgspec.Struct, frozen=True, kw_only=True):
    """An artifact with everything that was read from it: what workers send home and the facts store keeps."""

    artifact: Artifact
    observations: tuple[Observation, ...] = ()
    unread: tuple[Unread, ...] = ()
    oddities: tuple[str, ...] = ()
    """What is strange about it though it could be read, in whole sentences: a member's name that leads outside …"""


class Oddity(msgspec.Struct, frozen=True, kw_only=True):
    """Something strange in the target that did not keep it from being read."""

    locator: str
    what: str
