"""Who runs against whom: the scanner in its ways of use, the floors, and the peers."""

import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

SCANNER = (sys.executable, "-m", "scanner", "scan", "-q", "--fail-on", "never", "-f", "json")


class Contestant(NamedTuple):
    """One program to be measured."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = {}


def scanner(name: str, tree: Path, cache: Path, *options: str) -> Contestant:
    """A whole scan; without `--no-cache` it takes from `cache` what is there."""
    # The cache of compiled rules is in use even when that of facts is not: a user compiles them once.
    return Contestant(name, (*SCANNER, *options, str(tree)), {"FRSCAN_CACHE_DIR": str(cache)})


def floors(tree: Path, jobs: int) -> list[Contestant]:
    """Walking the tree, and hashing it with as many processes as the scanner has."""
    program = (sys.executable, "-m", "tests.benchmarks.floors")
    return [
        Contestant("walk and stat", (*program, "walk", str(tree))),
        Contestant(f"read and BLAKE3, {jobs} processes", (*program, "hash", str(tree), "--jobs", str(jobs))),
    ]


def bare_yara(tree: Path, folder: Path, jobs: int) -> Contestant:
    """The same rules on the same files: the `yara` program if it is there, else yara-python in one process."""
    writer = [sys.executable, "-m", "tests.benchmarks.rules", str(folder)]
    rules = subprocess.run(writer, capture_output=True, text=True, check=True).stdout.split()
    program = shutil.which("yara")
    if program is None:
        command = (sys.executable, "-m", "tests.benchmarks.floors", "yara", str(tree), "--rules", *rules)
        return Contestant("yara-python, same rules, 1 process", command)
    # -N: links are not followed; -w: no warnings; -r: the whole tree.
    command = (program, "-r", "-N", "-w", "-p", str(jobs), *rules, str(tree))
    return Contestant(f"yara, same rules, {jobs} threads", command)


def peer(text: str, tree: Path) -> Contestant:
    """A program that the user names, with `{tree}` where the folder goes."""
    words = tuple(word.replace("{tree}", str(tree)) for word in shlex.split(text))
    # syft would otherwise look for a newer release of itself.
    return Contestant(Path(words[0]).name, words, {"SYFT_CHECK_FOR_APP_UPDATE": "false"})
