"""`python -m tests.benchmarks --tree FOLDER [--against 'syft dir:{tree} -o json'] …`: prints ratios; see README.md."""

import argparse
import compileall
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median

import scanner as scanner_package
from tests.benchmarks.contestants import SCANNER, Contestant, bare_yara, floors, peer, scanner
from tests.benchmarks.process import Took, middle, run

_FIXTURES = Path(__file__).parents[2] / "fixtures" / "android"
_PARTS = ("tree", "scaling", "start", "profile")
_REPEATED_STARTS = 5


def main() -> None:
    """Measure what was asked for."""
    asked = _arguments().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # a time limit, too, leaves nothing behind
    compileall.compile_dir(Path(scanner_package.__file__).parent, quiet=1)  # as an installed program has been
    with tempfile.TemporaryDirectory() as made:
        scratch = Path(made)
        rules_cache = scratch / "cache"
        (scratch / "empty").mkdir()
        first = _first_start(scratch, rules_cache)
        if "start" in asked.only:
            _start_up(scratch, rules_cache, first)
        for tree in asked.tree:
            _measure_tree(tree.resolve(), asked, scratch, rules_cache)


def _arguments() -> argparse.ArgumentParser:
    arguments = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    arguments.add_argument("--tree", type=Path, action="append", default=[], help="a folder to scan; may repeat")
    arguments.add_argument("--against", action="append", default=[], metavar="COMMAND", help="with {tree}; may repeat")
    arguments.add_argument("--rounds", type=int, default=3, help="how often everything runs, in turn")
    arguments.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments.add_argument("--no-yara", action="store_true", help="leave out the bare YARA pass")
    arguments.add_argument("--only", nargs="+", choices=_PARTS, default=list(_PARTS))
    return arguments


def _first_start(scratch: Path, cache: Path) -> Took:
    """Compile signatures and rules once, as a first use does."""
    contestant = scanner("first start", scratch / "empty", cache, "--no-cache")
    return run(contestant.command, contestant.environment)


def _start_up(scratch: Path, cache: Path, first: Took) -> None:
    bare = Contestant("bare interpreter", (sys.executable, "-c", "pass"))
    program = (*SCANNER[:3], "--help")
    rest = [
        Contestant("--help", program),
        scanner("empty folder", scratch / "empty", cache, "--no-cache"),
        scanner("clean.apk (no finding)", _FIXTURES / "clean.apk", cache, "--no-cache"),
        scanner("demo.apk (findings)", _FIXTURES / "demo.apk", cache, "--no-cache"),
    ]
    print("\n== start-up: whole processes")
    print(f"first start of all, signatures and rules compiled: {first.wall_s:.2f} s")
    _show(_in_turn([*rest, bare], _REPEATED_STARTS))


def _measure_tree(tree: Path, asked: argparse.Namespace, scratch: Path, cache: Path) -> None:
    jobs = ("-j", str(asked.jobs))
    cold = scanner("frscan, cold", tree, cache, "--no-cache", *jobs)
    if "tree" in asked.only:
        with tempfile.TemporaryDirectory(dir=scratch) as made:
            kept = Path(made) / "cache"
            filling = scanner("frscan, filling the cache", tree, kept, *jobs)
            warm = scanner("frscan, warm", tree, kept, *jobs)
            trusting = scanner("frscan, warm, --trust-metadata", tree, kept, *jobs, "--trust-metadata")
            walk, hashed = floors(tree, asked.jobs)
            start = scanner("frscan, empty folder", scratch / "empty", kept, "--no-cache")
            rest = [
                *(peer(text, tree) for text in asked.against),
                *([] if asked.no_yara else [bare_yara(tree, Path(made), asked.jobs)]),
                *(warm, trusting, walk, hashed, start),
            ]
            print(f"\n== {tree.name}", flush=True)
            run(hashed.command, hashed.environment)  # so that every contestant finds the files in memory
            took = run(filling.command, filling.environment)
            print(_row(filling.name, took), flush=True)
            found = _in_turn([cold, *rest], asked.rounds)
            _show(found)
            _show_floor("--trust-metadata ÷ (3 walks + start)", found, trusting, (walk, walk, walk, start))
            _show_floor("warm ÷ (hashing + start)", found, warm, (hashed, start))
    if "scaling" in asked.only:
        print(f"\n== {tree.name}: 2 processes against 1", flush=True)
        names = (scanner(f"frscan, -j {n}", tree, cache, "--no-cache", "-j", str(n)) for n in (2, 1))
        _show(_in_turn(list(names), asked.rounds))
    if "profile" in asked.only:
        print(f"\n== {tree.name}: profile", flush=True)
        program = [sys.executable, "-m", "tests.benchmarks.profile", str(tree)]
        subprocess.run(program, check=True, env={**os.environ, "FRSCAN_CACHE_DIR": str(cache)})


_Runs = list[tuple[Contestant, list[Took]]]


def _in_turn(contestants: Sequence[Contestant], rounds: int) -> _Runs:
    """A B C A B C: whatever else the machine is doing then falls on all alike."""
    found: _Runs = [(contestant, []) for contestant in contestants]
    for number in range(1, rounds + 1):
        for contestant, runs in found:
            runs.append(run(contestant.command, contestant.environment))
            print(f"round {number}: {_row(contestant.name, runs[-1])}", file=sys.stderr, flush=True)
    return found


def _show(found: _Runs) -> None:
    """A row each, and of all but the first: how much of what they took the first took."""
    first_name, first = found[0][0].name, found[0][1]
    print(f"{'':34}{'wall s':>9}{'CPU s':>9}{'largest MB':>12}{'sum MB':>9}   {first_name} ÷ this, by round")
    for contestant, runs in found:
        ratios = "" if runs is first else "   " + "  ".join(_ratios(first, runs))
        print(_row(contestant.name, middle(runs)) + ratios, flush=True)


def _show_floor(name: str, found: _Runs, ours: Contestant, floor: Sequence[Contestant]) -> None:
    """How near a run comes to what it cannot go below: at most 1 is the aim."""
    runs = {contestant.name: took for contestant, took in found}
    rounds = zip(runs[ours.name], *(runs[part.name] for part in floor), strict=True)
    print(f"{name}: {median(mine.wall_s / sum(part.wall_s for part in parts) for mine, *parts in rounds):.2f}")


def _row(name: str, took: Took) -> str:
    failed = f"  EXIT STATUS {took.status}" if took.status else ""
    memory = f"{took.peak_bytes / 1e6:12.0f}{took.sum_bytes / 1e6:9.0f}"
    return f"{name:34}{took.wall_s:9.2f}{took.cpu_s:9.2f}{memory}{failed}"


def _ratios(first: Sequence[Took], other: Sequence[Took]) -> Iterable[str]:
    pairs = list(zip(first, other, strict=True))
    yield f"wall {median(a.wall_s / b.wall_s for a, b in pairs):.2f}"
    yield f"CPU {median(a.cpu_s / max(b.cpu_s, 1e-3) for a, b in pairs):.2f}"
    yield f"largest {median(a.peak_bytes / b.peak_bytes for a, b in pairs):.2f}"
    if all(a.sum_bytes and b.sum_bytes for a, b in pairs):
        yield f"sum {median(a.sum_bytes / b.sum_bytes for a, b in pairs):.2f}"


main()
