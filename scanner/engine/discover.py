"""Discovery: by its name and first bytes, who wants an artifact, and what type it is.

All readers' and containers' names, suffixes and magics are compiled into one table. What nobody wants is still
scanned for bytes, unless its first bytes prove it to be a picture, a sound, a film or a font.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, cast

from scanner.containers import Container
from scanner.engine.known import containers, offers, readers
from scanner.model.source import Info, Reader, Source, WordGroup

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
_MEDIA_STARTS = frozenset(magic[:2] for offset, magic, _ in _MEDIA if offset == 0)
_START_BYTES = 2
"""Magics at the beginning are looked up by their first bytes."""
_ENDINGS = 4096
"""So many different ends of names are remembered with who asks for them."""
_PROSE = (".md", ".rst", ".txt", ".adoc", ".html", ".htm", ".pdf", ".tex", ".1", ".3", ".5", ".8")
_PROSE_NAMES = frozenset(
    {"readme", "license", "copying", "notice", "authors", "changelog", "changes", "news", "copyright"}
)


class Wanted(NamedTuple):
    """Who reads an artifact, and what it is."""

    type: str
    readers: tuple[Reader, ...]
    containers: tuple[Container, ...]
    """One that holds the whole file, or all that find archives inside a file of another type."""
    passed_over: str
    """Why its bytes are not scanned; empty if they are."""
    sought: tuple[Container, ...] = ()
    """Those that look inside a file of another type only where a mark of theirs stands in it."""
    is_list: bool = False
    """It lists software that lies elsewhere: its bytes hold no program."""
    words: frozenset[WordGroup] = frozenset()
    """The groups of telling words that readers ask for, and of marks that containers do."""
    may_be_silent: bool = False
    """Whether nobody reads it but where a telling word or mark stands in its bytes."""

    @property
    def is_seen_through(self) -> bool:
        """Whether its reader or the members of a container tell all that it holds, so that its bytes need no scan."""
        return self.is_list or any(
            _is_whole(container) and container.INFO.name == self.type for container in self.containers
        )


class _Choice(NamedTuple):
    """What follows from who asks for a file, whatever else it is."""

    readers: tuple[Reader, ...]
    containers: tuple[Container, ...]
    sought: tuple[Container, ...]
    kind: str
    """Empty where nobody proves it."""
    naming: Any
    """A container that knows several types and is none of them itself, or None; Any: few have that function."""
    of_list: Reader | None
    """One that reads a list, which nothing else then looks at."""
    words: frozenset[WordGroup]
    answers: dict[tuple[str, str], Wanted]
    """What was answered so far, by type and medium: most files of a folder are answered alike."""


_Modules = tuple[Reader | Container, ...]


class _Asked(NamedTuple):
    """Who asks for a file by its name and first bytes, each once."""

    modules: _Modules
    questions: tuple[tuple[Any, bool, bool], ...]
    """If one of them wants to know more before it takes the file: each with whether that is more of its beginning, and
    whether it is more of it all. Any: few have those functions."""


class Table:
    """The compiled table."""

    def __init__(self) -> None:
        found: _Modules = (*readers(), *containers())
        triage = [r for r in found if not r.INFO.depth]
        self._by_name = _by_key(triage, lambda info: info.names)
        self._by_suffix = _by_key(triage, lambda info: info.suffixes)
        self._by_stem = _by_key(triage, lambda info: info.stems)
        self._by_first: dict[bytes, list[Reader | Container]] = defaultdict(list)
        self._by_start: dict[bytes, list[tuple[bytes, Reader | Container]]] = defaultdict(list)
        self._by_place: dict[int, list[tuple[bytes, Reader | Container]]] = defaultdict(list)
        self._that_want = {id(r) for r in triage if offers(r, "wants")}
        self._that_confirm = {id(r) for r in triage if offers(r, "confirms")}
        opening = (cast("Container", r) for r in triage if offers(r, "members"))
        self._of_unknown = tuple(c for c in opening if getattr(c, "UNKNOWN", False))
        self._asked: dict[tuple[_Modules, _Modules], _Asked] = {}
        self._choices: dict[tuple[_Modules, _Modules], _Choice] = {}
        self._by_ending = lru_cache(_ENDINGS)(self._by_its_suffixes)
        for reader in triage:
            for magic in reader.INFO.magics:
                self._note(magic.offset, magic.value, reader)
        self._stands_elsewhere = _any_at(self._by_place).match

    def _note(self, offset: int, magic: bytes, reader: Reader | Container) -> None:
        if offset:
            self._by_place[offset].append((magic, reader))
        elif len(magic) < _START_BYTES:
            self._by_first[magic].append(reader)
        else:
            self._by_start[magic[:_START_BYTES]].append((magic, reader))

    def wanted(self, name: str, head: bytes, source: Source | None = None) -> Wanted:
        """Ask the table about a base name and the first bytes; with the source, containers confirm by more of it."""
        lower = name.lower()
        by_magic, by_name = self._by_its_bytes(head), self._by_its_name(lower)
        key = (by_magic, by_name)
        asked, questions = self._asked.get(key) or self._asked.setdefault(key, self._asked_by(*key))
        if questions:
            asked = _agreeing(questions, lower, head, source)
        key = (by_magic, asked)
        choice = self._choices.get(key) or self._choices.setdefault(key, _choice(by_magic, _unrefined(asked)))
        return _answer(choice, lower, head, self._of_unknown)

    def is_asked_beside(self, name: str, head: bytes) -> bool:
        """Whether anybody asks for a file by its base name, or by what stands elsewhere than at its beginning."""
        if self._by_its_name(name.lower()):
            return True
        return head[:1] in self._by_first or self._stands_elsewhere(head) is not None

    def _by_its_bytes(self, head: bytes) -> _Modules:
        """Those one of whose magics stands in its place: at the beginning first."""
        first, starts = self._by_first.get(head[:1]), self._by_start.get(head[:_START_BYTES])
        elsewhere = self._stands_elsewhere(head)
        if not (first or starts or elsewhere):
            return ()
        found = [*(first or ()), *(r for magic, r in starts or () if head.startswith(magic))]
        if elsewhere:
            for offset, magics in self._by_place.items():
                found += [r for magic, r in magics if head.startswith(magic, offset)]
        return tuple(found)

    def _asked_by(self, by_magic: _Modules, by_name: _Modules) -> _Asked:
        asked = tuple({id(r): r for r in (*by_magic, *by_name)}.values())
        questions = tuple((r, id(r) in self._that_want, id(r) in self._that_confirm) for r in asked)
        return _Asked(asked, questions if any(wants or confirms for _, wants, confirms in questions) else ())

    def _by_its_name(self, lower: str) -> _Modules:
        """Those that ask for the name, for its beginning or for its end."""
        dot = lower.find(".")
        by_ending = self._by_ending(lower[dot:]) if dot >= 0 else ()
        named = self._by_name.get(lower)
        stem = self._by_stem.get(lower[:dot] if dot > 0 else _stem(lower))
        if named is None and stem is None:
            return by_ending
        return (*(named or ()), *(stem or ()), *by_ending)

    def _by_its_suffixes(self, ending: str) -> _Modules:
        """Those that ask for an end of a name; it begins at the name's first dot."""
        found: list[Reader | Container] = []
        dot = 0
        while dot >= 0:
            found += self._by_suffix.get(ending[dot:], ())
            dot = ending.find(".", dot + 1)
        return tuple(found)


