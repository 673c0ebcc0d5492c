"""Where the time goes: the work of one worker over a sample of a tree's files, in this process, under cProfile.

`python -m tests.benchmarks.profile FOLDER [--files N] [--lines N] [--by tottime|cumulative]`
"""

import argparse
import cProfile
import pstats
import random
import time
from pathlib import Path


def main() -> None:
    """Print the functions that took longest. The profiler itself makes small functions look slower than they are."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--files", type=int, default=4000, help="how many, drawn at random but always the same")
    arguments.add_argument("--lines", type=int, default=15)
    arguments.add_argument("--by", choices=("tottime", "cumulative"), default="tottime")
    asked = arguments.parse_args()

    from scanner.catalogue.index import Index
    from scanner.catalogue.load import load_catalogue
    from scanner.catalogue.rules import byte_rules
    from scanner.engine.task import Batch, Plan
    from scanner.engine.telling import TellingNames
    from scanner.engine.worker import examine_batch, prepare
    from scanner.targets import Entry
    from scanner.targets.folder import entries

    catalogue = load_catalogue()
    index = Index(catalogue.technologies)
    telling = TellingNames(index)
    prepare(Plan(rules=byte_rules(catalogue), telling=telling, uses_cache=False))
    found = [entry for entry in entries(asked.folder) if isinstance(entry, Entry)]
    sample = random.Random(1).sample(found, min(asked.files, len(found)))
    batch = Batch(root=str(asked.folder), names=tuple(entry.name for entry in sample))
    profiler = cProfile.Profile()
    began = time.perf_counter()
    profiler.runcall(list, examine_batch(batch))
    took_s = time.perf_counter() - began
    megabytes = sum(entry.size for entry in sample) / 1e6
    print(f"{len(sample)} files, {megabytes:.0f} MB, {took_s:.2f} s under the profiler")
    pstats.Stats(profiler).sort_stats(asked.by).print_stats(asked.lines)


if __name__ == "__main__":
    main()
