"""Jobs: what a worker is given at a time, and what is tried after it died of it."""

from collections.abc import Iterator

import msgspec

from scanner.engine.task import Batch, Work, answers_due
from scanner.model.artifact import Unread
from scanner.model.vocabulary import Cause

_MOST_DEATHS = 8
"""Members of one file that may each end a worker, until the rest of the file is given up."""
_MOST_HANGS = 2
"""The same for those that take all the time there is."""


class Job:
    """A task or, after a loss, a piece of one."""

    __slots__ = ("at", "is_retry", "number", "ticket", "work")

    def __init__(self, ticket: int, number: int, work: Work, *, is_retry: bool) -> None:
        self.ticket = ticket
        """Of which of the tasks asked it is."""
        self.number = number
        """Which file of it is the first here."""
        self.work = work
        self.is_retry = is_retry
        self.at: tuple[str, str] | None = None
        """What the worker came to last, as it tells of a second try: the stage, and the locator below the file."""

    @property
    def files(self) -> int:
        """How many files it is about, or requests."""
        return answers_due(self.work)

    def pieces(self) -> Iterator["Job"]:
        """What to try after a loss: a batch file by file, and depth request by request."""
        for number in range(self.files):
            piece = self.work.only(number)
            work = piece.traced() if isinstance(piece, Batch) else piece
            yield Job(self.ticket, number, work, is_retry=True)

    def without(self, why: Unread) -> "Job | None":
        """What to try after a second loss: the file without what the worker died of, or only up to there if there is no
        end of it. None if nothing more can be tried."""
        if self.at is None or not isinstance(self.work, Batch):
            return None
        stage, locator = self.at
        loss = msgspec.structs.replace(why, stage=stage, locator=locator)
        if self.work.stops_at is not None or self.at in {(one.stage, one.locator) for one in self.work.lost}:
            return None
        hangs = sum(one.cause is Cause.TIMED_OUT for one in (*self.work.lost, loss))
        if len(self.work.lost) >= _MOST_DEATHS or hangs > _MOST_HANGS:
            work = msgspec.structs.replace(self.work, stops_at=loss)
        else:
            work = msgspec.structs.replace(self.work, lost=(*self.work.lost, loss))
        return Job(self.ticket, self.number, work, is_retry=True)
