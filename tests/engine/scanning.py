"""Scans for tests: a catalogue of one word, workers that misbehave on command, reports without their times."""

import faulthandler
import os
import re
import signal
import time
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from scanner.catalogue.index import Index
from scanner.catalogue.knowledge import Knowledge, knowledge_of
from scanner.catalogue.load import Catalogue
from scanner.catalogue.rules import ByteRules, byte_rules
from scanner.engine.budget import Limits
from scanner.engine.scan import Settings, scan
from scanner.engine.task import Answer, Batch, Plan
from scanner.engine.telling import TellingNames
from scanner.engine.worker import examine_batch, prepare
from scanner.formats import readers
from scanner.model.observation import Observation
from scanner.model.report import Report
from scanner.model.source import Budget, Info, Reader, Source
from tests.catalogues import catalogue, indicator, technology

WORD = "acme_face_match_engine"
"""What the catalogue of these tests knows."""


@cache
def small_catalogue() -> Catalogue:
    return catalogue(technology(indicator("string", WORD)))


def small_knowledge(*_: object) -> Knowledge:
    return knowledge_of(small_catalogue())


@cache
def _rules() -> ByteRules:
    return byte_rules(small_catalogue())


def plan_of(limits: Limits, *, uses_cache: bool = False) -> Plan:
    index = Index(small_catalogue().technologies)
    telling = TellingNames(index)
    return Plan(rules=_rules(), telling=telling, limits=limits, uses_cache=uses_cache)


def examined(path: Path, limits: Limits | None = None, *, uses_cache: bool = False) -> Answer:
    """What a worker answers about a file, in this process."""
    prepare(plan_of(limits or Limits(), uses_cache=uses_cache))
    return next(examine_batch(Batch(root=str(path.parent), names=(path.name,))))


def causes(answer: Answer) -> dict[str, set[str]]:
    """Why parts were not read, by locator."""
    found: dict[str, set[str]] = {}
    for facts in answer.facts:
        for unread in facts.unread:
            found.setdefault(unread.locator, set()).add(unread.cause.value)
    return found


def hits(answer: Answer) -> set[str]:
    """Where the word was seen."""
    return {facts.artifact.locator for facts in answer.facts if facts.observations}


def scanned(folder: Path, limits: Limits | None = None, jobs: int = 1) -> Report:
    """A whole scan with worker processes and the small catalogue; patch `load_knowledge` first (see `conftest`)."""
    return scan([folder], Settings(jobs=jobs, limits=limits or Limits(), uses_cache=False))


def found_in(report: Report) -> set[str]:
    """Locators of the evidence."""
    return {evidence.locator for finding in report.findings for evidence in finding.evidence}


def unread_in(report: Report) -> dict[str, str]:
    return {unread.locator: unread.cause.value for unread in report.unreadable}


def untimed(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key not in {"started", "finished"}}


class Misbehaving:
    """A reader that does what the file it reads says, as a hostile file makes a faulty reader do."""

    INFO = Info(
        name="misbehaving",
        version=1,
        line="For tests",
        specification="none",
        limits="none",
        suffixes=(".evil",),
    )

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def observe(self, source: Source, budget: Budget) -> Iterator[Observation]:
        yield from ()
        command, _, argument = bytes(source.view(0, 80)).split(b"\n")[0].decode().partition(" ")
        getattr(self, f"_{command}")(argument, source)

    def _nothing(self, _argument: str, _source: Source) -> None:
        pass

    def _signal(self, name: str, _source: Source) -> None:
        faulthandler.disable()  # a trace of every death would only be noise
        os.kill(os.getpid(), getattr(signal, name))

    def _exit(self, status: str, _source: Source) -> None:
        os._exit(int(status))

    def _once(self, _argument: str, _source: Source) -> None:
        if not (self._folder / "once").exists():
            (self._folder / "once").touch()
            os._exit(4)

    def _sleep(self, seconds: str, _source: Source) -> None:
        time.sleep(float(seconds))

    def _hang(self, _argument: str, _source: Source) -> None:
        re.match("(a*)*b", "a" * 60)  # holds the interpreter's lock: no other thread of ours can run

    def _swell(self, _argument: str, _source: Source) -> None:
        bytearray(1 << 40)

    def _swell_slowly(self, _argument: str, _source: Source) -> None:
        held = []
        for _ in range(60):
            held.append(bytearray(b"x") * (10 << 20))
            time.sleep(0.05)

    def _fail(self, _argument: str, _source: Source) -> None:
        raise KeyError("a fault of ours")

    def _remove(self, name: str, _source: Source) -> None:
        (self._folder / name).unlink()

    def _append(self, name: str, _source: Source) -> None:
        with (self._folder / name).open("ab") as file:
            file.write(b"more")

    def _truncate(self, name: str, source: Source) -> None:
        faulthandler.disable()
        os.truncate(self._folder / name, 4096)
        bytes(source.view(source.size - 1))


def with_reader(extra: Any) -> tuple[Reader, ...]:
    return (*readers(), extra)


def evil(folder: Path, name: str, command: str, size: int = 0) -> None:
    (folder / f"{name}.evil").write_bytes(command.encode() + b"\n" + bytes(size))


def innocent(folder: Path, names: Sequence[str]) -> set[str]:
    """Files that hold the word; their locators."""
    for name in names:
        (folder / name).write_text(f"x = '{WORD}'\n")
    return set(names)


def encoded(report: Report) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(report)
    return untimed(document)
