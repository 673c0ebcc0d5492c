"""What each reader and container costs: the processor time of its functions while one worker looks at a tree's files.

`python -m tests.benchmarks.readers FOLDER [--every N] [--lines N]`
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Costs = dict[str, list[int]]
"""By function and name: how often it was called, nanoseconds, and how often it said yes or what it gave."""


def main() -> None:
    """Print the functions that took longest, and their share of the worker's whole work."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--every", type=int, default=1, help="only every so many of the files, by their names")
    arguments.add_argument("--lines", type=int, default=20)
    asked = arguments.parse_args()

    from scanner.catalogue.index import Index
    from scanner.catalogue.load import load_catalogue
    from scanner.catalogue.rules import byte_rules
    from scanner.engine.garbage import seldom_collected
    from scanner.engine.known import containers, readers
    from scanner.engine.task import Batch, Plan
    from scanner.engine.telling import TellingNames
    from scanner.engine.worker import examine_batch, prepare
    from scanner.targets import Entry
    from scanner.targets.folder import entries

    catalogue = load_catalogue()
    prepare(Plan(rules=byte_rules(catalogue), telling=TellingNames(Index(catalogue.technologies)), uses_cache=False))
    costs: Costs = defaultdict(lambda: [0, 0, 0])
    for module in (*readers(), *containers()):
        _time_functions(module, costs)
    names = sorted(entry.name for entry in entries(asked.folder) if isinstance(entry, Entry))[:: asked.every]
    with seldom_collected():
        began = time.thread_time_ns()
        for _ in examine_batch(Batch(root=str(asked.folder), names=tuple(names))):
            pass
        whole = time.thread_time_ns() - began
    print(f"{len(names)} files, {whole / 1e9:.2f} s of the processor")
    for name, (calls, spent, gave) in sorted(costs.items(), key=lambda item: -item[1][1])[: asked.lines]:
        print(f"{name:36} {spent / 1e9:7.3f} s {100 * spent / whole:5.1f} %  {calls:7} calls  {gave:7} said or given")


def _time_functions(module: Any, costs: Costs) -> None:  # Any: modules are loaded when they are used
    for function in ("wants", "confirms"):
        if function in module.offers:
            setattr(module, function, _answering(getattr(module, function), costs[f"{function} {module.INFO.name}"]))
    for function in ("observe", "members"):
        if function in module.offers and not module.INFO.depth:
            setattr(module, function, _yielding(getattr(module, function), costs[f"{function} {module.INFO.name}"]))


def _answering(function: Callable[..., bool], cost: list[int]) -> Callable[..., bool]:
    def timed(*given: Any) -> bool:
        began = time.thread_time_ns()
        answer = function(*given)
        cost[0], cost[1], cost[2] = cost[0] + 1, cost[1] + time.thread_time_ns() - began, cost[2] + answer
        return answer

    return timed


def _yielding(function: Callable[..., Iterator[Any]], cost: list[int]) -> Callable[..., Iterator[Any]]:
    def timed(*given: Any) -> Iterator[Any]:
        """What is done with one thing before the next is asked for is not counted."""
        cost[0] += 1
        began = time.thread_time_ns()
        try:
            for found in function(*given):
                cost[1], cost[2] = cost[1] + time.thread_time_ns() - began, cost[2] + 1
                yield found
                began = time.thread_time_ns()
        finally:
            cost[1] += time.thread_time_ns() - began

    return timed


if __name__ == "__main__":
    main()
