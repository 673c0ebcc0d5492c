"""The store: what audits found, in one database. SQLite by default, PostgreSQL by its URL.

A target's result, findings and facts are written in one transaction: after a crash it is there whole or not at all, and
its key keeps it from standing there twice.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from scanner.audits.lock import held_lock
from scanner.model.report import Report

if TYPE_CHECKING:
    from sqlalchemy import Connection

_PART_BYTES = 4 << 20


class BadStore(Exception):
    """The store cannot be opened or is in use, in a sentence for the terminal."""


class AuditRow(msgspec.Struct, frozen=True, kw_only=True):
    """An audit."""

    id: int = 0
    plan: str
    digest: str
    started: str
    finished: str = ""
    """Empty while it runs, or after it was interrupted."""
    signatures: str
    tool: str
    asked: bytes
    """Digests of the byte patterns that its reading asked for."""
    is_again: bool
    """Answered from stored facts; nothing was read."""


class ResultRow(msgspec.Struct, frozen=True, kw_only=True):
    """What an audit says of one target."""

    audit: int
    target: str
    department: str
    verdict: str
    """Empty if the target could not be checked."""
    is_complete: bool
    error: str
    """Why it could not be checked, in a sentence."""
    outcome: str
    """The gravest outcome of any law; empty without one."""
    report: bytes = b""
    """The JSON report, compressed."""


class FindingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A finding of an audit, as far as lists and comparisons need it."""

    audit: int
    target: str
    fingerprint: str
    component_id: str
    department: str
    technology: str
    vendor: str
    component: str
    locator: str
    verdict: str
    presence: str
    outcome: str


