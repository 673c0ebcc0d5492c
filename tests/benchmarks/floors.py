"""What no scanner can go below, each as a program of its own so that it is measured as the scanner is.

`python -m tests.benchmarks.floors walk|hash|yara FOLDER [--jobs N] [--rules FILE …]`
"""

import argparse
import mmap
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

_MAP_FROM_BYTES = 1 << 20
_CHUNK_FILES = 64


def files_below(folder: str) -> Iterator[tuple[int, str]]:
    """Size and path of every regular file; links are not followed."""
    pending = [folder]
    while pending:
        with os.scandir(pending.pop()) as listing:
            for entry in listing:
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    yield entry.stat(follow_symlinks=False).st_size, entry.path


def _hash(paths: Sequence[str]) -> None:
    from blake3 import blake3

    for path in paths:
        with open(path, "rb", buffering=0) as file:
            if os.fstat(file.fileno()).st_size < _MAP_FROM_BYTES:
                blake3(file.read()).digest()
            else:
                blake3(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)).digest()


def _hash_all(folder: str, jobs: int) -> None:
    paths = [path for _, path in sorted(files_below(folder), reverse=True)]
    # Dealt like cards, so that large and small ones fall to every chunk alike.
    chunks = max(1, len(paths) // _CHUNK_FILES)
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        for _ in pool.map(_hash, [paths[number::chunks] for number in range(chunks)]):
            pass


def _match_all(folder: str, rules: Sequence[str]) -> None:
    """One process with yara-python, where the command line program is missing."""
    import yara

    named = dict(rule.split(":", 1) for rule in rules)
    compiled = yara.compile(filepaths=named)
    for size, path in files_below(folder):
        if size:
            compiled.match(path)


def main() -> None:
    """Do what the arguments say; print nothing."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("what", choices=("walk", "hash", "yara"))
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--jobs", type=int, default=1)
    arguments.add_argument("--rules", nargs="*", default=[], metavar="NAMESPACE:FILE")
    asked = arguments.parse_args()
    folder = str(asked.folder)
    if asked.what == "walk":
        sum(size for size, _ in files_below(folder))
    elif asked.what == "hash":
        _hash_all(folder, asked.jobs)
    else:
        _match_all(folder, asked.rules)


if __name__ == "__main__":
    main()
