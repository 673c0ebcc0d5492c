"""Byte scan: one YARA pass over a file; each hit with its offset, section and the matched bytes alone.

Runs in workers, over compiled rules it is handed. YARA looks where the prefilter saw an atom of its rules, in a large
file only at the pieces that matter (`excerpt`), and for the few rules without one; alone it finds the same. A hit
counts where its boundaries are those of a whole symbol or host name. The neighbours of a hit may be somebody's secret
and are kept only on request.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from io import BytesIO
from typing import Any

from scanner.catalogue.atom_database import EVERY_GROUP, FILE_BYTES, INSIDE
from scanner.catalogue.rules import GENERATED, BytePattern, ByteRules
from scanner.catalogue.words import Telling
from scanner.formats.mapped import given_back
from scanner.formats.standing_names import WIDE_MARKS
from scanner.matching.excerpt import FROM_BYTES, Excerpt, Excerpts
from scanner.matching.prefilter import UNKNOWN, Prefilter, Seen
from scanner.model.observation import ByteHit
from scanner.model.source import Info, Region, Unreadable, WordGroup
from scanner.model.vocabulary import Cause, IndicatorKind

HITS_PER_PATTERN = 3
"""How many sights of one pattern in one file are kept; more prove nothing more."""
SHOWN_BYTES = 200
_SIGHTS_TRIED = 64
_COPIED_BYTES = 64 << 20
_SYMBOL_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$")
_HOST_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
_NO_GROUPS: frozenset[WordGroup] = frozenset()
_NO_WORDS: frozenset[bytes] = frozenset()
_OF_SCRIPTS: tuple[WordGroup, ...] = ("js", "npm")
_SECONDS_FLOOR = 30
_BYTES_PER_SECOND = 5_000_000


class ByteScanner:
    """A rule set, ready to scan. One per process."""

    def __init__(self, rules: ByteRules, *, context_bytes: int = 0) -> None:
        self._compiled = rules.compiled
        self._always = _loaded(rules.always) if rules.always else None
        self._prefilter = Prefilter(rules.atoms)
        self._places = rules.atoms.places
        self._patterns = rules.patterns
        self._words = rules.words
        self._context_bytes = context_bytes
        self._seen = UNKNOWN
        self._last: tuple[memoryview, frozenset[WordGroup], Seen] | None = None

    def is_silent(self, data: memoryview, groups: frozenset[WordGroup] | None) -> bool:
        """Whether no rule can match in a small file, and no telling word of these groups or mark of a container stands
        in it; with None words are not asked for."""
        if self._always is not None or (groups is not None and data[:2] in WIDE_MARKS):
            return False
        seen = self._prefilter.look(data, groups or _NO_GROUPS)
        is_silent = not seen.may_match and (groups is None or seen.words == _NO_WORDS)
        # Of a file that is not, the same is asked again in a moment.
        self._last = None if is_silent or not isinstance(data.obj, bytes) else (data, groups or _NO_GROUPS, seen)
        return is_silent

    def is_unmarked(self, data: memoryview, groups: frozenset[WordGroup]) -> bool:
        """Whether no mark of a container stands in a file of which nothing else is asked; `seen_inside` tells which."""
        self._seen = self._prefilter.look(data, groups)
        return self._seen.words == _NO_WORDS

    def scan(
        self,
        data: memoryview,
        regions: Callable[[], Iterable[Region]] = tuple,
        groups: frozenset[WordGroup] = EVERY_GROUP,
    ) -> Iterator[ByteHit]:
        """Yield the hits in `data`, ordered by offset and pattern; `regions` is asked only if there are any.

        In the same pass it is searched for telling words of the groups.

        Raises `Unreadable` (timed-out) when the engine took longer than a slow machine would need.
        """
        self._seen = UNKNOWN
        seen = self._seen = self._look(data, groups)
        rules = self._rules if seen.may_match else self._always
        if rules is None:
            return
        import yara

        is_large = seen.in_pieces and len(data) >= FROM_BYTES
        excerpt = self._excerpts.of(data, seen.ends) if is_large and self._excerpts else None
        timeout_s = _SECONDS_FLOOR + len(data) // _BYTES_PER_SECOND
        try:
            looked_at = memoryview(excerpt.data) if excerpt else data
            with given_back(looked_at):
                matches = rules.match(data=looked_at, externals={FILE_BYTES: len(data)}, timeout=timeout_s)
        except yara.Error as error:
            raise Unreadable(Cause.TIMED_OUT, f"The byte scan was stopped after {timeout_s} s.") from error
        if not matches:
            return
        found = _Looked(data, _Sections(tuple(regions())), excerpt)
        hits = [hit for match in matches for hit in self._hits_of(match, found)]
        yield from sorted(hits, key=lambda hit: (hit.offset, hit.pattern))

    def _look(self, data: memoryview, groups: frozenset[WordGroup]) -> Seen:
        """What the pass saw, just now or a moment ago when somebody asked whether the file is silent."""
        last, self._last = self._last, None
        if last is not None and last[0].obj is data.obj and len(last[0]) == len(data) and groups <= last[1]:
            return last[2]
        return self._prefilter.look(data, groups)

    @cached_property
    def _rules(self) -> Any:
        """All rules, loaded when the first file may match some: of a small target none does."""
        return _loaded(self._compiled)

    @cached_property
    def _excerpts(self) -> Excerpts | None:
        """None where some rule must always look at the whole file, or places are not known."""
        return Excerpts(self._places) if self._places is not None and self._always is None else None

    def words_in(self, data: memoryview, groups: tuple[WordGroup, ...]) -> frozenset[str]:
        """What the telling words of these groups speak of that stand in the file scanned last."""
        return self._named(data, groups, self._seen)

    def named_in(self, data: bytes) -> frozenset[str]:
        """What the telling words of scripts speak of that stand in other bytes than the file scanned last."""
        view = memoryview(data)
        return self._named(view, _OF_SCRIPTS, self._prefilter.look(view, frozenset(_OF_SCRIPTS)))

    def _named(self, data: memoryview, groups: tuple[WordGroup, ...], seen: Seen) -> frozenset[str]:
        if data[:2] in WIDE_MARKS:  # words are looked for in ASCII: of such a text nothing is known
            return frozenset(t.name for found in self._words.values() for t in found if t.group in groups)
        possible = self._words if seen.words is None else seen.words
        named = {word: names for word in possible if (names := [t for t in self._words[word] if t.group in groups])}
        if len(data) > _COPIED_BYTES:  # not worth a copy: its readers find out
            return frozenset(t.name for names in named.values() for t in names)
        text = _Text(data, self._prefilter.first_places(seen) if named else {})
        return frozenset(
            t.name
            for word, names in named.items()
            for is_alone in (text.holds_alone(word),)
            for t in names
            if is_alone or (t.name.startswith("*") and text.holds(word))
        )

    def seen_inside(self, container: Info) -> dict[str, Sequence[int]] | None:
        """The marks of a container that stand in the file looked at last, as texts, with all places where each begins
        (none where they are not known); None where nothing is known."""
        if self._seen.words is None:
            return None
        looks_for = Telling(container.marks_group, container.name)
        return {
            word.decode("latin-1"): self._prefilter.places(self._seen, word) if looks_for.group == INSIDE else ()
            for word in self._seen.words
            if looks_for in self._words[word]
        }

    def _hits_of(self, match: Any, found: "_Looked") -> Iterator[ByteHit]:
        if match.namespace != GENERATED:
            pattern = self._patterns.get(f"{match.namespace}/{match.rule}")
            first = min((i for s in match.strings for i in s.instances), key=lambda i: i.offset, default=None)
            if pattern is not None:
                offset, length = (found.origin(first.offset), first.matched_length) if first is not None else (0, 0)
                yield self._hit(pattern, offset, length, found)
            return
        for string in match.strings:
            pattern = self._patterns[string.identifier]
            kept = 0
            for instance in string.instances:
                offset = found.origin(instance.offset)
                if not _whole(pattern, offset, instance.matched_length, found.data):
                    continue
                yield self._hit(pattern, offset, instance.matched_length, found)
                kept += 1
                if kept == HITS_PER_PATTERN:
                    break

    def _hit(self, pattern: BytePattern, offset: int, length: int, found: "_Looked") -> ByteHit:
        data, section = found.data, found.sections.at(offset)
        around = ""
        if self._context_bytes:
            low = max(0, offset - self._context_bytes)
            around = _text(bytes(data[low : offset + length + self._context_bytes]))
        return ByteHit(
            pattern=pattern.key,
            offset=offset,
            length=length,
            section=section,
            text=_text(bytes(data[offset : offset + min(length, SHOWN_BYTES)])),
            context=around,
            place=f"offset 0x{offset:x}" + (f" in {section}" if section else ""),
        )


class _Text:
    """A file in which words were seen; it is copied only where their first places settle nothing."""

    def __init__(self, data: memoryview, first: Mapping[bytes, int]) -> None:
        self._data = data
        self._first = first

    @cached_property
    def _raw(self) -> bytes:
        return bytes(self._data)

    def holds(self, word: bytes) -> bool:
        """Whether the word stands in it."""
        return word in self._first or word in self._raw

    def holds_alone(self, word: bytes) -> bool:
        """Whether the word stands somewhere that is not the end of a longer one."""
        at = self._first[word] if word in self._first else self._raw.find(word)
        for _ in range(_SIGHTS_TRIED):
            if at < 0:
                return False
            if at == 0 or self._data[at - 1] not in _SYMBOL_BYTES:
                return True
            at = self._raw.find(word, at + 1)
        return True


class _Looked:
    """A file that YARA has looked at: all of it, or an excerpt."""

    def __init__(self, data: memoryview, sections: "_Sections", excerpt: Excerpt | None) -> None:
        self.data = data
        self.sections = sections
        self._excerpt = excerpt

    def origin(self, offset: int) -> int:
        """Where in the file something lies that YARA has seen."""
        return offset if self._excerpt is None else self._excerpt.origin(offset)


class _Sections:
    """Which region an offset lies in: the innermost, where regions nest."""

    def __init__(self, regions: Sequence[Region]) -> None:
        self._regions = sorted(regions, key=lambda r: (r.start, -r.end))
        self._starts = [r.start for r in self._regions]

    def at(self, offset: int) -> str:
        position = bisect_right(self._starts, offset) - 1
        while position >= 0:
            if offset < self._regions[position].end:
                return self._regions[position].name
            position -= 1
        return ""


def _whole(pattern: BytePattern, offset: int, length: int, data: memoryview) -> bool:
    """Whether a hit is a whole symbol or host name, not a piece of a longer one."""
    if pattern.kind is IndicatorKind.STRING:
        return True
    wide = length >= 2 and data[offset + 1] == 0
    step = 2 if wide else 1
    before = data[offset - step] if offset >= step else 0
    end = offset + length
    after = data[end] if end < len(data) else 0
    if pattern.kind is IndicatorKind.ENDPOINT:
        return before not in _HOST_BYTES and before != ord(".") and after not in _HOST_BYTES
    # Mach-O puts an underscore before every C symbol.
    starts = before not in _SYMBOL_BYTES or (before == ord("_") and not _symbol_before(data, offset))
    return starts and (pattern.open_end or after not in _SYMBOL_BYTES)


def _symbol_before(data: memoryview, offset: int) -> bool:
    return offset >= 2 and data[offset - 2] in _SYMBOL_BYTES


def _text(raw: bytes) -> str:
    """Matched bytes as text: UTF-16LE and ASCII read as such, anything else escaped."""
    if len(raw) >= 2 and raw[1] == 0 and not any(raw[1::2]):
        raw = raw[::2]
    return "".join(chr(b) if 32 <= b < 127 else f"\\x{b:02x}" for b in raw)


def _loaded(compiled: bytes) -> Any:  # Any: the engine has no types
    import yara

    return yara.load(file=BytesIO(compiled))
