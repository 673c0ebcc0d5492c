"""The store's schema, step by step: a store of an earlier version is brought up to date when it is opened."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection


def _first(connection: "Connection") -> None:
    from scanner.audits.tables import metadata

    metadata.create_all(connection)


STEPS: tuple[Callable[["Connection"], None], ...] = (_first,)
"""Step n brings a store of version n to version n + 1. Steps are added and never changed."""
