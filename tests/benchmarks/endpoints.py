"""What an audit of many alike endpoints costs: each against the first, in processor time.

`python -m tests.benchmarks.endpoints FOLDER` takes files of a folder, makes endpoints that share most of them, and
audits them with an empty cache. Every endpoint's own files are those of the folder with a line of its own at their end.
"""

import argparse
import os
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psutil

from scanner.audits import Store, Told, read_plan, run_audit
from scanner.catalogue.knowledge import load_knowledge


def made(source: Path, folder: Path, endpoints: int, files: int, shared: float) -> Path:
    """The plan over the endpoints, which were made."""
    found = [path for path in sorted(source.rglob("*")) if path.is_file() and path.stat().st_size < 1 << 20]
    chosen = found[:: max(1, len(found) // files)][:files]
    for number in range(endpoints):
        endpoint = folder / f"endpoint-{number:04}"
        for place, path in enumerate(chosen):
            copy = endpoint / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            own = f"\n# {number}\n".encode() if place >= shared * len(chosen) else b""
            copy.write_bytes(path.read_bytes() + own)
    plan = folder / "plan.toml"
    plan.write_text('name = "endpoints"\nstore = "audits.sqlite"\n[[group]]\ntargets = ["endpoint-*"]\n')
    return plan


def processor_time_s() -> float:
    """Of this process and of its worker processes, ended or not, in seconds."""
    alive = [child.cpu_times() for child in psutil.Process().children()]
    return sum(os.times()[:4]) + sum(times.user + times.system for times in alive)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--endpoints", type=int, default=200)
    options.add_argument("--files", type=int, default=400)
    options.add_argument("--shared", type=float, default=0.95)
    given = options.parse_args()
    with TemporaryDirectory() as name:
        plan = read_plan(made(given.folder, Path(name), given.endpoints, given.files, given.shared))
        os.environ["FRSCAN_CACHE_DIR"] = str(Path(name) / "cache")
        load_knowledge()  # compiling the signatures is no part of the first endpoint
        ends = [processor_time_s()]

        def note(_told: Told) -> None:
            ends.append(processor_time_s())

        with Store(plan.store) as store:
            run_audit(plan, store, jobs=1, watch=note)
        cost = [after - before for before, after in pairwise(ends)]
        print(f"first {cost[0]:.2f} s, median of the {len(cost) - 1} others {median(cost[1:]):.2f} s processor time")
        print(f"ratio {median(cost[1:]) / cost[0]:.3f}, store {(Path(name) / 'audits.sqlite').stat().st_size:,} bytes")


main()