def _agreeing(questions: Iterable[tuple[Any, bool, bool]], lower: str, head: bytes, source: Source | None) -> _Modules:
    """Those that take the file."""
    found: list[Reader | Container] = []
    for reader, wants, confirms in questions:
        if wants and not reader.wants(lower, head):
            continue
        if confirms and source is not None and not reader.confirms(source):
            continue
        found.append(reader)
    return tuple(found)


def _stem(lower: str) -> str:
    """A name up to a dot that is not its first character."""
    dot = lower.find(".", 1)
    return lower if dot < 0 else lower[:dot]


def wanted_by(name: str) -> Wanted:
    """What a kind of target says of its file: the one reader of that name reads it."""
    return _of_list(next(reader for reader in readers() if reader.INFO.name == name))


def _of_list(reader: Reader) -> Wanted:
    return Wanted(reader.INFO.name, (reader,), (), "", is_list=True)


def _choice(by_magic: _Modules, asked: _Modules) -> _Choice:
    plain = tuple(cast("Reader", r) for r in asked if offers(r, "observe"))
    proved: list[Reader | Container] = [r for r in plain if r.INFO.proves_type]
    known = proved or [r for r in by_magic if r in asked and _is_whole(r)] or list(plain)
    naming = next((r for r in asked if offers(r, "type_of")), None)
    of_list = next((r for r in plain if r.INFO.is_list), None)
    opened, sought = _containers(asked)
    words = frozenset(group for r in plain for group in r.INFO.after_words) | {c.INFO.marks_group for c in sought}
    return _Choice(plain, opened, sought, known[0].INFO.name if known else "", naming, of_list, words, {})


