"""How tests run a reader: everything it yields, and what stopped it, within a budget."""

from scanner.model.observation import Observation
from scanner.model.source import Reader, Source, Unreadable
from tests.budgets import CountingBudget


def read(reader: Reader, source: Source, budget: CountingBudget | None = None) -> list[Observation]:
    """Everything a sound artifact gives."""
    return list(reader.observe(source, budget or CountingBudget()))


def read_until_stopped(reader: Reader, source: Source) -> tuple[list[Observation], Unreadable | None]:
    """What was yielded, and the `Unreadable` that followed; any other exception fails the test."""
    found: list[Observation] = []
    try:
        found.extend(reader.observe(source, CountingBudget(items=20_000, bytes=4_000_000)))
    except Unreadable as stopped:
        return found, stopped
    return found, None
