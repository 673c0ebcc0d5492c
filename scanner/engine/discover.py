"""Discovery: by its name and first bytes, who wants an artifact, and what type it is.

All readers' and containers' names, suffixes and magics are compiled into one table. What nobody wants is still
scanned for bytes, unless its first bytes prove it to be a picture, a sound, a film or a font.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple, cast

from scanner.containers import Container, containers
from scanner.formats import readers
from scanner.model.source import Info, Reader, Source

MEDIA_TYPES = frozenset({"picture", "sound or film", "font"})
"""What is passed over once its first bytes prove it: it can hold no program."""
_MEDIA = (
    (0, b"\x89PNG\r\n\x1a\n", "picture"),
    (0, b"\xff\xd8\xff", "picture"),
    (0, b"GIF8", "picture"),
    (8, b"WEBP", "picture"),
    (0, b"OggS", "sound or film"),
    (0, b"ID3", "sound or film"),
    (8, b"WAVE", "sound or film"),
    (4, b"ftyp", "sound or film"),
    (0, b"\x00\x01\x00\x00\x00", "font"),
    (0, b"OTTO", "font"),
    (0, b"wOFF", "font"),
    (0, b"wOF2", "font"),
)
_START_BYTES = 2
"""Magics at the beginning are looked up by their first bytes."""
_PROSE = (".md", ".rst", ".txt", ".adoc", ".html", ".htm", ".pdf", ".tex", ".1", ".3", ".5", ".8")
_PROSE_NAMES = ("readme", "license", "copying", "notice", "authors", "changelog", "changes", "news", "copyright")


class Wanted(NamedTuple):
    """Who reads an artifact, and what it is."""

    type: str
    readers: tuple[Reader, ...]
    containers: tuple[Container, ...]
    """One that holds the whole file, or all that find archives inside a file of another type."""
    passed_over: str
    """Why its bytes are not scanned; empty if they are."""
    is_list: bool = False
    """It lists software that lies elsewhere: its bytes hold no program."""

    @property
    def is_seen_through(self) -> bool:
        """Whether its reader or the members of a container tell all that it holds, so that its bytes need no scan."""
        return self.is_list or any(
            _is_whole(container) and container.INFO.name == self.type for container in self.containers
        )


class Table:
    """The compiled table."""

    def __init__(self) -> None:
        found: tuple[Reader | Container, ...] = (*readers(), *containers())
        triage = [r for r in found if not r.INFO.depth]
        self._by_name = _by_key(triage, lambda info: info.names)
        self._by_suffix = _by_key(triage, lambda info: info.suffixes)
        self._by_place: dict[int, dict[bytes, list[tuple[int, bytes, Reader | Container]]]] = {}
        self._by_magic: list[tuple[int, bytes, Reader | Container]] = []
        for reader in triage:
            for magic in reader.INFO.magics:
                entry = (magic.offset, magic.value, reader)
                if len(magic.value) >= _START_BYTES:
                    at = self._by_place.setdefault(magic.offset, {})
                    at.setdefault(magic.value[:_START_BYTES], []).append(entry)
                else:
                    self._by_magic.append(entry)

    def wanted(self, name: str, head: bytes, source: Source | None = None) -> Wanted:
        """Ask the table about a base name and the first bytes; with the source, containers confirm by more of it."""
        lower = name.lower()
        by_magic = [r for offset, value, r in self._possible(head) if head.startswith(value, offset)]
        by_name = [*self._by_name.get(lower, ()), *self._by_its_suffixes(lower)]
        asked = [r for r in _distinct([*by_magic, *by_name]) if _agrees(r, lower, head, source)]
        plain = tuple(cast("Reader", r) for r in asked if hasattr(r, "observe"))
        lists = [r for r in plain if r.INFO.is_list]
        if lists:
            return _of_list(lists[0])
        proved: list[Reader | Container] = [r for r in plain if r.INFO.proves_type]
        known = proved or [r for r in by_magic if r in asked and _is_whole(r)] or list(plain)
        media = next((what for offset, magic, what in _MEDIA if head.startswith(magic, offset)), "")
        kind = known[0].INFO.name if known else _named_by(asked, head) or _kind_of_text(lower, head)
        return Wanted(kind, plain, _containers(asked), media if not known else "")

    def _possible(self, head: bytes) -> list[tuple[int, bytes, Reader | Container]]:
        found: list[tuple[int, bytes, Reader | Container]] = []
        for offset, table in self._by_place.items():
            entries = table.get(head[offset : offset + _START_BYTES])
            if entries is not None:
                found += entries
        return found + self._by_magic

    def _by_its_suffixes(self, lower: str) -> list[Reader | Container]:
        found: list[Reader | Container] = []
        dot = lower.find(".")
        while dot >= 0:
            found += self._by_suffix.get(lower[dot:], ())
            dot = lower.find(".", dot + 1)
        return found


def wanted_by(name: str) -> Wanted:
    """What a kind of target says of its file: the one reader of that name reads it."""
    return _of_list(next(reader for reader in readers() if reader.INFO.name == name))


def _of_list(reader: Reader) -> Wanted:
    return Wanted(reader.INFO.name, (reader,), (), "", is_list=True)


def _by_key(
    found: Iterable[Reader | Container], keys: Callable[[Info], tuple[str, ...]]
) -> dict[str, list[Reader | Container]]:
    table: dict[str, list[Reader | Container]] = defaultdict(list)
    for reader in found:
        for key in keys(reader.INFO):
            table[key].append(reader)
    return dict(table)


def _distinct(found: list[Reader | Container]) -> list[Reader | Container]:
    return list({id(r): r for r in found}.values())


def _agrees(reader: Reader | Container, lower: str, head: bytes, source: Source | None) -> bool:
    wants = getattr(reader, "wants", None)
    if wants is not None and not wants(lower, head):
        return False
    confirms = getattr(reader, "confirms", None)
    return source is None or confirms is None or bool(confirms(source))


def _is_whole(reader: Reader | Container) -> bool:
    """Whether a file that it wants is of its type: so for every reader, and for containers unless they say no."""
    return bool(getattr(reader, "WHOLE", True))


def _containers(asked: list[Reader | Container]) -> tuple[Container, ...]:
    found = tuple(cast("Container", r) for r in asked if hasattr(r, "members"))
    whole = tuple(container for container in found if _is_whole(container))
    return whole[:1] or found


def _named_by(asked: list[Reader | Container], head: bytes) -> str:
    """The type by a container that knows several and is none of them itself."""
    return next((str(r.type_of(head)) for r in asked if hasattr(r, "type_of")), "")


def _kind_of_text(lower: str, head: bytes) -> str:
    if b"\0" in head:
        return "data"
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return "data"
    if lower.endswith(_PROSE) or lower.partition(".")[0] in _PROSE_NAMES:
        return "prose"
    return "text"
