"""Asking again: the signatures in use, asked of facts that an earlier scan read. No byte is read.

What readers said (packages, products, classes, libraries …) is answered as if it had just been read. What stands only
in bytes is known for the patterns that were looked for then; of newer ones the report says that they were not asked.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from hashlib import blake2b

import msgspec

from scanner.catalogue.index import Entry, entries_of
from scanner.catalogue.knowledge import Knowledge, knowledge_of
from scanner.catalogue.load import load_catalogue
from scanner.engine.facts import Facts
from scanner.engine.judge import Case, judge
from scanner.engine.scan import now, stamp, tool_of
from scanner.engine.spoken_of import SpokenOf
from scanner.model.artifact import ArtifactFacts, Unread
from scanner.model.law import Deployment
from scanner.model.observation import ByteHit, Observation
from scanner.model.report import Report, Tool
from scanner.model.vocabulary import Cause, IndicatorKind

_ANSWERED_BY_FACTS = frozenset(
    {
        IndicatorKind.PACKAGE,
        IndicatorKind.PRODUCT,
        IndicatorKind.SERVICE,
        IndicatorKind.SIGNER,
        IndicatorKind.ANDROID,
        IndicatorKind.LIBRARY,
        IndicatorKind.CLASS,
        IndicatorKind.NETWORK,
    }
)
"""Kinds whose observations are kept whether or not an indicator asks for them."""
_LISTS = frozenset({"inventory", "sbom"})
"""Targets of which the facts are all there is."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The signatures in use, ready to be asked, and what a reading by them asks of bytes."""

    knowledge: Knowledge
    patterns: dict[str, bytes]
    """Indicator's key → digest of what it looks for, for indicators that only a reading of bytes answers."""

    @property
    def tool(self) -> Tool:
        """What makes the reports."""
        return tool_of(self.knowledge)

    def kept(self) -> bytes:
        """The patterns, to be kept with what a reading by them found."""
        return msgspec.msgpack.encode(self.patterns)


def asked_now() -> Asked:
    """The signatures in use. Raises `CatalogueError`."""
    catalogue = load_catalogue()
    patterns = {
        entry.key: _digest(entry)
        for technology in catalogue.technologies
        for entry in entries_of(technology)
        if entry.indicator.kind not in _ANSWERED_BY_FACTS
    }
    return Asked(knowledge=knowledge_of(catalogue), patterns=patterns)


def answered_again(pieces: Iterable[bytes], deployment: Deployment, asked: Asked, earlier: bytes) -> Report | None:
    """The report that the signatures in use give on stored facts; None if there are none.

    `earlier` is what `Asked.kept` gave for the reading that the facts come from.
    """
    whole = iter(pieces)
    head = next(whole, None)
    if head is None:
        return None
    then = msgspec.msgpack.decode(earlier, type=dict[str, bytes]) if earlier else {}
    today = now()
    facts, target = Facts.restored(head, _translated(whole, then, asked.patterns))
    missing = _not_asked(then, asked) if target.kind not in _LISTS else 0
    if missing:
        reason = (
            f"Not asked: {missing:,} patterns of the signatures are newer than the reading of this target, and only its"
            " bytes could answer them. Run the audit on it again."
        )
        facts.add_unread(Unread(locator=".", stage="not asked", cause=Cause.VANISHED, reason=reason))
    case = Case(tool=asked.tool, target=target, deployment=deployment, today=deployment.as_of or today.date())
    return msgspec.structs.replace(
        judge(SpokenOf(facts, asked.knowledge.index), case), started=stamp(today), finished=stamp(now())
    )


def _digest(entry: Entry) -> bytes:
    indicator = entry.indicator
    rule = entry.technology.yara_source if indicator.kind is IndicatorKind.YARA else ""
    text = "\0".join((entry.technology.id, indicator.kind, indicator.value, rule))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _not_asked(then: dict[str, bytes], asked: Asked) -> int:
    known = set(then.values())
    return sum(digest not in known for digest in asked.patterns.values())


def _translated(pieces: Iterable[bytes], then: dict[str, bytes], patterns: dict[str, bytes]) -> Iterator[ArtifactFacts]:
    """The facts with byte hits under the keys that their patterns have now; a pattern that is gone takes its hits with
    it. Keys are numbers within a signature, and an update moves them."""
    now_by_digest: dict[bytes, list[str]] = defaultdict(list)
    for key, digest in patterns.items():
        now_by_digest[digest].append(key)
    for piece in pieces:
        facts = msgspec.msgpack.decode(piece, type=ArtifactFacts)
        observations = tuple(
            kept for observation in facts.observations for kept in _moved(observation, then, now_by_digest)
        )
        yield msgspec.structs.replace(facts, observations=observations)


def _moved(
    observation: Observation, then: dict[str, bytes], now_by_digest: dict[bytes, list[str]]
) -> Iterator[Observation]:
    if not isinstance(observation, ByteHit):
        yield observation
        return
    for key in now_by_digest.get(then.get(observation.pattern, b""), ()):
        yield msgspec.structs.replace(observation, pattern=key)
