"""A crew: what scans that follow one another have in common, and so is made once.

That is the signatures in use, the worker processes as long as they are told the same, and what machines share.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from scanner.catalogue.knowledge import Knowledge
from scanner.engine.shared import Shared
from scanner.engine.task import Plan
from scanner.engine.telling import TellingNames
from scanner.engine.workers import Pool


class Crew:
    """Use it in a `with` block, at whose end the workers end."""

    def __init__(self, shared_facts: str = "") -> None:
        """`shared_facts` is the URL of a database of facts that machines share."""
        self.shared = Shared(shared_facts, writes=True)
        self.known: tuple[Knowledge, TellingNames] | None = None
        """The signatures, once a scan has loaded them."""
        self._pool: Pool | None = None
        self._told: Plan | None = None

    def __enter__(self) -> "Crew":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the workers, and keep what was read."""
        self._dismiss()
        self.shared.close()

    @contextmanager
    def at_work(self, plan: Plan) -> Iterator[Pool]:
        """Workers that are told just this: those there are, or new ones. What ends the block early ends them."""
        if self._pool is None or self._told != plan:
            self._dismiss()
            self._pool, self._told = Pool(plan, 1), plan
        self._pool.end_the_swollen()
        try:
            yield self._pool
        except BaseException:
            self._pool.stop()
            raise

    def _dismiss(self) -> None:
        if self._pool is not None:
            self._pool.end()
            self._pool = None
