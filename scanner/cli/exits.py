"""Exit statuses, and what decides between them."""

import sys
from collections.abc import Iterable
from enum import IntEnum
from typing import NoReturn

import typer

from scanner.model.report import Report
from scanner.model.vocabulary import Cause, Outcome, Verdict

_PASSES = {Outcome.NOT_APPLICABLE, Outcome.NOT_REACHED}
_NEVER = "never"


class Exit(IntEnum):
    """What a status means to a script."""

    NOTHING = 0
    """Nothing at or above the threshold."""
    FOUND = 1
    """Something is."""
    USAGE = 2
    """Wrong usage, bad configuration, a missing or forbidden target."""
    INCOMPLETE = 3
    """Nothing at the threshold, but part of the target was not read."""
    BUG = 70
    INTERRUPTED = 130


def threshold_words() -> tuple[str, ...]:
    """What `--fail-on` takes."""
    return (*(v for v in Verdict if v is not Verdict.NONE), *Outcome, _NEVER)


def exit_status(report: Report, fail_on: Iterable[str]) -> Exit:
    """The status for a report; `fail_on` are words of `threshold_words`, none for the default."""
    if any(unread.cause is Cause.INTERRUPTED for unread in report.unreadable):
        return Exit.INTERRUPTED
    words = set(fail_on)
    if words == {_NEVER}:
        return Exit.NOTHING
    found = _at(report, words - {_NEVER}) if words else _by_default(report)
    if found:
        return Exit.FOUND
    return Exit.NOTHING if report.complete else Exit.INCOMPLETE


def _at(report: Report, words: set[str]) -> bool:
    ranks = [Verdict(word).rank for word in words if word in set(Verdict)]
    if ranks and any(c.verdict.rank >= min(ranks) for c in report.components):
        return True
    return any(a.outcome in words for a in report.assessments)


def _by_default(report: Report) -> bool:
    """A component that recognises, for which some law is neither inapplicable nor out of reach."""
    recognising = {c.id for c in report.components if c.verdict is Verdict.RECOGNITION}
    if not report.deployment.jurisdictions and report.deployment.operator is None:
        return bool(recognising)
    touched = {a.situation for a in report.assessments if a.outcome not in _PASSES}
    return any(recognising.intersection(s.components) for s in report.situations if s.id in touched)


def refuse(message: str) -> NoReturn:
    """Say in one sentence what the user has to mend, and end with the status for wrong usage."""
    print(f"frscan: {message}", file=sys.stderr)
    raise typer.Exit(Exit.USAGE)
