"""Exit statuses, and what decides between them."""

import sys
from collections.abc import Iterable
from enum import IntEnum
from typing import NoReturn

import msgspec
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


def thresholds(words: Iterable[str]) -> tuple[str, ...]:
    """The words of `--fail-on`, each of which must be one of `threshold_words`; otherwise exit 2."""
    known = threshold_words()
    for word in words:
        if word not in known:
            refuse(f"--fail-on takes one of {', '.join(known)}; {word!a} is none of them.")
    return tuple(words)


def refuse(sentence: str, *, command: str = "frscan") -> NoReturn:
    """Say in one sentence what is wrong with the call, and exit 2."""
    print(f"{command}: {sentence}", file=sys.stderr)
    raise typer.Exit(Exit.USAGE)


def exit_status(report: Report, fail_on: Iterable[str]) -> Exit:
    """The status for a report; `fail_on` are words of `threshold_words`, none for the default."""
    if any(unread.cause is Cause.INTERRUPTED for unread in report.unreadable):
        return Exit.INTERRUPTED
    report = _unwaived(only_new(report))
    words = set(fail_on)
    if words == {_NEVER}:
        return Exit.NOTHING
    found = _at(report, words - {_NEVER}) if words else _by_default(report)
    if found:
        return Exit.FOUND
    return Exit.NOTHING if report.complete or _gaps_accepted(report) else Exit.INCOMPLETE


def _unwaived(report: Report) -> Report:
    if not report.waivers:
        return report
    from scanner.ordinances import counting

    return counting(report)


def _gaps_accepted(report: Report) -> bool:
    """Whether somebody accepted, in a waiver, each part that was not read."""
    return bool(report.unreadable) and all(unread.waiver for unread in report.unreadable)


def only_new(report: Report) -> Report:
    """With a baseline only what is new counts: the report with the new findings, and what hangs on them."""
    if report.baseline is None:
        return report
    new = report.baseline.new
    findings = tuple(finding for finding in report.findings if finding.fingerprint in new)
    held = {finding.component.id for finding in findings}
    situations = {s.id for s in report.situations if new.intersection(s.findings)}
    return msgspec.structs.replace(
        report,
        findings=findings,
        components=tuple(component for component in report.components if component.id in held),
        assessments=tuple(a for a in report.assessments if a.situation in situations),
    )


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
