"""A coverage-guided fuzzer for every reader and every container, one at a time.

    python -m tests.fuzz.harness NAME CORPUS [options of libFuzzer]
    python -m tests.fuzz.harness all FOLDER SEEDS [options of libFuzzer]

NAME is the `INFO.name` of a reader or container, CORPUS a folder in which inputs are kept. See README.md beside this.
"""

import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

try:
    import atheris  # type: ignore[import-not-found, unused-ignore]  # no dependency: see README.md
except ImportError:
    atheris = None

# Only what is loaded here is watched: the libraries around it take a minute to instrument and are not ours to cover.
with (
    atheris.instrument_imports(include=["scanner"]) if atheris is not None and __name__ == "__main__" else nullcontext()
):
    from scanner.containers import containers
    from scanner.formats import readers

    KNOWN = {module.INFO.name: module for module in (*readers(), *containers())}
from scanner.model.source import HEAD_BYTES, Unreadable
from tests.budgets import CountingBudget
from tests.sources import BytesSource

FIXTURES = Path(__file__).parents[2] / "fixtures" / "formats"
DEADLINE_S = 900
MIN_ARGUMENTS = 2
ITEMS = 200_000
BYTES = 16 << 20
FOCUS = frozenset({"cv2", "face_recognition", "com.example.Face"})
"""What readers that look for something are asked about."""


def parsers() -> dict[str, Any]:
    """Every reader and container by name; what both have in common is not typed as one."""
    return dict(KNOWN)


def name_for(parser: Any) -> str:
    """A file name that the parser wants."""
    if parser.INFO.names:
        return str(parser.INFO.names[0])
    return "input" + (str(parser.INFO.suffixes[0]) if parser.INFO.suffixes else ".bin")


def run_once(parser: Any, data: bytes, name: str = "", focus: frozenset[str] = FOCUS) -> None:
    """Give a parser some bytes. Raises whatever it raises but for `Unreadable`, which is its right."""
    name = name or name_for(parser)
    source = BytesSource(name, data, focus=focus if hasattr(parser, "observe") else frozenset())
    for ask in ("wants", "confirms"):
        function = getattr(parser, ask, None)
        if function is not None:
            function(*((name, data[:HEAD_BYTES]) if ask == "wants" else (source,)))
    budget = CountingBudget(items=ITEMS, bytes=BYTES)
    if hasattr(parser, "observe"):
        _exhaust(lambda: parser.observe(source, budget))
    if hasattr(parser, "regions"):
        _exhaust(lambda: parser.regions(source, budget))
    if hasattr(parser, "members"):
        _exhaust(lambda: _contents(parser, source, budget))


def _contents(container: Any, source: BytesSource, budget: CountingBudget) -> Iterable[object]:
    for member in container.members(source, budget):
        if member.kind == "file":
            _exhaust(member.chunks)
        yield member


def _exhaust(produce: Callable[[], Iterable[object]]) -> None:
    try:
        for _ in produce():
            pass
    except Unreadable:
        pass


def drive(names: Iterable[str], folder: Path, seeds: Path, options: list[str]) -> None:
    """Fuzz one parser after the other, each in a process of its own; what came of it is a line in FOLDER/counts.tsv.

    A process forked from this one need not load and watch the scanner again, which takes a minute.
    """
    for name in names:
        inputs = folder / name
        (inputs / "corpus").mkdir(parents=True, exist_ok=True)
        begin = [str(path) for path in (seeds / name, FIXTURES / name) if path.is_dir()]
        arguments = [sys.argv[0], str(inputs / "corpus"), *begin, f"-artifact_prefix={inputs}/", "-print_final_stats=1"]
        child = os.fork()
        if child == 0:
            log = os.open(inputs / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(log, 1)
            os.dup2(log, 2)
            fuzz(name, [*arguments, *options])
        status = _waited_for(child, DEADLINE_S)
        with (folder / "counts.tsv").open("a", encoding="utf-8") as counts:
            counts.write("\t".join((name, *_told(inputs), status)) + "\n")


def _waited_for(child: int, seconds: float) -> str:
    """How a process ended; one that does not end in time is ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return f"exit {os.waitstatus_to_exitcode(status)}"
        time.sleep(0.2)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "did not end"


def _told(inputs: Path) -> tuple[str, str, str]:
    """Runs, peak of memory in MB, and the faults found, as a log of libFuzzer and the files beside it tell."""
    log = (inputs / "log").read_text("utf-8", "replace")
    runs, peak = (
        (re.findall(rf"stat::{what}: *(\d+)", log) or ["?"])[-1] for what in ("number_of_executed_units", "peak_rss_mb")
    )
    faults = sorted(path.name for path in inputs.iterdir() if path.name.startswith(("crash-", "timeout-", "oom-")))
    return runs, peak, ",".join(faults) or "-"


def fuzz(name: str, arguments: list[str]) -> None:
    """Give a parser inputs until libFuzzer ends the process."""
    parser = KNOWN[name]
    atheris.Setup(arguments, lambda data: run_once(parser, data))
    atheris.Fuzz()


def main() -> None:
    name = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    known = parsers()
    names = sorted(known) if name == "all" else name.split(",")
    if not set(names) <= set(known):
        sys.exit(f"usage: python -m tests.fuzz.harness NAME CORPUS; NAME is one of {', '.join(sorted(known))}.")
    if atheris is None:
        sys.exit("The fuzzer is not installed: python -m pip install atheris (Linux and macOS).")
    if name in known:
        fuzz(name, sys.argv)
    elif len(sys.argv) > MIN_ARGUMENTS:
        drive(names, Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])


if __name__ == "__main__":
    main()
