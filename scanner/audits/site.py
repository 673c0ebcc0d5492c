"""The site of an audit: a folder with an overview, the report on each target, and the table of determinations.

It needs no server, no script and nothing from outside, and can be published as it is. In the public edition targets go
by numbers, and reports and decisions are those of the reports' public edition.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from io import StringIO
from pathlib import Path

import msgspec

from scanner.audits.compare import Difference, differences
from scanner.audits.matters import Matter, Stage, counts, matters_of
from scanner.audits.store import AuditRow, FindingRow, ResultRow, Store
from scanner.model.comparison import Change
from scanner.model.determination import COLUMNS, Determination
from scanner.model.report import Report
from scanner.model.vocabulary import Verdict
from scanner.ordinances import decided
from scanner.reports import RenderOptions, formats, public_edition, words
from scanner.reports.csv import safe_cell, table_rows
from scanner.reports.html import template

REPORTS = "reports"
"""The folder of the reports on targets, below the site's."""
TREND_MOST = 52
"""Audits that the trend shows."""
NO_DEPARTMENT = "no department stated"
_TABLE = ("target", "department", "stage", *COLUMNS)


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One target in the overview."""

    name: str
    department: str
    verdict: str
    outcome: str
    is_complete: bool
    why: str
    matters: Counter[Stage]
    page: str
    """Where its report lies; empty if there is none."""


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One audit in the trend."""

    number: int
    day: str
    targets: int
    matters: int
    recognition: int
    unchecked: int
    """Targets that could not be checked, or not whole."""


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """What the overview tells."""

    plan: str
    audit: AuditRow
    as_of: date
    is_public: bool
    lines: list[Line]
    matters: list[tuple[str, Matter]]
    """With the page of their target."""
    changes: tuple[Difference, ...]
    before: AuditRow | None
    trend: list[Point]


def write_site(
    store: Store,
    audit: AuditRow,
    folder: Path,
    *,
    determinations: Sequence[Determination] = (),
    as_of: date,
    public: bool = False,
) -> int:
    """Write the site of an audit into a folder, which may be there already; the number of reports in it.

    Reports are read and written one at a time: a site of many targets needs no more memory than their findings.

    Raises `OSError` if the folder cannot be written.
    """
    (folder / REPORTS).mkdir(parents=True, exist_ok=True)
    rows = _grouped(store.findings(audit.id))
    results = store.results(audit.id)
    names = {result.target: f"target {n}" if public else result.target for n, result in enumerate(results, 1)}
    lines: list[Line] = []
    matters: list[tuple[str, Matter]] = []
    table: list[dict[str, str]] = []
    for number, result in enumerate(results, 1):
        named = msgspec.structs.replace(result, target=names[result.target])
        report = None if result.error else store.report(audit.id, result.target)
        mine: tuple[Matter, ...] = ()
        page = ""
        if report is not None:
            report = decided(report, determinations)
            mine = matters_of(rows.get(result.target, []), report, report.determinations, as_of)
            page = f"{REPORTS}/{number:05}.html"
            shown = public_edition(report) if public else report
            (folder / page).write_text(formats()["html"].render(shown, RenderOptions()), encoding="utf-8")
            table += _table_of(named, shown, dict(zip(_ids(shown), _ids(report), strict=True)), mine)
        matters += [(page, msgspec.structs.replace(one, target=named.target)) for one in mine]
        lines.append(_line(named, mine, page, public=public))
    before = next((one for one in store.audits(audit.plan) if one.finished and one.id < audit.id), None)
    changed = differences(store, before.id, audit.id) if before else ()
    site = Site(
        plan=audit.plan,
        audit=audit,
        as_of=as_of,
        is_public=public,
        lines=lines,
        matters=matters,
        changes=tuple(_shown(one, names, public=public) for one in changed if one.change is not Change.UNCHANGED),
        before=before,
        trend=_trend(store, audit),
    )
    (folder / "index.html").write_text(rendered(site), encoding="utf-8")
    _write_table(folder, table)
    return sum(bool(line.page) for line in lines)


