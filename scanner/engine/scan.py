"""The pipeline: what a newcomer reads first.

    target ─► files ─► facts (in workers) ─► matches ─► depth, where something matched ─► findings ─► laws ─► report

Files are read in worker processes, because everything in them is hostile. What comes home are facts; everything
after that is pure and could be repeated from the facts alone.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import msgspec

from scanner.catalogue.index import Index
from scanner.catalogue.load import Catalogue, load_catalogue
from scanner.catalogue.rules import byte_rules
from scanner.engine.budget import Limits
from scanner.engine.depth import ROUNDS, DepthRequest, depth_requests
from scanner.engine.examine import Plan, Task
from scanner.engine.facts import Facts
from scanner.engine.judge import Case, judge
from scanner.engine.workers import run
from scanner.model.artifact import Unread
from scanner.model.law import Deployment
from scanner.model.locator import below, text_name
from scanner.model.report import Report, Target, Tool
from scanner.targets import Entry, target_kind

_BATCH_BYTES = 4 << 20
_BATCH_FILES = 64


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How to scan."""

    deployment: Deployment = Deployment()
    jobs: int = 0
    """Worker processes; 0: one a processor."""
    limits: Limits = Limits()
    context_bytes: int = 0
    """How much of the neighbourhood of a byte hit evidence shows; it may hold secrets."""


Progress = Callable[[int, int], None]
"""Called with the number of files done and known."""


def _unwatched(_done: int, _known: int) -> None:
    """Nobody watches."""


def scan(paths: Sequence[Path], settings: Settings, progress: Progress = _unwatched) -> Report:
    """Scan what the user named and judge it.

    Raises `MissingTarget` (nothing there, or no permission) and `CatalogueError` (broken signatures).
    """
    started = now()
    kinds = [target_kind(path) for path in paths]
    catalogue = load_catalogue()
    index = Index(catalogue.technologies)
    plan = Plan(rules=byte_rules(catalogue), limits=settings.limits, context_bytes=settings.context_bytes)
    facts = Facts()
    files = _listed(paths, facts)
    tasks = [_task(entry, is_target=kind == "file") for entry, kind in files]
    _read(tasks, plan, settings, facts, progress)
    _deepen(facts, index, {entry.locator: entry for entry, _ in files}, plan, settings)
    case = Case(
        tool=_tool(catalogue),
        target=_target(paths, [kind.KIND for kind in kinds], facts),
        deployment=settings.deployment,
        today=settings.deployment.as_of or started.date(),
    )
    report = judge(facts, index, case)
    return msgspec.structs.replace(report, started=_stamp(started), finished=_stamp(now()))


def _listed(paths: Sequence[Path], facts: Facts) -> list[tuple[Entry, str]]:
    """The files of all targets, each with the kind of its target."""
    files = []
    for path in paths:
        kind = target_kind(path)
        within = _name(path) if len(paths) > 1 and kind.KIND != "file" else ""
        for entry in kind.entries(path):
            if isinstance(entry, Unread):
                facts.add_unread(msgspec.structs.replace(entry, locator=below(within, entry.locator)))
            else:
                files.append((entry._replace(locator=below(within, entry.locator)), kind.KIND))
    return files


def _task(entry: Entry, *, is_target: bool) -> Task:
    return Task(path=str(entry.path), locator=entry.locator, is_target=is_target)


def _read(tasks: Sequence[Task], plan: Plan, settings: Settings, facts: Facts, progress: Progress) -> None:
    batches = list(_batches(tasks))
    done = 0
    for task, found in run(batches, plan, jobs=_jobs(settings, len(batches))):
        for item in found:
            facts.add(item)
        done += not task.reader
        progress(done, len(tasks))


def _deepen(facts: Facts, index: Index, files: dict[str, Entry], plan: Plan, settings: Settings) -> None:
    """Ask deeper readers where something matched, until nothing new is asked or the rounds are over."""
    asked: set[DepthRequest] = set()
    for _ in range(ROUNDS):
        requests = [r for r in depth_requests(facts, index) if r not in asked]
        if not requests:
            return
        asked.update(requests)
        tasks = [_depth_task(request, files[request.locator.partition("!/")[0]]) for request in requests]
        _read(tasks, plan, settings, facts, _unwatched)


def _depth_task(request: DepthRequest, entry: Entry) -> Task:
    return Task(
        path=str(entry.path),
        locator=entry.locator,
        within=request.locator,
        reader=request.reader,
        focus=request.focus,
    )


def _batches(tasks: Sequence[Task]) -> Iterable[list[Task]]:
    """Large files alone and first, small ones together: a batch is lost together when its worker dies."""
    sized = sorted(((_size(task), task) for task in tasks), key=lambda item: (-item[0], item[1].locator))
    batch: list[Task] = []
    held = 0
    for size, task in sized:
        if batch and (held + size > _BATCH_BYTES or len(batch) >= _BATCH_FILES):
            yield batch
            batch, held = [], 0
        batch.append(task)
        held += size
    if batch:
        yield batch


def _size(task: Task) -> int:
    try:
        return Path(task.path).stat().st_size
    except OSError:
        return 0


def _jobs(settings: Settings, batches: int) -> int:
    return max(1, min(settings.jobs or os.cpu_count() or 1, batches))


def _target(paths: Sequence[Path], kinds: Sequence[str], facts: Facts) -> Target:
    if len(paths) > 1:
        return Target(locator=", ".join(_name(path) for path in paths), kind="several")
    name = _name(paths[0])
    artifact = facts[name].artifact if kinds[0] == "file" and name in facts else None
    return Target(
        locator=name,
        kind=kinds[0],
        sha256=artifact.sha256 if artifact else "",
        size=artifact.size if artifact else 0,
    )


def _name(path: Path) -> str:
    """The base name of what the user named; no path of this machine gets into a report."""
    name = path.name if path.name not in {"", ".."} else path.resolve().name
    return text_name(os.fsencode(name or "root"))


def _tool(catalogue: Catalogue) -> Tool:
    technologies = len(catalogue.technologies)
    return Tool(name="frscan", version=version("frscan"), signatures=catalogue.version, technologies=technologies)


def now() -> datetime:
    """The time, or what SOURCE_DATE_EPOCH says it is, so that reports can be reproduced."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch.isdigit() else datetime.now(UTC)


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
