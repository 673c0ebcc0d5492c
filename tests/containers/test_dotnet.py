"""What .NET programs carry: files embedded in assemblies, and single-file programs."""

import struct
import zlib

import pytest
from hypothesis import given, settings

from scanner.containers import dotnet_bundle, dotnet_resources
from tests.commands import FIXTURES
from tests.containers.opening import assert_it_survives, damaged, opened
from tests.formats.windows_files import pe_with
from tests.sources import BytesSource

GATE = (FIXTURES / "dotnet" / "gate.exe").read_bytes()
SIGNATURE = bytes.fromhex("8b1202b96a612038727b930214d7a03213f5b9e6efae3318ee3b2dce24b36aae")
FILES = {"Gate.dll": GATE, "Gate.deps.json": b'{"libraries": {}}', "models/faces.onnx": b"weights" * 50}


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def text(value: str) -> bytes:
    return bytes([len(value)]) + value.encode()


def bundle(major: int = 6, *, compressed: bool = True) -> bytes:
    """A start program with the files behind it and the manifest behind these."""
    start = pe_with({}, is_library=False, code=bytes(8) + SIGNATURE)
    body, rows = b"", b""
    for name, content in FILES.items():
        kept = deflated(content) if compressed and major >= 6 else content
        rows += struct.pack("<qq", len(start) + len(body), len(content))
        rows += struct.pack("<q", len(kept) if kept is not content else 0) if major >= 6 else b""
        rows += b"\1" + text(name)
        body += kept
    head = struct.pack("<IIi", major, 0, len(FILES)) + text("an id") + (bytes(40) if major >= 2 else b"")
    place = struct.pack("<q", len(start) + len(body))
    return start.replace(bytes(8) + SIGNATURE, place + SIGNATURE) + body + head + rows


@pytest.mark.parametrize(("major", "compressed"), [(1, False), (2, False), (6, False), (6, True)])
def test_a_single_file_program_holds_its_assemblies(major, compressed):
    data = bundle(major, compressed=compressed)
    assert dotnet_bundle.confirms(BytesSource("gate.exe", data))
    found = opened(dotnet_bundle, data)
    assert found.contents == FILES
    assert not found.problems


def test_a_start_program_with_nothing_behind_it_is_none():
    assert not dotnet_bundle.confirms(BytesSource("gate.exe", pe_with({}, code=bytes(8) + SIGNATURE)))
    assert not opened(dotnet_bundle, GATE + b"behind").members


def test_a_list_of_files_that_breaks_off_keeps_those_before():
    found = opened(dotnet_bundle, bundle()[:-30])
    assert [member.name for member in found.members] == ["Gate.dll", "Gate.deps.json"]
    assert found.causes() == {"": "damaged"}


def test_embedded_files_are_members():
    found = opened(dotnet_resources, GATE)
    assert dotnet_resources.wants("gate.exe", GATE[:4096])
    assert found.contents == {"neighbours.txt": b"Ada\nBen\n"}


def test_a_packed_assembly_is_inflated():
    packed = deflated(b"faces")
    resource = b"Ada\nBen\n"
    # The same length and a name with the packers' ending, of the same length too.
    assert len(packed) <= len(resource)
    length = struct.pack("<I", len(resource))
    data = GATE.replace(length + resource, length + packed.ljust(len(resource), b"\0"))
    data = data.replace(b"neighbours.txt\0", b"xy.compressed\0\0")
    assert opened(dotnet_resources, data).contents == {"xy": b"faces"}


@settings(max_examples=200, deadline=None)
@given(data=damaged(bundle()))
def test_damaged_single_file_programs_are_survived(data):
    assert_it_survives(dotnet_bundle, data)


@settings(max_examples=200, deadline=None)
@given(data=damaged(GATE))
def test_damaged_assemblies_are_survived(data):
    assert_it_survives(dotnet_resources, data)
