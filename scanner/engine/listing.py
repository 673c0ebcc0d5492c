"""Listing: which files of the targets are to be read, and what of them is not."""

import os
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import msgspec

from scanner.engine.ahead import Ahead
from scanner.engine.facts import Facts
from scanner.engine.reading import Progress, Stretch
from scanner.model.artifact import WHITEOUT, Artifact, ArtifactFacts, Oddity, Unread
from scanner.model.exclusion import is_excluded
from scanner.model.locator import base_name, below, text_name
from scanner.targets import Entry, Found, Opened, PassedOver, Whiteout

_AT_ONCE = 256
"""Files, until it is told how many there are so far and workers are given what has come."""


def listed(
    targets: Sequence[Opened],
    facts: Facts,
    exclude: Sequence[str],
    watch: Callable[[Progress], None],
    *,
    everywhere: bool,
    ahead: Ahead | None = None,
) -> Iterator[Stretch]:
    """The files of each target; what could not be listed goes to the facts at once, what is left out is counted.

    `everywhere`: also of file systems that are mounted below a folder. `ahead` gives files to workers meanwhile.
    """
    progress = Progress(is_listing=True)
    for target in targets:
        prefix = name_of(target.path) if len(targets) > 1 and not target.is_file else ""
        if target.doubt:
            facts.add_oddity(Oddity(locator=name_of(target.path), what=target.doubt))
        early = None if target.is_file else ahead
        if early is not None:
            early.begin(prefix)
        entries: list[Entry] = []
        files = _files_of(target, facts, prefix, exclude, everywhere=everywhere)
        while some := list(islice(files, _AT_ONCE)):
            entries += some
            if early is not None:
                early.look(entries)
            progress.files += len(some)
            progress.current = _below(some[-1])
            watch(progress)
        yield Stretch(str(target.path.resolve()), prefix, entries, target.is_file, early.given() if early else ())


def _files_of(
    target: Opened, facts: Facts, prefix: str, exclude: Sequence[str], *, everywhere: bool
) -> Iterator[Entry]:
    excludes = bool(exclude) and not target.is_file
    for found in target.listing(everywhere=everywhere):
        if excludes and is_excluded(_below(found), exclude):
            facts.leave_out()
        elif isinstance(found, Entry):
            yield found
        else:
            note(found, facts, prefix)


def note(found: Unread | Oddity | PassedOver | Whiteout, facts: Facts, prefix: str = "") -> None:
    """Keep what was found of a target that is no file to read."""
    if isinstance(found, PassedOver):
        facts.pass_over(found.what, found.number)
    elif isinstance(found, Whiteout):
        locator = below(prefix, found.locator)
        facts.add(ArtifactFacts(artifact=Artifact(locator=locator, name=base_name(locator), type=WHITEOUT, size=0)))
    elif isinstance(found, Unread):
        facts.add_unread(msgspec.structs.replace(found, locator=below(prefix, found.locator)))
    else:
        facts.add_oddity(msgspec.structs.replace(found, locator=below(prefix, found.locator)))


def _below(found: Found) -> str:
    """The path below the target, with slashes."""
    if isinstance(found, PassedOver):
        return ""
    return found.name.replace(os.sep, "/") if isinstance(found, Entry) else found.locator


def name_of(path: Path) -> str:
    """The base name of what the user named; no path of this machine gets into a report."""
    name = path.name if path.name not in {"", ".."} else path.resolve().name
    return text_name(name or "root")
