"""The files of a system's packages, as their database lists them: from the root of the system."""

from collections.abc import Iterable, Iterator

from scanner.model.observation import Owns
from scanner.model.source import Budget

_LONGEST_PATH = 4096


def owned(purl: str, paths: Iterable[str], register: str, budget: Budget, place: str) -> Iterator[Owns]:
    """Yield the files; `register` is where the package's row is, relative to the artifact that lists them.

    Folders in the list are the parents of files in it and shared with other packages: they are left out.
    """
    pending = ""
    for raw in paths:
        budget.spend_items()
        path = raw.strip("/")
        if pending and not path.startswith(f"{pending}/"):
            yield Owns(purl=purl, path=f"/{pending}", register=register, place=place)
        pending = path if path != "." and len(path) < _LONGEST_PATH else ""
    if pending:
        yield Owns(purl=purl, path=f"/{pending}", register=register, place=place)
