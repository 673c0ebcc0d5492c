"""The pipeline: what a newcomer reads first.

    target ─► files ─► facts (in workers) ─► matches ─► depth, where something matched ─► findings ─► laws ─► report

Files are read in worker processes, because everything in them is hostile. What comes home are facts; everything
after that is pure and could be repeated from the facts alone.
"""

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from scanner import __version__
from scanner.catalogue.knowledge import Knowledge, knowledge_of, load_knowledge
from scanner.catalogue.load import Catalogue
from scanner.engine.ahead import Ahead
from scanner.engine.budget import Limits, TargetLimits
from scanner.engine.cache import Cache
from scanner.engine.crew import Crew
from scanner.engine.digests import Digests
from scanner.engine.facts import Facts
from scanner.engine.garbage import kept_for_good, seldom_collected
from scanner.engine.judge import Case, judge, make_ready
from scanner.engine.last_report import LastReport, is_there_one
from scanner.engine.layers import hide_what_nobody_sees
from scanner.engine.listing import listed, name_of, note
from scanner.engine.reading import Progress, Reading, Stretch
from scanner.engine.spoken_of import SpokenOf
from scanner.engine.task import Plan
from scanner.engine.telling import TellingNames
from scanner.model.artifact import Oddity, Unread
from scanner.model.law import Deployment
from scanner.model.report import Report, Target, Tool
from scanner.model.vocabulary import Cause
from scanner.targets import Opened, PassedOver, open_target


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How to scan."""

    deployment: Deployment = Deployment()
    jobs: int = 0
    """Worker processes; 0: one a processor."""
    limits: Limits = Limits()
    """Of each file."""
    target_limits: TargetLimits = TargetLimits()
    """Of all of it."""
    context_bytes: int = 0
    """How much of the neighbourhood of a byte hit evidence shows; it may hold secrets."""
    uses_cache: bool = True
    exclude: tuple[str, ...] = ()
    """Patterns of files of the target to leave out."""
    told: tuple[str, ...] = ()
    """Which column of a list of software holds what, as the user told: `name=Title`."""
    enters_file_systems: bool = False
    """Go on into file systems that are mounted below a folder; those that hold no files of their own never."""
    keys: tuple[bytes, ...] = ()
    """What may open encrypted volumes. With any, the cache is left alone: nothing of such a volume is kept."""
    trusts_metadata: bool = False
    """Take a file for unchanged if its size, times and inode are, without reading it."""
    is_copy: bool = False
    """The target is a copy that is gone afterwards: how its files looked is of no use to a later scan."""


@seldom_collected()
def scan(
    paths: Sequence[Path],
    settings: Settings,
    watch: Callable[[Progress], None] = lambda _: None,
    catalogue: Catalogue | None = None,
    keep: Callable[[Facts, Target], None] | None = None,
    crew: Crew | None = None,
    lacks: Sequence[Unread | PassedOver] = (),
    meanwhile: Callable[[], None] = lambda: None,
) -> Report:
    """Scan what the user named and judge it, by the signatures in use unless a catalogue is given.

    `crew` has what this scan has in common with others of the same signatures; without it nothing is left afterwards.
    `lacks` is what of a target is not where it could be read. `meanwhile` is what the caller has to do anyway: it is
    called once, when this process would wait for the workers, if it has to wait at all.

    `keep` is handed the facts once everything is read, so that they can be asked again later. Without it, the last
    report is the answer where nothing has changed since.

    Raises `MissingTarget` (nothing there, or no permission) and `CatalogueError` (broken signatures).
    """
    if crew is None:
        with Crew() as own:
            return scan(paths, settings, watch, catalogue, keep, own, lacks, meanwhile)
    started = now()
    targets = [open_target(path) for path in paths]
    knowledge, telling = crew.known = crew.known or _known(catalogue, watch)
    uses_cache = settings.uses_cache and not settings.keys
    plan = Plan(
        rules=knowledge.rules,
        telling=telling,
        limits=settings.limits,
        target_limits=settings.target_limits,
        context_bytes=settings.context_bytes,
        uses_cache=uses_cache,
        trusts_metadata=settings.trusts_metadata,
        keys=settings.keys,
        told=settings.told,
        shared_facts=crew.shared.url() if uses_cache else "",
    )
    facts = Facts()
    for lacking in lacks:
        note(lacking, facts)
    workers = crew.at_work(plan)
    with Cache.to_write(notes_looks=not settings.is_copy) if uses_cache else Cache(None) as cache, workers as pool:
        pool.meanwhile = meanwhile
        pool.jobs = _most_jobs(settings)
        ahead = Ahead(pool, is_hashed_only=keep is None and is_there_one(cache, targets))
        stretches = _listed(targets, facts, settings, watch, None if settings.trusts_metadata else ahead)
        pool.jobs = _jobs(settings, stretches)
        spoken_of = SpokenOf(facts, knowledge.index)
        reading = Reading(plan, spoken_of, cache, crew.shared, pool, watch)
        case = Case(
            tool=tool_of(knowledge),
            target=_target(targets, facts),
            deployment=settings.deployment,
            today=settings.deployment.as_of or started.date(),
        )
        last = LastReport(cache, stretches, next(facts.pieces(case.target)), *_decides(settings, case, knowledge))
        report = last.answer(reading, trusts_metadata=settings.trusts_metadata) if keep is None else None
        if report is None:
            reading.read(stretches, trusts_metadata=settings.trusts_metadata)
            pool.meanwhile = make_ready
            reading.deepen()
            hide_what_nobody_sees(spoken_of, stretches)
            digests = Digests(pool, reading.paths)
            if not reading.is_over:
                digests.begin(spoken_of.locators())
            if cache.was_damaged:
                facts.add_oddity(Oddity(locator=".", what="The cache of earlier scans was damaged; it was made anew."))
            case = msgspec.structs.replace(case, target=_target(targets, facts))
            if keep is not None:
                keep(facts, case.target)
            report = judge(spoken_of, case)
            coverage = msgspec.structs.replace(report.coverage, excluded=settings.exclude)
            artifacts = digests.of(report.findings, case.target)
            report = msgspec.structs.replace(report, coverage=coverage, artifacts=artifacts)
            if not (cache.was_damaged or settings.is_copy):  # a later scan would say so too, or find another copy
                last.keep(report, reading)
        cache.shrink()
    return msgspec.structs.replace(report, started=stamp(started), finished=stamp(now()))


def _known(catalogue: Catalogue | None, watch: Callable[[Progress], None]) -> tuple[Knowledge, TellingNames]:
    with kept_for_good():
        knowledge = knowledge_of(catalogue) if catalogue else load_knowledge(lambda: watch(Progress(is_preparing=True)))
    return knowledge, TellingNames(knowledge.index)


def _decides(settings: Settings, case: Case, knowledge: Knowledge) -> tuple[bytes, ...]:
    """What decides what the report says, besides the files and this program."""
    asked = (settings.limits, settings.target_limits, settings.context_bytes, settings.exclude, settings.told)
    return knowledge.digest, msgspec.msgpack.encode((asked, case))


def _listed(
    targets: Sequence[Opened],
    facts: Facts,
    settings: Settings,
    watch: Callable[[Progress], None],
    ahead: Ahead | None,
) -> list[Stretch]:
    """The files of the targets, or nothing if the user interrupts."""
    try:
        everywhere = settings.enters_file_systems
        return list(listed(targets, facts, settings.exclude, watch, everywhere=everywhere, ahead=ahead))
    except KeyboardInterrupt:
        if ahead is not None:
            ahead.stop()
        reason = "The scan was interrupted while its files were being listed; none were examined."
        facts.add_unread(Unread(locator=".", stage="list", cause=Cause.INTERRUPTED, reason=reason))
        return []


def _most_jobs(settings: Settings) -> int:
    processors = os.cpu_count() or 1
    return max(1, min(settings.jobs or processors, processors))


def _jobs(settings: Settings, stretches: Sequence[Stretch]) -> int:
    """Of few small files, no more processes than there are files."""
    files = sum(len(stretch.entries) for stretch in stretches)
    large = sum(entry.stat[0] for stretch in stretches for entry in stretch.entries) > 8 << 20
    return _most_jobs(settings) if large else max(1, min(_most_jobs(settings), files))


def _target(targets: Sequence[Opened], facts: Facts) -> Target:
    if len(targets) > 1:
        return Target(locator=", ".join(name_of(target.path) for target in targets), kind="several")
    (target,) = targets
    name = name_of(target.path)
    artifact = facts[name].artifact if target.is_file and name in facts else None
    return Target(
        locator=name,
        kind=target.kind.KIND,
        sha256=artifact.sha256 if artifact else "",
        size=artifact.size if artifact else 0,
    )


def tool_of(knowledge: Knowledge) -> Tool:
    """What makes a report with these signatures."""
    return Tool(
        name="frscan",
        version=__version__,
        signatures=knowledge.version,
        signatures_date=knowledge.date,
        technologies=knowledge.technologies,
    )


def now() -> datetime:
    """The time, or what SOURCE_DATE_EPOCH says it is, so that reports can be reproduced."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch.isdigit() else datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """A moment as reports write it: RFC 3339, UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
