"""Notices of an audit, as files for a site's own senders; nothing here opens a connection.

- `summary_line`: one line for syslog or the journal (`key=value`, RFC 5424 leaves the text free).
- `append_events`: JSON lines, one event a finding that is new or gone, one a target that was not checked whole, and one
  for the audit, for a system that collects events (SIEM).
- `mail_body`: plain text with a subject in its first line.
- `webhook_body`: one JSON object; its `text` is what chat systems show, the rest is for programs.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from scanner.audits.compare import Difference, differences
from scanner.audits.store import AuditRow, ResultRow, Store
from scanner.model.comparison import Change
from scanner.reports import printable

_LISTED = 50
"""Entries that a mail names one by one."""


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to say of a finished audit."""

    audit: AuditRow
    results: tuple[ResultRow, ...]
    changes: tuple[Difference, ...]
    """Since the finished audit before; every finding is new where there is none."""


def notice_of(store: Store, number: int) -> Notice:
    """What to say of an audit, with what changed since the one before."""
    audit = next(row for row in store.audits() if row.id == number)
    earlier = (row.id for row in store.audits(audit.plan) if row.finished and row.id < number)
    # No audit has the number 0: against it, everything is new.
    changes = differences(store, next(earlier, 0), number)
    return Notice(
        audit=audit,
        results=tuple(store.results(number)),
        changes=tuple(one for one in changes if one.change is not Change.UNCHANGED),
    )


def summary_line(plan: str, audit: int, results: Sequence[ResultRow]) -> str:
    """One line for a log."""
    verdicts = Counter(result.verdict or "not-checked" for result in results)
    counted = " ".join(f"{verdict}={number}" for verdict, number in sorted(verdicts.items()))
    incomplete = sum(not result.is_complete for result in results)
    return f"frscan audit={audit} plan={plan} targets={len(results)} {counted} incomplete={incomplete}"


def append_events(notice: Notice, file: Path) -> None:
    """Add the audit's events to a file of JSON lines. Raises `OSError`."""
    lines = [msgspec.json.encode(event, order="deterministic") for event in _events(notice)]
    with file.open("ab") as stream:
        stream.write(b"".join(line + b"\n" for line in lines))


def _events(notice: Notice) -> Iterator[dict[str, object]]:
    shared = {"audit": notice.audit.id, "plan": notice.audit.plan, "time": notice.audit.finished}
    for one in notice.changes:
        fields = {name: str(getattr(one, name)) for name in one.__struct_fields__}
        yield shared | {"event": "finding"} | fields
    for result in notice.results:
        if not result.is_complete:
            what = {"target": result.target, "department": result.department, "why": result.error}
            yield shared | {"event": "not-read-whole"} | what
    counted = Counter(str(one.change) for one in notice.changes)
    verdicts = Counter(result.verdict or "not-checked" for result in notice.results)
    yield shared | {"event": "audit", "targets": len(notice.results), "verdicts": verdicts, "changes": counted}


def mail_body(notice: Notice) -> str:
    """The text of a mail: what is new, what is gone, and what was not looked at."""
    audit, changes = notice.audit, notice.changes
    new = [one for one in changes if one.change is Change.NEW]
    unread = [result for result in notice.results if not result.is_complete]
    lines = [
        f"Subject: frscan audit {audit.plan}: {len(new):,} new, {len(unread):,} not read whole",
        "",
        f"Audit {audit.id} of {audit.started[:10]} looked at {len(notice.results):,} targets.",
        *_section("New", (_said(one) for one in new)),
        *_section("Gone", (_said(one) for one in changes if one.change is Change.GONE)),
        *_section("Found before, not looked at this time", map(_said, _not_looked_at(changes))),
        *_section(
            "Not checked, or not whole",
            (f"{result.target}: {result.error or 'its report says what was not read'}" for result in unread),
        ),
        "",
        "`frscan audit report` has the whole. This is not legal advice.",
    ]
    return "\n".join(printable(line) for line in lines) + "\n"


def webhook_body(notice: Notice) -> bytes:
    """The body of one call to a webhook: what a person reads, and the same counted for a program."""
    audit, counted = notice.audit, Counter(str(one.change) for one in notice.changes)
    body = {
        "text": mail_body(notice),
        "plan": audit.plan,
        "audit": audit.id,
        "time": audit.finished,
        "targets": len(notice.results),
        "verdicts": Counter(result.verdict or "not-checked" for result in notice.results),
        "not_read_whole": sum(not result.is_complete for result in notice.results),
        "changes": {change: counted[change] for change in ("new", "gone", "not-looked-at")},
    }
    return msgspec.json.encode(body, order="deterministic") + b"\n"


def _not_looked_at(changes: Iterable[Difference]) -> Iterator[Difference]:
    return (one for one in changes if one.change is Change.NOT_LOOKED_AT)


def _said(one: Difference) -> str:
    stands = f" ({one.outcome})" if one.outcome else ""
    return f"{one.technology} in {one.component}, {one.target}{stands}"


def _section(title: str, entries: Iterable[str]) -> list[str]:
    listed = list(entries)
    if not listed:
        return []
    more = [f"  … and {len(listed) - _LISTED:,} more"] if len(listed) > _LISTED else []
    return ["", f"{title} ({len(listed):,}):", *(f"  {entry}" for entry in listed[:_LISTED]), *more]