def _grouped(rows: Iterable[FindingRow]) -> dict[str, list[FindingRow]]:
    found: dict[str, list[FindingRow]] = {}
    for row in rows:
        found.setdefault(row.target, []).append(row)
    return found


def _ids(report: Report) -> list[str]:
    return [component.id for component in report.components]


def _table_of(
    result: ResultRow, shown: Report, real: dict[str, str], mine: Sequence[Matter]
) -> Iterator[dict[str, str]]:
    """The rows of a target in the table of determinations; `real` gives the ids that an edition replaced."""
    stages = {matter.component_id: str(matter.stage) for matter in mine}
    for row in table_rows(shown):
        stage = stages.get(real[row["component"]], "nothing to decide")
        yield {"target": result.target, "department": result.department, "stage": stage} | row


def _line(result: ResultRow, mine: Sequence[Matter], page: str, *, public: bool) -> Line:
    return Line(
        name=result.target,
        department=result.department,
        verdict=words.HEADLINES[Verdict(result.verdict)] if result.verdict else "not checked",
        outcome=result.outcome,
        is_complete=result.is_complete,
        why="" if public else result.error,
        matters=Counter(one.stage for one in mine),
        page=page,
    )


def _shown(one: Difference, names: dict[str, str], *, public: bool) -> Difference:
    if not public:
        return one
    return msgspec.structs.replace(
        one, target=names.get(one.target, "a target of the audit before"), locator="", fingerprint="", why=""
    )


def _trend(store: Store, audit: AuditRow) -> list[Point]:
    """The finished audits of the plan up to this one, the oldest first."""
    points = []
    for one in store.audits(audit.plan):
        if one.id > audit.id or not (one.finished or one.id == audit.id):
            continue
        results = store.results(one.id)
        points.append(
            Point(
                number=one.id,
                day=one.started[:10],
                targets=len(results),
                matters=len({(row.target, row.component_id) for row in store.findings(one.id) if counts(row)}),
                recognition=sum(result.verdict == Verdict.RECOGNITION for result in results),
                unchecked=sum(not result.is_complete for result in results),
            )
        )
        if len(points) == TREND_MOST:
            break
    return points[::-1]


def _counted(pairs: Iterable[tuple[str, Stage]], order: Sequence[str] = ()) -> list[tuple[str, Counter[Stage]]]:
    """How many matters stand at each stage, by a name; names of `order` first, in its order, the others sorted."""
    found: dict[str, Counter[Stage]] = {}
    for name, stage in pairs:
        found.setdefault(name, Counter())[stage] += 1
    place = {name: number for number, name in enumerate(order)}
    return sorted(found.items(), key=lambda item: (place.get(item[0], len(place)), item[0]))


def rendered(site: Site) -> str:
    """The overview as one page."""
    named = {str(outcome): word for outcome, (word, _) in words.OUTCOMES.items()}
    matters = [matter for _, matter in site.matters]
    return template("audit.html.jinja").render(
        site=site,
        words=words,
        stages=tuple(Stage),
        outcomes=named | {"": "no law was asked"},
        by_stage=Counter(matter.stage for matter in matters),
        by_outcome=_counted(((m.outcome, m.stage) for m in matters), [str(one) for one in words.OUTCOMES]),
        by_department=_counted((m.department or NO_DEPARTMENT, m.stage) for m in matters),
        unchecked=[line for line in site.lines if not line.is_complete],
        tallest=max((point.matters for point in site.trend), default=0) or 1,
        change_words={str(change): word for change, word in words.CHANGES.items()},
    )


def _write_table(folder: Path, table: list[dict[str, str]]) -> None:
    """The table of determinations, for a spreadsheet and for programs."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_TABLE)
    writer.writerows([safe_cell(row.get(column, "")) for column in _TABLE] for row in table)
    (folder / "determinations.csv").write_text(out.getvalue(), encoding="utf-8", newline="")
    whole = [{column: row.get(column, "") for column in _TABLE} for row in table]
    (folder / "determinations.json").write_bytes(msgspec.json.format(msgspec.json.encode(whole), indent=2) + b"\n")
