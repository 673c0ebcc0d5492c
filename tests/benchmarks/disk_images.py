"""What the image of a disk costs: against the same folder, and against another image that shares most of its files.

`python -m tests.benchmarks.disk_images FOLDER` takes files of a folder, makes an ext4 image of them (mke2fs, e2fsprogs)
and a second one of the same file system in which some were written anew, and scans with an empty cache: the folder,
the first image, the second one, and the second one with `--trust-metadata` by what is known of the first alone.
"""

import argparse
import compileall
import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import scanner as scanner_package
from tests.benchmarks.contestants import scanner
from tests.benchmarks.process import Took, run

_UUID = "11111111-2222-3333-4444-555555555555"
_ROOM = 1.25
"""How much larger the image is than what lies in it."""


def chosen(source: Path, to: Path, bytes_wanted: int) -> list[Path]:
    """Copies of files spread over the folder, until there are as many bytes as wanted."""
    found = [path for path in sorted(source.rglob("*")) if path.is_file() and not path.is_symlink()]
    step = max(1, sum(path.stat().st_size for path in found) // bytes_wanted)
    copies = []
    for path in found[::step]:
        copy = to / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
        copies.append(copy)
    return copies


def image(tree: Path, at: Path) -> Path:
    """An ext4 image of the tree."""
    held = sum(path.stat().st_size + 4096 for path in tree.rglob("*") if path.is_file())
    with at.open("wb") as file:
        file.truncate(int(held * _ROOM) + (64 << 20))
    subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-U", _UUID, "-d", tree, at], check=True)
    return at


def change(copies: list[Path], share: float) -> None:
    """Write some of the files anew, with a line more at their end."""
    for path in copies[:: round(1 / share)]:
        with path.open("ab") as file:
            file.write(b"\n# another line\n")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--gigabytes", type=float, default=2.0)
    options.add_argument("--changed", type=float, default=0.05)
    options.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = options.parse_args()
    compileall.compile_dir(Path(scanner_package.__file__).parent, quiet=1)  # as an installed program has been
    with TemporaryDirectory() as name:
        scratch = Path(name)
        tree, cache = scratch / "tree", scratch / "cache"
        copies = chosen(given.folder, tree, int(given.gigabytes * (1 << 30)))
        first = image(tree, scratch / "first.img")
        jobs = ("-j", str(given.jobs))

        def took(what: str, target: Path, kept: Path, *more: str) -> Took:
            contestant = scanner(what, target, kept, *jobs, *more)
            result = run(contestant.command, contestant.environment)
            print(f"{what:44}{result.wall_s:9.2f} s{result.cpu_s:9.2f} s CPU", flush=True)
            return result

        (scratch / "empty").mkdir()
        run(*scanner("signatures, compiled once", scratch / "empty", cache, "--no-cache")[1:])
        folder = took("the folder, nothing known", tree, cache, "--no-cache")
        took("the image, nothing kept", first, cache, "--no-cache")
        whole = took("the image, nothing known", first, cache)
        bytes_of_image = first.stat().st_size
        first.unlink()  # half the room: what is known of it lies in the cache
        change(copies, given.changed)
        second = image(tree, scratch / "second.img")
        shutil.copytree(cache, scratch / "cache of the first")
        again = took("the second image", second, cache)
        trusted = took("the second image, --trust-metadata", second, scratch / "cache of the first", "--trust-metadata")
        print(f"{len(copies):,} files, image of {bytes_of_image:,} bytes; processor time:")
        print(
            f"image ÷ folder {whole.cpu_s / folder.cpu_s:.2f}, second ÷ first {again.cpu_s / whole.cpu_s:.2f}, "
            f"with --trust-metadata {trusted.cpu_s / whole.cpu_s:.2f}"
        )


main()
