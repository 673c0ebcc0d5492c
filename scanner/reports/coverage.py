"""What a scan looked at, what it did not count, and what it could not read."""

from collections import Counter
from contextlib import suppress
from datetime import date

import msgspec

from scanner.model.report import Report
from scanner.reports import words
from scanner.reports.networks import view_networks
from scanner.reports.printable import printable, prose

_NO_DIGEST = "not taken: with --trust-metadata, parts of it were taken for unchanged and not read"


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """A part that was not read."""

    locator: str
    stage: str
    cause: str
    cause_meaning: str
    reason: str
    waiver: str
    """Who accepted it, if somebody did."""


class NotCountedView(msgspec.Struct, frozen=True, kw_only=True):
    """Look-alikes with one reason."""

    why: str
    technology: str
    sights: tuple[tuple[str, str, str], ...]
    """Indicator, locator and place of each."""


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """How the scan was done: names with their values, ready to show."""

    facts: tuple[tuple[str, str], ...]
    by_type: tuple[tuple[str, int], ...]
    skipped: tuple[tuple[str, int], ...]
    networks: tuple[str, ...]


def view_gaps(report: Report) -> tuple[Gap, ...]:
    """Every part that was not read, in the report's order."""
    return tuple(
        Gap(
            locator=printable(unread.locator),
            stage=printable(unread.stage),
            cause=words.plain(unread.cause),
            cause_meaning=words.CAUSES[unread.cause],
            reason=prose(unread.reason),
            waiver=prose(unread.waiver or ""),
        )
        for unread in report.unreadable
    )


def count_causes(report: Report) -> tuple[tuple[str, int], ...]:
    """How many parts were not read for each cause, the most frequent first."""
    causes = Counter(unread.cause for unread in report.unreadable)
    return tuple(
        (words.plain(cause), number) for cause, number in sorted(causes.items(), key=lambda item: (-item[1], item[0]))
    )


def view_not_counted(report: Report) -> tuple[NotCountedView, ...]:
    """Look-alikes, grouped by technology and reason in the report's order."""
    groups: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for entry in report.not_counted:
        sights = groups.setdefault((prose(entry.why), printable(entry.technology)), [])
        sights.append((printable(entry.indicator), printable(entry.locator), printable(entry.place)))
    return tuple(
        NotCountedView(why=why, technology=technology, sights=tuple(sights))
        for (why, technology), sights in groups.items()
    )


def view_method(report: Report) -> Method:
    """What the scan says of itself and of the target."""
    tool, target, coverage = report.tool, report.target, report.coverage
    facts = {
        "Scanner": f"{tool.name} {tool.version}",
        "Signatures": _signature_set(report),
        "Target": f"{target.locator} ({words.plain(target.kind)}, {target.size:,} bytes)",
        "SHA-256 of the target": target.sha256 or (_NO_DIGEST if target.size else ""),
        "Started": report.started,
        "Finished": report.finished,
        "Looked at": f"{words.count(coverage.artifacts, 'file or part', 'files and parts')}, {coverage.bytes:,} bytes",
        "Facts given about the deployment": "; ".join(_deployment(report)) or "none",
    }
    return Method(
        facts=tuple((name, printable(value)) for name, value in facts.items() if value),
        by_type=_counts(coverage.by_type),
        skipped=_counts(coverage.skipped),
        networks=tuple(f"{n.where}: {n.goes_in} → {n.comes_out}" for n in view_networks(report)),
    )


def _signature_set(report: Report) -> str:
    """Which signatures, how many, and how old they were on the day of the scan."""
    tool = report.tool
    about = [words.count(tool.technologies, "technology", "technologies")]
    with suppress(ValueError):
        days = (date.fromisoformat(report.started[:10]) - date.fromisoformat(tool.signatures_date)).days
        about.append(f"set of {tool.signatures_date}, {words.count(max(days, 0), 'day')} old at this scan")
    return f"{tool.signatures} ({', '.join(about)})"


def _counts(numbers: dict[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple((printable(words.plain(name)), numbers[name]) for name in sorted(numbers))


def _deployment(report: Report) -> list[str]:
    given = report.deployment
    lists = {
        "jurisdiction": given.jurisdictions,
        "operator": (given.operator,) if given.operator else (),
        "place": (given.place,) if given.place else (),
        "acts": given.acts,
        "purposes": given.purposes,
        "purposes denied": given.denied_purposes,
        "as of": (given.as_of.isoformat(),) if given.as_of else (),
        "stated by": (given.answered_by,) if given.answered_by else (),
        "stated on": (given.answered_on.isoformat(),) if given.answered_on else (),
    }
    return [f"{name}: {', '.join(values)}" for name, values in lists.items() if values]
