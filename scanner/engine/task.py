"""Tasks: what a worker is asked, and what it answers."""

import os
from collections import Counter
from collections.abc import Sequence

import msgspec

from scanner.catalogue.rules import ByteRules
from scanner.engine.budget import Limits, TargetLimits
from scanner.engine.depth import DepthRequest
from scanner.engine.importers import may_import
from scanner.engine.remember import Found, placed
from scanner.engine.telling import TellingNames
from scanner.evidence.stacks import may_hide_others
from scanner.model.artifact import WHITEOUT, ArtifactFacts, Unread
from scanner.model.locator import below, text_name


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker needs to know, once."""

    rules: ByteRules
    telling: TellingNames
    limits: Limits = Limits()
    target_limits: TargetLimits = TargetLimits()
    context_bytes: int = 0
    uses_cache: bool = True
    trusts_metadata: bool = False
    """Members of images, too, are taken for unchanged if they look so."""
    keys: tuple[bytes, ...] = ()
    """What may open encrypted volumes."""
    told: tuple[str, ...] = ()
    """What the user told of a list's columns: `name=Title`."""
    shared_facts: str = ""
    """The URL of what machines share; empty: nothing."""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Files to examine."""

    root: str
    """The folder they lie below, on this machine: never part of a fact. Empty: the names are whole paths."""
    names: tuple[str, ...]
    """Paths below `root`."""
    prefix: str = ""
    """What their locators begin with, where several targets are scanned at once."""
    part: tuple[int, int] = (0, 1)
    """Which part of how many, of one large container whose members are dealt out."""
    is_target: bool = False
    """Whether the one file is the target itself."""
    reader: str = ""
    """The one reader that the kind of target means it for; empty: whoever wants it."""
    is_traced: bool = False
    """Whether a worker died of it, and now tells which part of the file it comes to."""
    lost: tuple[Unread, ...] = ()
    """What of the one file a worker died of and is to be left alone; the locators are below the file."""
    stops_at: Unread | None = None
    """Where the one file is given up, because too much of it ends workers."""
    is_hashed_only: bool = False
    """Whether the digests of the files are all that is asked."""
    asks_sha256: bool = False
    """Whether those are to be SHA-256, by which reports name files."""

    @property
    def is_usual(self) -> bool:
        """Whether its files are examined whole, and for the first time."""
        return not (self.is_target or self.is_traced) and self.part == (0, 1)

    def only(self, number: int) -> "Batch":
        """A batch of one of the files."""
        return msgspec.structs.replace(self, names=(self.names[number],))

    def of_part(self, part: int, parts: int) -> "Batch":
        """The same file, one part of its members."""
        return msgspec.structs.replace(self, part=(part, parts))

    def traced(self) -> "Batch":
        """The same, for a second try."""
        return msgspec.structs.replace(self, is_traced=True)

    def path(self, number: int) -> str:
        """Where a file lies. Links are followed only to what the user named."""
        between = "" if not self.root or self.root.endswith(os.sep) else os.sep
        path = f"{self.root}{between}{self.names[number]}"  # a hundred thousand times: joining takes five times as long
        return os.path.realpath(path) if self.is_target else path

    def locator(self, number: int) -> str:
        """How reports name a file."""
        return below(self.prefix, text_name(self.names[number].replace(os.sep, "/")))


class DepthTask(msgspec.Struct, frozen=True, kw_only=True):
    """Artifacts of one file, for the readers that are asked about them; what is asked together is unpacked once."""

    path: str
    locator: str
    """Of the file."""
    asks: tuple[DepthRequest, ...]

    def only(self, number: int) -> "DepthTask":
        """A task of one of the requests."""
        return msgspec.structs.replace(self, asks=(self.asks[number],))


Work = Batch | DepthTask


def answers_due(work: Work) -> int:
    """How many answers a task has: one a file, or one a request."""
    return len(work.names) if isinstance(work, Batch) else len(work.asks)


def largest(work: Work) -> int:
    """Bytes of the file, where there is only one: the large ones go alone. 0 if it is gone."""
    if isinstance(work, Batch) and len(work.names) > 1:
        return 0
    try:
        return os.stat(work.path(0) if isinstance(work, Batch) else work.path).st_size  # noqa: PTH116  (many times)
    except OSError:
        return 0


class Answer(msgspec.Struct, array_like=True):
    """What there is to say of one file."""

    type: str
    size: int = 0
    nested: dict[str, int] = {}
    """Types of what lies inside it and has nothing to say for itself."""
    facts: list[ArtifactFacts] = []
    """Of the file and of what lies inside it, where there is something to say."""
    content: bytes = b""
    """Digest of its bytes, if it was taken."""
    keep: dict[bytes, bytes] = {}
    """For the cache, and for what machines share."""
    keep_here: dict[bytes, bytes] = {}
    """For this machine's cache alone."""
    brought: dict[bytes, bytes] = {}
    """For the cache too: what another machine had read."""
    spent: tuple[int, int] = (0, 0)
    """Entries counted and bytes made to read it; nothing, where the cache knew."""
    left_unread: bool = False
    """Whether parts of it were taken for unchanged without reading them: then no digest is made of it."""
    used: list[bytes] = []
    """Keys of what the cache knew, to be noted as of use today."""
    importers: list[str] = []
    """Locators, below the file, of source files of a project inside it, which may import each other."""


def answer_of(plan: Plan, found: Sequence[Found], batch: Batch, number: int) -> Answer:
    """What there is to say of a file: facts where there are any, the rest counted by type."""
    answer = Answer(type="")
    plain: Counter[str] = Counter()
    locator = ""
    for item in found:
        artifact = item.artifact
        if artifact.locator == "":
            answer.type, answer.size = artifact.type, artifact.size
        is_telling = bool(item.structure or item.patterns or item.unread or item.oddities or artifact.type == WHITEOUT)
        may_hide = bool(artifact.locator) and may_hide_others(artifact.locator)
        if is_telling or may_hide or plan.telling.tells(artifact.name, artifact.type):
            locator = locator or batch.locator(number)
            answer.facts.append(placed(item, locator))
        elif artifact.locator:
            plain[artifact.type] += 1
        if artifact.locator and may_import(artifact.locator):
            answer.importers.append(artifact.locator)
    answer.nested = dict(plain)
    return answer
