"""The lock that keeps two runs of one plan apart. It goes with its holder, however that ends.

With SQLite the operating system holds it on a file beside the database, with PostgreSQL the server on a connection.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine


@contextmanager
def held_lock(engine: "Engine", plan: str) -> Iterator[bool]:
    """Whether the lock could be taken; it is held while the block runs."""
    if engine.dialect.name == "postgresql":
        with _of_server(engine, plan) as is_held:
            yield is_held
        return
    database = engine.url.database
    if not database or database == ":memory:":
        yield True
        return
    with Path(f"{database}.{plan}.lock").open("a+b") as file:
        yield _of_system(file)


@contextmanager
def _of_server(engine: "Engine", plan: str) -> Iterator[bool]:
    from sqlalchemy import text

    number = int.from_bytes(sha256(f"frscan {plan}".encode()).digest()[:8], "big", signed=True)
    # No transaction stays open for the whole audit, and the connection goes back to the pool without the lock.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_held = bool(connection.execute(text("SELECT pg_try_advisory_lock(:n)"), {"n": number}).scalar())
        try:
            yield is_held
        finally:
            if is_held:
                connection.execute(text("SELECT pg_advisory_unlock(:n)"), {"n": number})


def _of_system(file: IO[bytes]) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]  # on Windows alone
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
