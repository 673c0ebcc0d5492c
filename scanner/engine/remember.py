"""Remembering: the facts of a file under a digest of its bytes, in two halves that age differently.

The structure half (what readers and containers say) changes with the readers; the pattern half (byte hits, and what
slow readers say of files in which a telling word stands) changes with the signatures too.
"""

from collections.abc import Mapping, Sequence

import msgspec

from scanner.catalogue.rules import ByteRules
from scanner.engine.budget import Limits
from scanner.engine.cache import digest
from scanner.engine.known import containers, readers
from scanner.model.artifact import Artifact, ArtifactFacts, Unread
from scanner.model.observation import Observation

ENGINE_VERSION = 6
"""Raised whenever the engine itself makes other facts of the same bytes."""


class Found(msgspec.Struct, frozen=True, array_like=True):
    """What was read of one artifact, in its two halves. The locator is relative to the file: `""`, `!/x/y.so`."""

    artifact: Artifact
    structure: tuple[Observation, ...] = ()
    patterns: tuple[Observation, ...] = ()
    unread: tuple[Unread, ...] = ()
    oddities: tuple[str, ...] = ()


_encoder = msgspec.msgpack.Encoder()
_structure_decoder = msgspec.msgpack.Decoder(tuple[list[Found], dict[str, bytes]])
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

    def of_looks(self, system: bytes, number: int, parts: int) -> bytes:
        """The key of what the files of a file system looked like, of one of so many parts of them; of none (0 of 0):
        of how many parts there are."""
        return digest("looks-2", self._patterns, system, f"{number}/{parts}")

    def of_depth(self, content: bytes, within: str, reader: str, focus: frozenset[str]) -> bytes:
        """The key of the answer to a depth request; `within` is relative to the file."""
        return digest("depth", self._structure, content, within, reader, *sorted(focus))


def structure_half(found: Sequence[Found], asked: Mapping[str, bytes]) -> bytes:
    """What is kept of the structure, with the digests of the neighbours that were asked for, by name."""
    return _encoder.encode((tuple(msgspec.structs.replace(item, patterns=()) for item in found), asked))


def pattern_half(found: Sequence[Found]) -> bytes:
    """What is kept of the patterns."""
    return _encoder.encode({item.artifact.locator: item.patterns for item in found if item.patterns})


def joined(structure: bytes, patterns: bytes) -> tuple[list[Found], dict[str, bytes]] | None:
    """Both halves as they were, and the neighbours; None for bytes of another make."""
    try:
        by_locator = _pattern_decoder.decode(patterns)
        found, asked = _structure_decoder.decode(structure)
    except msgspec.DecodeError:
        return None
    whole = [
        msgspec.structs.replace(item, patterns=by_locator[item.artifact.locator])
        if item.artifact.locator in by_locator
        else item
        for item in found
    ]
    return whole, asked


def moved(found: Found, to: Artifact) -> Found:
    """What was read of a member, now that its container is known, which `to` names as parent."""
    artifact = found.artifact
    return msgspec.structs.replace(
        found,
        artifact=msgspec.structs.replace(
            artifact,
            locator=to.locator + artifact.locator,
            parent=to.parent if artifact.locator == "" else to.locator + artifact.parent,
            origin=artifact.origin or to.origin,
        ),
        unread=tuple(msgspec.structs.replace(unread, locator=to.locator + unread.locator) for unread in found.unread),
    )


def by_itself(found: Found, locator: str, origin: str) -> Found:
    """What was read of a member at `locator` or of what lies in it, as if that member were a file by itself."""
    artifact, outside = found.artifact, len(locator)
    return msgspec.structs.replace(
        found,
        artifact=msgspec.structs.replace(
            artifact,
            locator=artifact.locator[outside:],
            parent="" if artifact.locator == locator else artifact.parent[outside:],
            origin="" if artifact.origin == origin else artifact.origin,
        ),
        unread=tuple(msgspec.structs.replace(unread, locator=unread.locator[outside:]) for unread in found.unread),
    )


def placed(found: Found, locator: str) -> ArtifactFacts:
    """The facts of an artifact of the file that lies at `locator`."""
    whole = moved(found, Artifact(locator=locator, name="", type="", size=0))
    return ArtifactFacts(
        artifact=whole.artifact,
        observations=(*whole.structure, *whole.patterns),
        unread=whole.unread,
        oddities=whole.oddities,
    )
