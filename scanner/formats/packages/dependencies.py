"""Which package of a lock file asks for which other one."""

from collections.abc import Iterable, Iterator

from scanner.model.observation import Requires
from scanner.model.source import Budget
from scanner.model.vocabulary import Scope

PROJECT = ""
"""Who asks, where it is the project that the file belongs to."""


def requires(
    by: str | None, purls: Iterable[str | None], place: str, budget: Budget, scope: Scope = Scope.RUNTIME
) -> Iterator[Requires]:
    """One observation of all that `by` (a package URL or `PROJECT`) asks for; none where it asks for nothing.

    Names that made no package URL are handed in as None and passed over.
    """
    found: dict[str, None] = {}
    for purl in purls:
        budget.spend_items()
        if purl is not None:
            found[purl] = None
    if found and by is not None:
        yield Requires(by=by, purls=tuple(found), place=place, scope=scope)
