import io
import random
import struct
import zipfile
from contextlib import suppress

import pytest

from scanner.containers import embedded_network
from scanner.containers.embedded_network import members
from scanner.engine.discover import Table
from scanner.engine.scan import Settings, scan
from scanner.formats.networks import found_inside
from scanner.model.source import HEAD_BYTES, Unreadable
from tests.budgets import CountingBudget
from tests.formats.networks.onnx_files import chain, onnx_file
from tests.formats.networks.samples import SAMPLES
from tests.formats.networks.samples.tensorflow import tflite
from tests.sources import BytesSource

PROGRAM = b"\x7fELF" + bytes(range(256)) * 16
FLAT = tflite().data


def onnx() -> bytes:
    nodes, weights = chain([(8, 3, 3, 3), (512, 8, 14, 14)])
    nodes.insert(1, ("PRelu", "act", [nodes[0][3][0]], ["unused"]))
    ports = {"x": (1, 3, 112, 112)}, {"y": (1, 512)}
    return onnx_file(*ports, nodes, weights, producer="pytorch", filled=True)


def contents(data: bytes) -> list[tuple[str, bytes]]:
    found = members(BytesSource("x.so", data), CountingBudget())
    return [(member.name, b"".join(member.chunks())) for member in found]


def test_networks_among_a_programs_constants_are_given_from_their_beginnings():
    data = PROGRAM + FLAT + bytes(99) + onnx() + b"\xff" * 50
    (first, flat), (second, proto) = contents(data)
    assert (first, second) == (f"(network at {len(PROGRAM):#x})", f"(network at {len(PROGRAM + FLAT) + 99:#x})")
    assert flat.startswith(FLAT)
    assert proto == onnx()


def samples() -> dict[str, bytes]:
    """By reader, a network that is found inside other files."""
    found = {reader.INFO.name: SAMPLES[reader.INFO.name]().data for reader in found_inside()}
    found["pytorch"] = archive(found["pytorch"])
    found["sealed-network"] = b"RKNN\0\0\0\0" + struct.pack("<QQ", 2, 64) + bytes(64)
    return found


def archive(pickle: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("ours/data.pkl", pickle)
        made.writestr("ours/version", b"3\n" + bytes(99))
    return out.getvalue()


@pytest.mark.parametrize("name", sorted(samples()))
def test_a_network_of_any_format_is_found_among_other_bytes(name):
    sample = samples()[name]
    (found,) = contents(PROGRAM + b"\xff\0" + sample + b"\0\xff" * 40)
    assert found[0] == f"(network at {len(PROGRAM) + 2:#x})"
    assert found[1].startswith(sample)


@pytest.mark.parametrize("name", sorted(samples()))
def test_what_is_found_is_wanted_by_the_reader_that_found_it(name):
    table, data = Table(), samples()[name]
    wanted = table.wanted("(network at 0x1)", data[:HEAD_BYTES], BytesSource("(network at 0x1)", data))
    assert name in (wanted.type, *(reader.INFO.name for reader in wanted.readers)) or wanted.type == "zip"


def test_marks_that_were_seen_are_the_only_ones_looked_for():
    data = PROGRAM + FLAT + bytes(99) + onnx()
    source = BytesSource("x.so", data, focus=frozenset({"TFL3"}))
    assert [member.name for member in members(source, CountingBudget())] == [f"(network at {len(PROGRAM):#x})"]


ENDLESS = (b'<net name=""><layers', b"PK\3\4/data.pkl", b'\0[{"weights":[', b"7767517\nInput\0", b'"\x04Conv\x08\7\x12')


@pytest.mark.parametrize("beginning", ENDLESS)
def test_many_beginnings_without_an_end_are_not_searched_again_from_each(beginning):
    budget = CountingBudget(items=20_000)
    data = PROGRAM + beginning * (400_000 // len(beginning))
    with suppress(Unreadable):
        list(members(BytesSource("x.so", data), budget))
    assert budget.items_spent > 0


def test_members_cut_and_bent_are_given_or_a_reason():
    whole = PROGRAM + b"".join(data + bytes(40) for data in samples().values())
    chance = random.Random(7)
    for _ in range(60):
        data = bytearray(whole[: chance.randrange(len(whole))])
        for _ in range(9):
            data[chance.randrange(len(data))] = chance.randrange(256)
        with suppress(Unreadable):
            for member in members(BytesSource("x.so", bytes(data)), CountingBudget()):
                assert sum(map(len, member.chunks())) == member.size


def test_a_blob_of_any_name_is_looked_into(tmp_path):
    (tmp_path / "f7").write_bytes(bytes(range(7, 256)) * 9 + onnx() + bytes(50) + samples()["ncnn"])
    report = scan([tmp_path], Settings(jobs=1, uses_cache=False))
    assert {network.framework for network in report.networks} == {"onnx", "ncnn"}
    assert [finding.technology.id for finding in report.findings] == ["face-embedding-network"]


@pytest.mark.parametrize("begins", [b"\x89PNG\r\n\x1a\n", b"\0\1\0\0\0"])
def test_a_picture_or_a_font_is_looked_into_too(tmp_path, begins):
    (tmp_path / "small.bin").write_bytes(begins + bytes(range(256)) * 4 + onnx())
    (tmp_path / "large").write_bytes(begins + bytes(range(256)) * (1 << 12) + onnx())
    report = scan([tmp_path], Settings(jobs=1, uses_cache=False))
    assert [network.locator.partition("!/")[0] for network in report.networks] == ["large", "small.bin"]


def test_a_network_alone_is_no_container():
    assert not contents(FLAT)


def test_of_two_joined_networks_the_second_is_a_member():
    assert [content for _, content in contents(FLAT + FLAT)] == [FLAT]


def test_the_mark_alone_is_no_network():
    text = PROGRAM + b"expected TFL3 as identifier" + bytes(4000) + b"\x12\x07pytorch" + bytes(4000)
    assert not contents(text)


def test_programs_are_asked():
    assert {magic.value for magic in embedded_network.INFO.magics} >= {b"\x7fELF", b"MZ"}


def test_a_face_network_inside_a_library_is_recognised(tmp_path):
    (tmp_path / "libthing.so").write_bytes(PROGRAM + bytes(4096) + onnx())
    report = scan([tmp_path], Settings(jobs=1, uses_cache=False))
    assert [finding.technology.id for finding in report.findings] == ["face-embedding-network"]
    assert report.networks[0].locator.startswith("libthing.so!/(network at 0x")
