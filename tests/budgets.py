"""A budget for tests, which counts what a reader or container spends."""

from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause


class CountingBudget:
    """Implements `scanner.model.source.Budget` and remembers what was spent."""

    def __init__(self, items: int = 1_000_000, bytes: int = 64 * 1024 * 1024) -> None:  # noqa: A002 (the word of the contract)
        self.items_limit = items
        self.bytes_limit = bytes
        self.items_spent = 0
        self.bytes_spent = 0

    def spend_items(self, count: int = 1) -> None:
        self.items_spent += count
        if self.items_spent > self.items_limit:
            raise Unreadable(Cause.LIMIT, "More entries than the scan may read.")

    def spend_bytes(self, count: int) -> None:
        self.bytes_spent += count
        if self.bytes_spent > self.bytes_limit:
            raise Unreadable(Cause.LIMIT, "More bytes than the scan may read.")
