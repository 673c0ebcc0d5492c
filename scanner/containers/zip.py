"""Zip archives and everything that is one: apps, Java archives, Python wheels, browser extensions …

The directory is read by `zip_directory` over the bytes in place and not by the standard library, which reads a whole
directory before it can be stopped, gives up on the first entry that is odd, and believes a tampered one. That costs
9 µs an entry, safe names and the look at local headers included (the standard library: 3 µs). apkInspector, which
knows the tampering of Android apps, is the oracle in the tests: it keeps an archive in memory and inflates entries in
one piece, without a bound.
"""

import stat
from collections.abc import Callable, Iterator
from functools import partial
from typing import Literal

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.zip_content import chunks, is_known_method
from scanner.containers.zip_directory import Entry, entries, local_at
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="zip",
    version=1,
    line="Zip archives: Android and iOS apps, Java archives, Python wheels, browser extensions, NuGet packages",
    specification="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT",
    limits="Encrypted entries, archives split over several files, and the methods Deflate64, Zstandard and PPMd are "
    "not read. Bytes between entries that no directory lists are not looked at.",
    suffixes=(
        ".zip", ".apk", ".apkm", ".apks", ".xapk", ".aab", ".aar", ".jar", ".war", ".ear", ".ipa", ".whl", ".egg",
        ".pyz", ".xpi", ".crx", ".nupkg", ".vsix", ".appx", ".msix", ".hap",
    ),
    magics=(Magic(b"PK\x03\x04"), Magic(b"PK\x05\x06"), Magic(b"DH\x03\x04")),
)  # fmt: skip
RANDOM_ACCESS = True

_Kind = Literal["file", "folder", "link", "device"]
_WINDOWS_HOSTS = frozenset({0, 10, 14})
_UNIX_HOSTS = frozenset({3, 19})
_LONGEST_LINK = 4096


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """List the entries, each with its content in bounded pieces.

    Raises:
        Unreadable: After the last entry that could be listed, where the archive is damaged or too large.
    """
    data = source.view()
    listed, problem = _listed(data, budget)
    overlapping = _overlapping(listed, source.size)
    jail = Jail()
    for number, entry in enumerate(listed):
        yield _member(data, entry, overlapping.get(number), jail, budget)
    if problem is not None:
        raise problem


def _listed(data: memoryview, budget: Budget) -> tuple[list[Entry], Unreadable | None]:
    found: list[Entry] = []
    try:
        for entry in entries(data, budget):
            found.append(entry)  # noqa: PERF402 (what came before a stop must be kept)
    except Unreadable as problem:
        return found, problem
    return found, None


def _overlapping(listed: list[Entry], archive_bytes: int) -> dict[int, Unreadable]:
    """What to raise for entries whose bytes are another's too: the way of bombs that need no archive inside.

    Few may be read, so that a hidden entry is not missed, but never more than the whole archive once again.
    """
    problems: dict[int, Unreadable] = {}
    covered = shared = 0
    for number in sorted(range(len(listed)), key=lambda number: listed[number].offset):
        entry = listed[number]
        if entry.offset < covered:
            shared += entry.compressed
            cause = Cause.DAMAGED if shared <= archive_bytes else Cause.LIMIT
            problems[number] = Unreadable(cause, "Its bytes are at the same time those of another entry.")
        covered = max(covered, entry.offset + 30 + len(entry.name) + entry.compressed)
    return problems


def _member(data: memoryview, entry: Entry, overlap: Unreadable | None, jail: Jail, budget: Budget) -> Member:
    name = jail.admit(entry.name, made_on_windows=entry.host in _WINDOWS_HOSTS)
    kind = _claimed_kind(entry)
    notes = list(name.notes)
    if kind != "file" and not _is_believable(data, entry, kind, budget):
        notes.append(f"It is marked as a {kind} and holds the bytes of a file.")
        kind = "file"
    notes.extend(_contradictions(data, entry))
    read = partial(chunks, data, entry, budget)
    if overlap is not None:
        notes.append(overlap.reason)
        read = partial(_shared, read, overlap)
    return Member(name=name.text, kind=kind, size=entry.size, chunks=read, notes=tuple(notes))


def _claimed_kind(entry: Entry) -> _Kind:
    mode = entry.attributes >> 16 if entry.host in _UNIX_HOSTS else 0
    if stat.S_ISLNK(mode):
        return "link"
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode) or stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        return "device"
    if entry.name.endswith(b"/") or stat.S_ISDIR(mode):
        return "folder"
    return "file"


def _is_believable(data: memoryview, entry: Entry, kind: _Kind, budget: Budget) -> bool:
    """Whether it can be what its mode says; Android does not ask the mode, so code can hide behind it."""
    if kind != "link":
        return entry.size == 0
    if entry.size > _LONGEST_LINK:
        return False
    try:
        return b"\0" not in next(chunks(data, entry, budget), b"")
    except Unreadable as problem:
        if problem.cause is Cause.LIMIT:
            raise
        return False


def _contradictions(data: memoryview, entry: Entry) -> Iterator[str]:
    """What the entry's own header says otherwise than the directory."""
    local = local_at(data, entry.offset)
    if local is None:
        return
    if local.name != entry.name:
        yield "Its own header gives it another name than the directory."
    if not is_known_method(entry.method):
        yield f"The directory names a compression method that does not exist ({entry.method})."
    if local.method != entry.method:
        yield "Its own header names another compression method than the directory."


def _shared(read: Callable[[], Iterator[bytes]], problem: Unreadable) -> Iterator[bytes]:
    if problem.cause is not Cause.LIMIT:
        yield from read()
    raise problem
