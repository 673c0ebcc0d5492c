"""Which real networks are recognised, by family and by structure alone.

    python -m tests.benchmarks.network_families FOLDER… [--in-programs]

Reads every file of the folders as a scan would read it under a name that means nothing, each content once, and counts
by family whether the signatures give it a capability of that family: with everything they say, and once more without
digests of architectures. With `--in-programs` each is put among other bytes behind the beginning of a program, and only
what is found there counts. `network_families.yaml` says which file is what. Whole files are not looked up by their
digest, and nothing beside a file helps.
"""

import argparse
import io
import random
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from fnmatch import fnmatch
from hashlib import sha256
from pathlib import Path

from ruamel.yaml import YAML

from scanner.catalogue.index import entries_of
from scanner.catalogue.load import load_catalogue
from scanner.catalogue.network_pattern import fits
from scanner.containers import embedded_network
from scanner.engine.discover import Table
from scanner.evidence.confidence import weight_of
from scanner.formats import readers
from scanner.model.observation import Network
from scanner.model.source import Unreadable
from scanner.model.vocabulary import RECOGNITION, Weight
from tests.budgets import CountingBudget
from tests.sources import BytesSource

_FEWEST_BYTES, _MOST_BYTES = 200, 1 << 30
_ENDINGS = (
    *(".onnx", ".tflite", ".pt", ".pth", ".ckpt", ".pb", ".caffemodel", ".dat", ".xml", ".json", ".h5", ".hdf5"),
    *(".keras", ".param", ".mnn", ".npy", ".pickle", ".pkl", ".safetensors", ".mlmodel", ".params", ".ort"),
    *(".task", ".index", ".mil"),
)
_TOLD_BY_NAME = (".json", ".xml", ".pkl", ".pickle", ".index")
"""Endings that readers ask for; others are taken away."""
_NETWORKS = {r.INFO.name for r in readers() if "formats.networks." in getattr(r, "__name__", "")}


def contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """The file, or what a zip archive holds, each under a name that means nothing."""
    if not zipfile.is_zipfile(path):
        yield _plain(path.name), path.read_bytes()
        return
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            name = member.filename.rpartition("/")[2]
            if _FEWEST_BYTES < member.file_size < _MOST_BYTES and not name.isdecimal():
                yield (name if name == "data.pkl" else _plain(name)), archive.read(member)


def in_program(data: bytes) -> Iterator[tuple[str, bytes]]:
    """What is found of a file among the constants of a program."""
    chance = random.Random(len(data))
    program = b"\x7fELF" + chance.randbytes(20_000) + data + b"\0\xff" * 3 + chance.randbytes(9_000)
    for member in embedded_network.members(BytesSource("lib.so", program), CountingBudget(8_000_000, 2 * _MOST_BYTES)):
        found = b"".join(member.chunks())
        if zipfile.is_zipfile(io.BytesIO(found)):
            with zipfile.ZipFile(io.BytesIO(found)) as archive:
                yield from (
                    ("data.pkl", archive.read(name)) for name in archive.namelist() if name.endswith("/data.pkl")
                )
        else:
            yield "network", found


def _plain(name: str) -> str:
    ending = Path(name).suffix
    return "file" + (ending if ending in _TOLD_BY_NAME else ".bin")


def networks(path: Path, *, in_programs: bool) -> Iterator[Network]:
    table = Table()
    for name, data in in_program(path.read_bytes()) if in_programs else contents(path):
        source = BytesSource(name, data)
        for reader in table.wanted(name, source.head, source).readers:
            if reader.INFO.name not in _NETWORKS:
                continue
            try:
                seen = reader.observe(source, CountingBudget(items=8_000_000, bytes=_MOST_BYTES))
                yield from (one for one in seen if isinstance(one, Network))
            except Unreadable:
                continue


def family_of(name: str, labels: list[dict[str, str]]) -> str:
    for label in labels:
        for family, patterns in label.items():
            if any(fnmatch(name.lower(), pattern) for pattern in patterns.split("|")):
                return family
    return "other"


def capabilities(network: Network, *, by_digest: bool) -> set[str]:
    """What the signatures give it with an indicator that counts by itself."""
    found: set[str] = set()
    for technology in load_catalogue().technologies:
        if any(alike.network is not None and fits(alike.network, network) for alike in technology.lookalikes):
            continue
        for entry in entries_of(technology):
            pattern = entry.indicator.network
            if pattern is None or not entry.indicator.verified or weight_of(entry.indicator) is Weight.SUPPORTING:
                continue
            if (by_digest or not (pattern.architecture or pattern.topology)) and fits(pattern, network):
                found |= {str(one) for one in entry.indicator.grants or technology.capabilities}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--in-programs", action="store_true", help="put each file into a program first")
    options = parser.parse_args()
    labels = YAML(typ="safe").load(Path(__file__).with_suffix(".yaml"))
    recognition = {str(one) for one in RECOGNITION}
    count: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    seen: set[bytes] = set()
    for path in sorted(p for folder in options.folders for p in folder.rglob("*") if p.suffix.lower() in _ENDINGS):
        digest = sha256(path.read_bytes()).digest()
        found = list(networks(path, in_programs=options.in_programs)) if path.is_file() and digest not in seen else []
        seen.add(digest)
        if not found:
            continue
        family = family_of(path.name, labels)
        count[family][0] += 1
        for column, by_digest in ((1, True), (2, False)):
            given = {one for network in found for one in capabilities(network, by_digest=by_digest)}
            right = bool(given & recognition) if family == "recognition" else family in given
            count[family][column] += right if family not in ("other", "parts") else bool(given)
            if given & recognition and family != "recognition":
                print(f"FALSE RECOGNITION {path}")
            elif not right and family not in ("other", "parts"):
                print(f"missed{' by structure alone' if column == 2 else ''} ({family}): {path.name}")
            elif given and family in ("other", "parts"):
                print(f"false ({family}): {path.name} {sorted(given)}")
    for family, (files, known, alone) in sorted(count.items()):
        print(f"{family:18} files {files:4}  recognised {known:4}  by structure alone {alone:4}")


if __name__ == "__main__":
    main()
