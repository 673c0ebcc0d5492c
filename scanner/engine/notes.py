"""Notes of what has been read from one artifact, kept also where its reading stops."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import msgspec

from scanner.engine.budget import OUT_OF_MEMORY
from scanner.engine.remember import Found
from scanner.model.artifact import Artifact, Unread
from scanner.model.observation import Observation
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause

_T = TypeVar("_T")
_LIMITS = frozenset({Cause.LIMIT, Cause.TIMED_OUT})


class Notes:
    """What has been read from one artifact so far, in its two halves."""

    def __init__(self, locator: str = "", origin: str = "") -> None:
        self.locator = locator
        self.origin = origin
        self.structure: list[Observation] = []
        self.patterns: list[Observation] = []
        self.unread: list[Unread] = []
        self.oddities: list[str] = []

    def could_not(self, stage: str, why: Unreadable) -> None:
        """Record that something could not be read."""
        columns = why.columns or msgspec.UNSET
        self.unread.append(
            Unread(locator=self.locator, stage=stage, cause=why.cause, reason=why.reason, columns=columns)
        )

    def say_how_far(self, stage: str, what: str) -> None:
        """If a limit just stopped this stage, say how much was read before."""
        if self.unread and self.unread[-1].stage == stage and self.unread[-1].cause in _LIMITS:
            last = self.unread.pop()
            self.unread.append(msgspec.structs.replace(last, reason=f"{last.reason} {what}"))

    def kept(self, stage: str, produce: Callable[[], Iterable[_T]]) -> Iterator[_T]:
        """What comes before an error, and a record of the error."""
        try:
            yield from produce()
        except Unreadable as why:
            self.could_not(stage, why)
        except MemoryError:
            self.could_not(stage, Unreadable(Cause.LIMIT, OUT_OF_MEMORY))
        except Exception as error:  # the worker's edge: a fault in one reader costs one reading
            reason = f"The reader failed on it ({type(error).__name__}); please report this to the project."
            self.could_not(stage, Unreadable(Cause.CRASHED, reason))

    def found(self, artifact: Artifact) -> Found:
        """All of it."""
        return Found(artifact, tuple(self.structure), tuple(self.patterns), tuple(self.unread), tuple(self.oddities))
