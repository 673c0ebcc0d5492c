"""What changed between two audits: new, unchanged, gone, and not looked at this time."""

from collections.abc import Iterable

import msgspec

from scanner.audits.store import FindingRow, ResultRow, Store
from scanner.model.comparison import Change
from scanner.reports import with_baseline


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A finding of either audit, and how it stands."""

    change: Change
    target: str
    department: str
    technology: str
    vendor: str
    component: str
    locator: str
    verdict: str
    outcome: str
    fingerprint: str
    why: str = ""


def differences(store: Store, before: int, after: int) -> tuple[Difference, ...]:
    """Every finding of two audits, sorted by change and target. Equal stores give equal differences."""
    old, new = _by_target(store.findings(before)), _by_target(store.findings(after))
    checked = {result.target: result for result in store.results(after)}
    found: list[Difference] = []
    for target in sorted({*old, *new}):
        mine, theirs = new.get(target, []), old.get(target, [])
        result = checked.get(target)
        if result is None or result.error:
            why = result.error if result else "The plan no longer names it, or the audit was interrupted before it."
            found += [_difference(row, Change.NOT_LOOKED_AT, why) for row in theirs]
        else:
            found += _of_target(store, before, result, theirs, mine)
    return tuple(sorted(found, key=lambda d: (list(Change).index(d.change), d.target, d.fingerprint, d.component)))


def _by_target(rows: Iterable[FindingRow]) -> dict[str, list[FindingRow]]:
    found: dict[str, list[FindingRow]] = {}
    for row in rows:
        found.setdefault(row.target, []).append(row)
    return found


def _of_target(
    store: Store, before: int, result: ResultRow, old: list[FindingRow], new: list[FindingRow]
) -> list[Difference]:
    if _same(old) == _same(new):
        return [_difference(row, Change.UNCHANGED) for row in new]
    earlier, later = store.report(before, result.target), store.report(result.audit, result.target)
    if earlier is None or later is None:
        return [_difference(row, Change.NEW) for row in new]
    compared = with_baseline(later, earlier).baseline
    rows = {row.fingerprint: row for row in (*old, *new)}
    return [
        _difference(rows[entry.fingerprint], entry.change, entry.why)
        for entry in (compared.findings if compared else ())
        if entry.fingerprint in rows
    ]


def _same(rows: list[FindingRow]) -> list[tuple[str, ...]]:
    return [(row.fingerprint, row.component_id, row.verdict, row.presence, row.outcome) for row in rows]


def _difference(row: FindingRow, change: Change, why: str = "") -> Difference:
    shared = {name: getattr(row, name) for name in Difference.__struct_fields__ if name in row.__struct_fields__}
    return Difference(change=change, why=why, **shared)
