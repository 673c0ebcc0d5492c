"""Bills of materials of macOS: what an installer package brought is its own."""

import plistlib
import struct
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.engine.scan import Settings, scan
from scanner.formats import macos_bill
from scanner.model.observation import Owns
from scanner.model.source import Unreadable
from tests.budgets import CountingBudget
from tests.catalogues import catalogue, indicator, technology
from tests.sources import BytesSource

FIXTURE = Path(__file__).parents[2] / "fixtures" / "formats" / "macos-bill" / "com.acme.faces.pkg.bom"
PATHS = (".", "./Library", "./Library/Acme", "./Library/Acme/libfaces.dylib", "./usr", "./usr/run")
RECEIPT = {"PackageIdentifier": "com.acme.faces.pkg", "PackageVersion": "4.5", "InstallPrefixPath": "/"}


def bill(paths: tuple[str, ...], leaf: int = 2) -> bytes:
    """A store with the paths in leaves of so many, below one node; folders are those that others lie in."""
    blocks: list[bytes] = [b""]

    def block(content: bytes) -> int:
        blocks.append(content)
        return len(blocks) - 1

    folders = {path.rpartition("/")[0] for path in paths}
    numbers = {path: number for number, path in enumerate(paths, 1)}
    pairs = []
    for path, number in numbers.items():
        details = block(bytes([2 if path in folders else 1, 1, 0, 0]))
        parent, _, name = path.rpartition("/")
        told = block(struct.pack(">II", number, details))
        pairs.append((told, block(struct.pack(">I", numbers.get(parent, 0)) + name.encode() + b"\0")))
    groups = [pairs[at : at + leaf] for at in range(0, len(pairs), leaf)]
    first = len(blocks)
    for place, group in enumerate(groups):
        following = first + place + 1 if place + 1 < len(groups) else 0
        block(struct.pack(">HHII", 1, len(group), following, 0) + b"".join(struct.pack(">II", *pair) for pair in group))
    above = b"".join(struct.pack(">II", first + place, group[-1][1]) for place, group in enumerate(groups))
    node = block(struct.pack(">HHII", 0, len(groups), 0, 0) + above)
    tree = block(struct.pack(">4sIIIIB", b"tree", 1, node, 4096, len(paths), 0))
    body, index = b"", b""
    for content in blocks:
        index += struct.pack(">II", 512 + len(body) if content else 0, len(content))
        body += content
    variables = struct.pack(">I", 1) + struct.pack(">IB", tree, 5) + b"Paths"
    index = struct.pack(">I", len(blocks)) + index
    at = 512 + len(body)
    head = struct.pack(">8sIIIIII", b"BOMStore", 1, len(blocks), at + len(variables), len(index), at, len(variables))
    return head.ljust(512, b"\0") + body + variables + index


def read(content: bytes, receipt: dict[str, str] | None = None) -> list[object]:
    beside = {} if receipt is None else {"com.acme.faces.pkg.plist": plistlib.dumps(receipt)}
    return list(macos_bill.observe(BytesSource("com.acme.faces.pkg.bom", content, neighbours=beside), CountingBudget()))


@pytest.mark.parametrize(("prefix", "before"), [("/", ""), ("Applications", "/Applications")])
def test_the_files_of_a_package_are_its_own_below_where_it_was_installed(prefix, before):
    found = read(bill(PATHS), RECEIPT | {"InstallPrefixPath": prefix})
    assert found == [
        Owns(
            name="com.acme.faces.pkg",
            version="4.5",
            path=before + path,
            register="./com.acme.faces.pkg.plist",
            place="Paths",
        )
        for path in ("/Library/Acme/libfaces.dylib", "/usr/run")
    ]


def test_the_fixture_is_what_this_makes():
    assert FIXTURE.read_bytes() == bill(PATHS)


@given(st.data())
def test_a_damaged_bill_gives_files_or_says_that_it_is_damaged(data):
    content = bytearray(bill(PATHS))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(8, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    with suppress(Unreadable):
        assert all(isinstance(one, Owns) for one in read(bytes(content[: cut or None])))


def test_a_file_that_a_package_brought_is_a_part_of_it_with_the_day_it_was_installed(tmp_path):
    receipts = tmp_path / "private" / "var" / "db" / "receipts"
    receipts.mkdir(parents=True)
    (receipts / "com.acme.faces.pkg.bom").write_bytes(bill(PATHS))
    (receipts / "com.acme.faces.pkg.plist").write_bytes(
        plistlib.dumps(RECEIPT | {"InstallDate": datetime(2024, 5, 31)})
    )
    (tmp_path / "usr").mkdir()
    (tmp_path / "usr" / "run").write_bytes(b"acme_face_match_engine ")
    known = catalogue(technology(indicator("string", "acme_face_match_engine")))
    report = scan([tmp_path], Settings(jobs=1, uses_cache=False), catalogue=known)
    (component,) = report.components
    assert (component.name, component.version, component.installed_on) == ("com.acme.faces.pkg", "4.5", "2024-05-31")
