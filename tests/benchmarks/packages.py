"""Package lists held against those of another program: what it lists and frscan does not read is printed.

Run by hand, exit status 1 if something is missing:

    python -m tests.benchmarks.packages --tree FOLDER --against 'syft dir:{tree} -o json -q'

The other program's output is JSON with `artifacts`, each with a `purl` and `locations`.
"""

import argparse
import shlex
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import msgspec
from packageurl import PackageURL

from scanner.engine import scan as pipeline
from scanner.engine.spoken_of import SpokenOf
from scanner.model.observation import Package

ECOSYSTEMS = frozenset(
    {
        "pypi", "npm", "maven", "nuget", "cocoapods", "swift", "pub", "golang", "cargo", "gem", "composer", "conan",
        "conda",
    }
)  # fmt: skip


class _Location(msgspec.Struct):
    path: str = ""


class _Listed(msgspec.Struct):
    purl: str = ""
    locations: list[_Location] = []


class _Output(msgspec.Struct):
    artifacts: list[_Listed] = []


def identity(purl: str) -> tuple[str, str, str] | None:
    """Ecosystem, name and version, spelled alike by all programs; None for what is of no ecosystem compared here."""
    package = PackageURL.from_string(purl)
    if package.type not in ECOSYSTEMS:
        return None
    name = f"{package.namespace}/{package.name}" if package.namespace else package.name
    if package.type == "golang" and package.subpath:
        name = f"{name}/{package.subpath}"
    version = (package.version or "").removeprefix("v")
    if package.type == "npm":
        # Behind `_` pnpm's older lock files name what the package is installed beside; it is no part of the version.
        version = version.partition("_")[0]
    return package.type, name.lower().replace("_", "-"), version


def listed_by(command: str, tree: Path) -> Mapping[tuple[str, str, str], set[str]]:
    """What the other program lists, with the files it saw each in."""
    words = [word.replace("{tree}", str(tree)) for word in shlex.split(command)]
    output = subprocess.run(words, capture_output=True, check=True).stdout
    found: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for artifact in msgspec.json.decode(output, type=_Output).artifacts:
        key = identity(artifact.purl) if artifact.purl else None
        if key is not None:
            found[key].update(location.path for location in artifact.locations)
    return found


def read_by_frscan(tree: Path) -> set[tuple[str, str, str]]:
    """Every package that frscan's readers yield, whether or not it matches a technology."""
    found: set[tuple[str, str, str]] = set()
    judge = pipeline.judge

    def collect(spoken_of: SpokenOf, *arguments: object) -> object:
        for item in spoken_of.facts.values():
            for observation in item.observations:
                if isinstance(observation, Package):
                    key = identity(observation.purl)
                    if key is not None:
                        found.add((*key[:2], observation.version.removeprefix("v")))
        return judge(spoken_of, *arguments)  # type: ignore[arg-type]  # handed on as it came

    pipeline.judge = collect  # type: ignore[assignment]  # the facts are seen nowhere else
    try:
        pipeline.scan([tree], pipeline.Settings(uses_cache=False))
    finally:
        pipeline.judge = judge
    return found


def main() -> int:
    """Compare, print, and say by the status whether something is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tree", type=Path, required=True)
    parser.add_argument("--against", required=True, help="a command; {tree} stands for the folder")
    given = parser.parse_args()
    theirs, ours = listed_by(given.against, given.tree), read_by_frscan(given.tree)
    names = {key[:2] for key in ours}
    missing = sorted(key for key in theirs if key not in ours)
    for key in missing:
        kind = "another version is known" if key[:2] in names else "not known at all"
        print(f"{'/'.join(key[:2])} {key[2]}: {kind}; seen in {', '.join(sorted(theirs[key])[:3])}")
    print(f"{len(theirs)} listed by the other, {len(ours)} read by frscan, {len(missing)} missing", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
