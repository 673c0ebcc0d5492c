"""Remembering: the facts of a file under a digest of its bytes, in two halves that age differently.

The structure half (what readers and containers say) changes with the readers; the pattern half (byte hits, and what
slow readers say of files in which a telling word stands) changes with the signatures too.
"""

from collections.abc import Sequence

import msgspec

from scanner.catalogue.rules import ByteRules
from scanner.engine.budget import Limits
from scanner.engine.cache import digest
from scanner.engine.known import containers, readers
from scanner.model.artifact import Artifact, ArtifactFacts, Unread
from scanner.model.observation import Observation

ENGINE_VERSION = 4
"""Raised whenever the engine itself makes other facts of the same bytes."""


class Found(msgspec.Struct, frozen=True, array_like=True):
    """What was read of one artifact, in its two halves. The locator is relative to the file: `""`, `!/x/y.so`."""

    artifact: Artifact
    structure: tuple[Observation, ...] = ()
    patterns: tuple[Observation, ...] = ()
    unread: tuple[Unread, ...] = ()
    oddities: tuple[str, ...] = ()


Halves = tuple[bytes | None, bytes | None]

_encoder = msgspec.msgpack.Encoder()
_structure_decoder = msgspec.msgpack.Decoder(list[Found])
_pattern_decoder = msgspec.msgpack.Decoder(dict[str, tuple[Observation, ...]])


class Keys:
    """Makes the keys under which facts are kept."""

    def __init__(self, rules: ByteRules, limits: Limits, context_bytes: int) -> None:
        infos = [*(reader.INFO for reader in readers()), *(container.INFO for container in containers())]
        versions = [f"{info.name} {info.version}" for info in infos]
        self._structure = digest(str(ENGINE_VERSION), *versions, _encoder.encode(limits))
        self._patterns = digest(self._structure, rules.digest, str(context_bytes))
        self.nothing = self._patterns[:8]
        """Stands for the facts of a file in which nothing was found, by these readers and signatures."""

    def of(self, content: bytes, name: str, part: tuple[int, int], told: Sequence[str] = ()) -> tuple[bytes, bytes]:
        """The keys of a file's two halves: its bytes by their digest, its name, which part of a split file it is, and
        what its kind of target and the user said of it."""
        who = digest(content, name, f"{part[0]}/{part[1]}", *filter(None, told))
        return digest("structure", self._structure, who), digest("patterns", self._patterns, who)

    def of_depth(self, content: bytes, within: str, reader: str, focus: frozenset[str]) -> bytes:
        """The key of the answer to a depth request; `within` is relative to the file."""
        return digest("depth", self._structure, content, within, reader, *sorted(focus))


def structure_half(found: Sequence[Found]) -> bytes:
    """What is kept of the structure."""
    return _encoder.encode([msgspec.structs.replace(item, patterns=()) for item in found])


def pattern_half(found: Sequence[Found]) -> bytes:
    """What is kept of the patterns."""
    return _encoder.encode({item.artifact.locator: item.patterns for item in found if item.patterns})


def joined(structure: bytes, patterns: bytes) -> list[Found]:
    """Both halves as they were. Raises `msgspec.DecodeError` for bytes of another make."""
    by_locator = _pattern_decoder.decode(patterns)
    return [
        msgspec.structs.replace(item, patterns=by_locator.get(item.artifact.locator, ()))
        for item in _structure_decoder.decode(structure)
    ]


def with_patterns_of(structure: bytes, patterns: Sequence[Found]) -> list[Found]:
    """The kept structure with patterns that were looked for anew."""
    fresh = {item.artifact.locator: item.patterns for item in patterns}
    return [
        msgspec.structs.replace(item, patterns=fresh.get(item.artifact.locator, ()))
        for item in _structure_decoder.decode(structure)
    ]


def placed(found: Found, locator: str) -> ArtifactFacts:
    """The facts of an artifact of the file that lies at `locator`."""
    artifact = found.artifact
    here = locator + artifact.locator
    return ArtifactFacts(
        artifact=msgspec.structs.replace(
            artifact,
            locator=here,
            parent="" if artifact.locator == "" else locator + artifact.parent,
        ),
        observations=(*found.structure, *found.patterns),
        unread=tuple(msgspec.structs.replace(unread, locator=locator + unread.locator) for unread in found.unread),
        oddities=found.oddities,
    )
