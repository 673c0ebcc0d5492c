"""The facts store: everything that was read, by artifact. Results are answered from here, never from the target."""

from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec

from scanner.model.artifact import ArtifactFacts, Oddity, Unread
from scanner.model.report import Coverage


class Facts(Mapping[str, ArtifactFacts]):
    """Facts by locator, in memory for one scan."""

    def __init__(self) -> None:
        self._items: dict[str, ArtifactFacts] = {}
        self._apart: list[Unread] = []

    def add(self, found: ArtifactFacts) -> None:
        """Keep facts; a second helping for the same artifact (an answer to a depth request) adds to the first."""
        locator = found.artifact.locator
        known = self._items.get(locator)
        if known is not None:
            found = msgspec.structs.replace(
                known,
                observations=known.observations + found.observations,
                unread=known.unread + found.unread,
                oddities=known.oddities + found.oddities,
            )
        self._items[locator] = found

    def add_unread(self, unread: Unread) -> None:
        """Keep a record of something that never became an artifact."""
        self._apart.append(unread)

    def __getitem__(self, locator: str) -> ArtifactFacts:
        return self._items[locator]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._items))

    def __len__(self) -> int:
        return len(self._items)

    def unread(self) -> tuple[Unread, ...]:
        """Everything that could not be read, sorted."""
        found = [*self._apart, *(unread for item in self._items.values() for unread in item.unread)]
        return tuple(sorted(found, key=lambda u: (u.locator, u.stage, u.cause)))

    def oddities(self) -> tuple[Oddity, ...]:
        """Everything strange, sorted."""
        found = [(item.artifact.locator, what) for item in self._items.values() for what in item.oddities]
        return tuple(Oddity(locator=locator, what=what) for locator, what in sorted(found))

    def coverage(self, media: frozenset[str]) -> Coverage:
        """Counts of what was looked at, and of what was passed over because it proved to be `media`."""
        types = Counter(item.artifact.type for item in self._items.values())
        skipped = {kind: number for kind, number in sorted(types.items()) if kind in media}
        return Coverage(
            artifacts=len(self._items),
            bytes=sum(item.artifact.size for item in self._items.values() if item.artifact.parent == ""),
            by_type={kind: number for kind, number in sorted(types.items()) if kind not in media},
            skipped=skipped,
        )