def _answer(choice: _Choice, lower: str, head: bytes, of_unknown: tuple[Container, ...]) -> Wanted:
    """What follows for a file; `of_unknown` are those that look into one of no known type."""
    kind, media = choice.kind, ""
    if not (kind or choice.of_list):
        named = str(choice.naming.type_of(head)) if choice.naming is not None else ""
        kind = named or _kind_of_text(lower, head)
        media = _media(head)
    known = choice.answers.get((kind, media))
    if known is not None:
        return known
    if choice.of_list is not None:
        answer = _of_list(choice.of_list)
    else:
        is_unknown = kind == "data" and not (choice.readers or choice.containers)
        sought = (*choice.sought, *of_unknown) if is_unknown else choice.sought
        silent = not choice.containers and all(reader.INFO.after_words for reader in choice.readers)
        answer = Wanted(
            kind, choice.readers, choice.containers, media, sought, words=choice.words, may_be_silent=silent
        )
    choice.answers[kind, media] = answer
    return answer


def _media(head: bytes) -> str:
    """What the first bytes prove to be no program; empty for anything else."""
    if head[:_START_BYTES] not in _MEDIA_STARTS and head[4:8] != b"ftyp" and head[8:12] not in (b"WEBP", b"WAVE"):
        return ""
    return next((what for offset, magic, what in _MEDIA if head.startswith(magic, offset)), "")


def _by_key(
    found: Iterable[Reader | Container], keys: Callable[[Info], tuple[str, ...]]
) -> dict[str, list[Reader | Container]]:
    table: dict[str, list[Reader | Container]] = defaultdict(list)
    for reader in found:
        for key in keys(reader.INFO):
            table[key].append(reader)
    return dict(table)


def _any_at(places: Mapping[int, Iterable[tuple[bytes, Reader | Container]]]) -> re.Pattern[bytes]:
    """One look for all magics that do not stand at the beginning: hardly any file has one."""
    at = (
        b".{%d}(?:%s)" % (offset, b"|".join(sorted({re.escape(magic) for magic, _ in magics})))
        for offset, magics in places.items()
    )
    return re.compile(b"(?s:" + b"|".join(at) + b")")


def _unrefined(asked: _Modules) -> _Modules:
    """Without the containers of which another one takes this file."""
    if len(asked) < 2:
        return asked
    refined = {name for container in asked for name in container.INFO.refines}
    return tuple(r for r in asked if r.INFO.name not in refined) if refined else asked


def _is_whole(reader: Reader | Container) -> bool:
    """Whether a file that it wants is of its type: so for every reader, and for containers unless they say no."""
    return bool(getattr(reader, "WHOLE", True))


def _containers(asked: _Modules) -> tuple[tuple[Container, ...], tuple[Container, ...]]:
    """Those that open the file, and those that do only where a mark of theirs stands in it."""
    found = tuple(cast("Container", r) for r in asked if offers(r, "members"))
    whole = tuple(container for container in found if _is_whole(container))
    if whole:
        return whole[:1], ()
    return tuple(c for c in found if not c.INFO.marks), tuple(c for c in found if c.INFO.marks)


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
