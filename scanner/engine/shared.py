"""Shared facts: what one machine has read, for all that reach the same PostgreSQL database.

Behind the cache of each machine (`cache`) stands one table of the same keys and values. A key is made of the bytes and
of everything that decides what is read from them, so two machines cannot disagree about a value, and it makes no
difference to a report who read it.

It only spares work. What is wrong with the database reads as "not there": the first fault is noted for whoever runs
the scans, and from then on each machine reads for itself. Worker processes, which see hostile bytes, may only read.

A file is read in about a millisecond, so an answer has to take less: the driver is used as it is. By way of SQLAlchemy,
asking took as long as reading.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from scanner.engine.cache import Cache, sealed, unsealed

if TYPE_CHECKING:
    from psycopg import Connection

T = TypeVar("T")
_TABLE = "frscan_facts_1"
"""The number is that of the cache file: of how keys and values are made."""
_MAKE = (
    f"CREATE TABLE IF NOT EXISTS {_TABLE} (key bytea PRIMARY KEY, value bytea NOT NULL, day integer NOT NULL)",
    f"CREATE INDEX IF NOT EXISTS {_TABLE}_day ON {_TABLE} (day)",
)
_ASK = f"SELECT key, value FROM {_TABLE} WHERE key = ANY(%s)"  # noqa: S608  (the names are ours)
_KEEP = (
    f"INSERT INTO {_TABLE} SELECT *, %s FROM unnest(%s::bytea[], %s::bytea[])"  # noqa: S608
    " ON CONFLICT (key) DO UPDATE SET value = excluded.value, day = excluded.day"
)
_NOTE_USE = f"UPDATE {_TABLE} SET day = %s WHERE key = ANY(%s) AND day < %s"  # noqa: S608
_FORGET = f"DELETE FROM {_TABLE} WHERE day < %s"  # noqa: S608
_LOCK = 0x66727363616E
"""Held by the one that makes the table, where several machines begin at once."""
_HELD_BYTES = 1 << 20
_HELD_S = 2.0
_MOST_BYTES = 64 << 20
"""Of one value; a larger one is read where it is wanted."""
_WAIT_S = 10
"""For the database to answer: far below what a file may take, so that its silence costs no file."""
_DAY_S = 86_400
UNUSED_DAYS = 90
"""After so many days in which no machine asked for it, a value goes."""


class Shared:
    """The table, reached when it is first asked. Its methods never raise for a fault of the database."""

    def __init__(self, url: str, *, writes: bool = False) -> None:
        """`url` as that of a store in PostgreSQL; empty: nothing is shared."""
        self._url = url
        self._writes = writes
        self._connection: Connection | None = None
        self._held: dict[bytes, bytes] = {}
        self._used: set[bytes] = set()
        self._held_bytes = 0
        self._since = time.monotonic()
        self.fault = ""
        """Why it cannot be used any more, as a sentence; empty while it can."""

    def url(self) -> str:
        """Where workers find it; empty if it cannot be reached."""
        self._ask(lambda _: None, None)
        return self._url

    def get(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The values kept under these keys, those that can be trusted."""
        return self._ask(lambda connection: _values(connection, keys), {})

    def put(self, values: Mapping[bytes, bytes], used: Sequence[bytes] = ()) -> None:
        """Keep values, soon; `used` are keys whose values were of use again."""
        if not self._url:
            return
        self._held.update((key, value) for key, value in values.items() if len(value) <= _MOST_BYTES)
        self._used.update(used)
        self._held_bytes += sum(map(len, values.values()))
        if self._held_bytes >= _HELD_BYTES or time.monotonic() - self._since > _HELD_S:
            self.flush()

    def flush(self) -> None:
        """Keep now what was put in."""
        # In one order everywhere: two that write the same rows at once must not wait for each other.
        values, used, day = sorted(self._held.items()), sorted(self._used), int(time.time()) // _DAY_S
        self._held.clear()
        self._used.clear()
        self._held_bytes, self._since = 0, time.monotonic()
        if values or used:
            self._ask(lambda connection: _keep(connection, values, used, day), None)

    def forget_unused(self) -> None:
        """Drop what no machine has asked for in a long time."""
        oldest = int(time.time()) // _DAY_S - UNUSED_DAYS
        self._ask(lambda connection: connection.execute(_FORGET, (oldest,)), None)

    def close(self) -> None:
        """Keep what was put in, and let go of the database."""
        self.flush()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _ask(self, what: "Callable[[Connection], T]", otherwise: T) -> T:
        """Do something over the connection; whatever goes wrong, there is none from then on."""
        if not self._url:
            return otherwise
        try:
            import psycopg
        except ImportError:
            self._give_up("it needs the extra “fleet”: pip install 'frscan[fleet]'")
            return otherwise
        try:
            self._connection = self._connection or _connected(self._url, writes=self._writes)
            return what(self._connection)
        except (psycopg.Error, OSError) as error:
            self._give_up(str(error))
            return otherwise

    def _give_up(self, why: str) -> None:
        reason = (why.splitlines() or ["it does not say why"])[0]
        self.fault = f"The shared facts cannot be used, so each machine reads for itself: {reason.rstrip('.')}."
        self._url = ""
        self._held.clear()
        self._used.clear()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _values(connection: "Connection", keys: Sequence[bytes]) -> dict[bytes, bytes]:
    rows = connection.execute(_ASK, (list(keys),), prepare=True, binary=True)
    return {key: value for key, kept in rows if (value := unsealed(kept)) is not None}


def _keep(connection: "Connection", values: list[tuple[bytes, bytes]], used: list[bytes], day: int) -> None:
    kept = ([key for key, _ in values], [sealed(value) for _, value in values])
    connection.execute(_KEEP, (day, *kept), binary=True)
    connection.execute(_NOTE_USE, (day, used, day), binary=True)


class Caches:
    """What a worker has to ask: the cache of its machine, and behind it what machines share."""

    def __init__(self, own: Cache, shared_url: str) -> None:
        self._own = own
        self._shared = Shared(shared_url)
        self._brought: dict[bytes, bytes] = {}

    def get(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The values under these keys, wherever they are kept."""
        found = self._own.get(keys)
        if len(found) < len(keys):
            brought = self._shared.get([key for key in keys if key not in found])
            self._brought.update(brought)
            found.update(brought)
        return found

    def get_own(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Those of this machine's cache."""
        return self._own.get(keys)

    def used_again(self) -> list[bytes]:
        """As that of the cache of this machine."""
        return self._own.used_again()

    def brought(self) -> dict[bytes, bytes]:
        """What came from elsewhere since this was last asked."""
        brought, self._brought = self._brought, {}
        return brought


def _connected(url: str, *, writes: bool) -> "Connection":
    from psycopg import connect

    # The words of libpq, §34.1.2 of PostgreSQL's manual.
    plain = url.replace("+psycopg", "", 1)
    connection = connect(plain, autocommit=True, connect_timeout=_WAIT_S, tcp_user_timeout=_WAIT_S * 1000)
    connection.execute(f"SET statement_timeout = {_WAIT_S * 1000}")
    if not writes:
        connection.execute("SET default_transaction_read_only = on")
        return connection
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        for statement in _MAKE:
            connection.execute(statement)
    return connection