class Store:
    """A store, open. Use it in a `with` block."""

    def __init__(self, url: str) -> None:
        from sqlalchemy import create_engine, event, exc

        try:
            self._engine = create_engine(url)
            if self._engine.dialect.name == "sqlite":
                event.listen(self._engine, "connect", _prepare_sqlite)
            self._migrate()
        except (exc.SQLAlchemyError, ImportError, OSError) as error:
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise BadStore(f"The store cannot be opened: {reason}.") from error

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def locked(self, plan: str) -> Iterator[None]:
        """Keep other runs of the plan out. Raises `BadStore` if one is at work; a dead one holds no lock."""
        with held_lock(self._engine, plan) as is_held:
            if not is_held:
                raise BadStore(f"An audit of the plan “{plan}” is running already; two at once would overlap.")
            yield

    def begin(self, row: AuditRow) -> int:
        """Write a new audit down; the number it gets, whatever `row.id` says."""
        from scanner.audits.tables import audits

        values = {name: value for name, value in _values(row).items() if name != "id"}
        with self._engine.begin() as connection:
            return int(connection.execute(audits.insert().values(**values).returning(audits.c.id)).scalar_one())

    def finish(self, audit: int, finished: str, keep: int) -> None:
        """Mark an audit as finished, and drop those of its plan beyond the `keep` latest finished ones."""
        from scanner.audits.tables import audits

        with self._engine.begin() as connection:
            connection.execute(audits.update().where(audits.c.id == audit).values(finished=finished))
            plan = connection.execute(audits.select().where(audits.c.id == audit)).one().plan
            chosen = audits.select().where(audits.c.plan == plan, audits.c.finished != "").order_by(audits.c.id.desc())
            for row in connection.execute(chosen.offset(keep)).all():
                _forget(connection, row.id)

    def audits(self, plan: str = "") -> list[AuditRow]:
        """Audits, the latest first."""
        from scanner.audits.tables import audits

        chosen = audits.select().order_by(audits.c.id.desc())
        return self._rows(chosen.where(audits.c.plan == plan) if plan else chosen, AuditRow)

    def results(self, audit: int, *, with_reports: bool = False) -> list[ResultRow]:
        """What an audit says of each target, sorted."""
        from sqlalchemy import select

        from scanner.audits.tables import results

        columns = [c for c in results.c if with_reports or c.name != "report"]
        return self._rows(select(*columns).where(results.c.audit == audit).order_by(results.c.target), ResultRow)

    def report(self, audit: int, target: str) -> Report | None:
        """The whole report on a target; None if it could not be checked."""
        from scanner.audits.tables import results

        with self._engine.connect() as connection:
            chosen = results.select().where(results.c.audit == audit, results.c.target == target)
            row = connection.execute(chosen).one_or_none()
        return msgspec.json.decode(zlib.decompress(row.report), type=Report) if row is not None and row.report else None

    def findings(self, audit: int) -> list[FindingRow]:
        """All findings of an audit, sorted by target."""
        from scanner.audits.tables import findings

        order = (findings.c.target, findings.c.fingerprint, findings.c.component_id)
        return self._rows(findings.select().where(findings.c.audit == audit).order_by(*order), FindingRow)

    def result(self, audit: int, target: str) -> ResultRow | None:
        """What an audit says of one target, without the report; None if it has not come to it."""
        from sqlalchemy import select

        from scanner.audits.tables import results

        columns = [c for c in results.c if c.name != "report"]
        chosen = select(*columns).where(results.c.audit == audit, results.c.target == target)
        return next(iter(self._rows(chosen, ResultRow)), None)

    def put(self, plan: str, result: ResultRow, findings: Sequence[FindingRow], facts: Iterable[bytes] | None) -> None:
        """Keep what was found of a target, whole or not at all; `facts` take the place of earlier ones, if given.

        What is kept stays: where two had the same target at hand, the second changes nothing.
        """
        from sqlalchemy import exc

        try:
            self._put(plan, result, findings, facts)
        except exc.IntegrityError:
            if self.result(result.audit, result.target) is None:
                raise

    def _put(self, plan: str, result: ResultRow, findings: Sequence[FindingRow], facts: Iterable[bytes] | None) -> None:
        from scanner.audits import tables

        with self._engine.begin() as connection:
            connection.execute(tables.results.insert().values(**_values(result)))
            if findings:
                connection.execute(tables.findings.insert(), [_values(row) for row in findings])
            if facts is not None:
                mine = (tables.facts.c.plan == plan, tables.facts.c.target == result.target)
                connection.execute(tables.facts.delete().where(*mine))
                for part, value in enumerate(_parts(facts)):
                    row = {"plan": plan, "target": result.target, "part": part, "value": value}
                    connection.execute(tables.facts.insert().values(**row))

    def facts(self, plan: str, target: str) -> Iterator[bytes]:
        """The stored facts of a target, as they were handed in; none if there are none."""
        from sqlalchemy import select

        from scanner.audits.tables import facts

        chosen = select(facts.c.value).where(facts.c.plan == plan, facts.c.target == target).order_by(facts.c.part)
        with self._engine.connect() as connection:
            for (value,) in connection.execute(chosen):
                yield from msgspec.msgpack.decode(zlib.decompress(value), type=list[bytes])

    def _rows(self, chosen: Any, kind: type[Any]) -> list[Any]:  # Any: a row is whatever struct is asked for
        with self._engine.connect() as connection:
            return [kind(**row._mapping) for row in connection.execute(chosen)]

    def _migrate(self) -> None:
        from sqlalchemy import inspect

        from scanner.audits.migrations import STEPS
        from scanner.audits.tables import version

        with self._engine.begin() as connection:
            is_new = not inspect(connection).has_table(version.name)
            known = 0 if is_new else int(connection.execute(version.select()).scalar_one())
            if known > len(STEPS):
                raise BadStore("The store was made by a later version of frscan; bring this one up to date.")
            for step in STEPS[known:]:
                step(connection)
            if known < len(STEPS):
                connection.execute(version.delete())
                connection.execute(version.insert().values(version=len(STEPS)))


def _prepare_sqlite(connection: Any, _record: object) -> None:  # Any: sqlite3's connection, by way of the library
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA busy_timeout=30000")


def _values(row: msgspec.Struct) -> dict[str, Any]:  # Any: the columns' values
    return {name: getattr(row, name) for name in row.__struct_fields__}


def _forget(connection: "Connection", audit: int) -> None:
    from scanner.audits import tables

    for table in (tables.findings, tables.results):
        connection.execute(table.delete().where(table.c.audit == audit))
    connection.execute(tables.audits.delete().where(tables.audits.c.id == audit))


def _parts(pieces: Iterable[bytes]) -> Iterator[bytes]:
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= _PART_BYTES:
            yield zlib.compress(msgspec.msgpack.encode(held), 6)
            held, size = [], 0
    if held:
        yield zlib.compress(msgspec.msgpack.encode(held), 6)


def packed_report(report: Report) -> bytes:
    """A report as the store keeps it."""
    return zlib.compress(msgspec.json.encode(report, order="deterministic"), 6)
