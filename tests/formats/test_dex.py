"""DEX files: their tables, who refers to whom, and what damaged ones still give."""

import struct
import sys
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.formats import dalvik, dex, dex_references, readers
from scanner.model.observation import Call, ClassName, Observation
from scanner.model.source import Region, Unreadable
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.sources import BytesSource

FIXTURES = Path(__file__).parents[2] / "fixtures/android"
sys.path.insert(0, str(FIXTURES / "make"))

from dex_assembler import assemble  # noqa: E402 (the fixtures' own maker)
from dex_classes import Class, Field, Method  # noqa: E402
from dex_code import DONE, Instruction, MethodRef, invoke, new  # noqa: E402

Observe = Callable[[BytesSource, CountingBudget], Iterator[Observation]]
SDK = "com.vendor.Sdk"


@cache
def member(app: str, name: str = "classes.dex") -> bytes:
    with ZipFile(FIXTURES / app) as archive:
        return archive.read(name)


@cache
def made() -> bytes:
    """An SDK in the same file, used in every way there is."""
    start = MethodRef(SDK, "start", ("int",))
    again = MethodRef(SDK, "start")
    calls = (*new("v0", SDK), invoke("virtual", "v0 v1", start), invoke("virtual", "v0", again), DONE)
    foreign = (invoke("static", "v0", MethodRef("org.other.Net", "send", ("byte[]",))), DONE)
    return assemble(
        [
            Class(SDK, (Method("start", ("int",), code=(DONE,)), Method("start", code=(DONE,)))),
            Class(f"{SDK}$Inner", (Method("run", code=(*new("v0", SDK), DONE)),)),
            Class("com.vendor.Extra", (Method("run", code=(*new("v0", SDK), DONE)),)),
            Class("org.app.Caller", (Method("go", code=calls), Method("net", code=foreign))),
            Class("org.app.Holder", fields=(Field("sdk", SDK),)),
            Class("org.app.Child", superclass=SDK),
            Class("org.app.Taker", (Method("take", (SDK,), code=(DONE,)),)),
            Class("org.app.Maker", (Method("array", ("org.far.Thing[]",), code=(DONE,)),)),
            Class("org.app.Caster", (Method("cast", code=(Instruction("new-instance", ("v0",), SDK), DONE)),)),
            Class("org.app.Stranger", (Method("nothing", code=(DONE,)),)),
        ]
    )


def seen(
    data: bytes, focus: frozenset[str] = frozenset(), observe: Observe = dex.observe
) -> tuple[list[Observation], Unreadable | None]:
    found: list[Observation] = []
    try:
        for observation in observe(BytesSource("classes.dex", data, focus), CountingBudget()):
            found.append(observation)  # noqa: PERF402 (kept when reading stops)
    except Unreadable as problem:
        return found, problem
    return found, None


def whole(data: bytes, *focus: str) -> list[Observation]:
    found, problem = seen(data, frozenset(focus), dex_references.observe if focus else dex.observe)
    assert problem is None
    return found


def names(observations: list[Observation], role: str) -> set[str]:
    return {o.name for o in observations if isinstance(o, ClassName) and o.role == role}


def pairs(observations: list[Observation]) -> set[tuple[str, str]]:
    return {(o.name, o.by) for o in observations if isinstance(o, ClassName | Call)}


def test_both_readers_are_found_by_their_place():
    assert {"dex", "dex-references"} <= {reader.INFO.name for reader in readers()}
    assert dex_references.INFO.depth is True
    assert "dex" in dex_references.INFO.deepens


def test_defined_and_referenced_classes_and_calls_are_told_with_their_place():
    found = whole(member("demo.apk"))
    client = "com.amazonaws.services.rekognition.AmazonRekognitionClient"
    assert ClassName(language="java", role="references", name=client, place="type_ids[4]") in found
    assert Call(language="java", name=f"{client}.searchFacesByImage", place="method_ids[3]") in found
    assert {"org.example.lobby.CheckIn", "com.facetec.sdk.FaceTecSDK$InitializeCallback"} <= names(found, "defines")
    assert "android.app.Activity" in names(found, "references")


def test_classes_of_the_language_runtime_are_not_told():
    told = names(whole(member("demo.apk")), "references")
    assert not [name for name in told if name.startswith(("java.", "javax.", "kotlin.", "dalvik."))]


def test_a_class_named_only_by_an_array_is_told():
    assert "org.far.Thing" in names(whole(made()), "references")


def test_overloads_are_told_once_and_own_classes_are_no_calls():
    calls = [o.name for o in whole(made()) if isinstance(o, Call)]
    assert calls == ["org.other.Net.send"]


@pytest.mark.parametrize("app", ["demo.apk", "clean.apk", "renamed.apk", "device_unlock.apk", "detection_only.apk"])
def test_lief_reads_the_same_classes(app):
    import lief

    reference = lief.DEX.parse(list(member(app)))
    assert reference is not None
    ours = names(whole(member(app)), "defines")
    # LIEF also lists classes that are only named; those have no methods of their own here.
    assert ours <= {each.pretty_name for each in reference.classes}
    assert {each.pretty_name for each in reference.classes if each.source_filename} <= ours


def test_references_name_the_class_that_uses_and_how():
    found = whole(made(), SDK)
    assert pairs(found) == {
        (SDK, "com.vendor.Extra"),
        (f"{SDK}.<init>", "com.vendor.Extra.run"),
        (SDK, "org.app.Caller"),
        (f"{SDK}.<init>", "org.app.Caller.go"),
        (f"{SDK}.start", "org.app.Caller.go"),
        (SDK, "org.app.Holder"),
        (SDK, "org.app.Child"),
        (SDK, "org.app.Taker"),
        (SDK, "org.app.Caster"),
    }
    by_place = {o.by: o.place for o in found if isinstance(o, ClassName)}
    assert by_place["org.app.Child"].startswith("class_defs[")
    assert by_place["org.app.Caller"].startswith("code of method_ids[")


def test_a_prefix_leaves_out_what_lies_under_it_itself():
    told = {by for _, by in pairs(whole(made(), "com.vendor.*"))}
    assert "org.app.Caller" in told
    assert not [by for by in told if by.startswith("com.vendor.")]


def test_no_focus_and_a_focus_on_nothing_tell_nothing():
    assert seen(made(), frozenset(), dex_references.observe) == ([], None)
    assert whole(made(), "com.nobody.*", "org.none.Such") == []


def test_code_behind_a_switch_table_is_walked_in_step():
    nop_and_table = [0x0100, 2, 0, 0, 1, 0, 2, 0]  # packed-switch-payload: size 2, first key, two targets
    units = [0x2B | 0, 3, 0, *nop_and_table, 0x1071, 7, 0, 0x000E]
    found = list(dalvik.named(units, frozenset({7}), CountingBudget()))
    assert found == [(dalvik.Names.METHOD, 7, 11)]


def test_an_index_inside_a_constant_is_no_reference():
    units = [0x0014, 7, 0x071C, 0x000E]  # const v0, #7 …: the seven is data
    assert list(dalvik.named(units, frozenset({7}), CountingBudget())) == []


def test_pairs_are_limited_for_a_class_that_everyone_uses():
    users = [Class(f"org.app.C{n}", (Method("go", code=(*new("v0", SDK), DONE)),)) for n in range(80)]
    found = whole(assemble([Class(SDK), *users]), SDK)
    assert len([o for o in found if isinstance(o, ClassName)]) == 50


def test_regions_name_the_parts_of_the_file():
    data = made()
    found = list(dex.regions(BytesSource("classes.dex", data), CountingBudget()))
    assert found[0] == Region(0, 0x70, "header")
    assert {"string_ids", "string_data", "code", "class_data"} <= {region.name for region in found}
    assert all(earlier.end == later.start for earlier, later in pairwise(found))
    at = data.index(b"org/other/Net")
    assert [region.name for region in found if region.start <= at < region.end] == ["string_data"]


def test_an_empty_map_names_no_regions():
    data = bytearray(made())
    (offset,) = struct.unpack_from("<I", data, 0x34)
    data[offset : offset + 4] = bytes(4)
    assert list(dex.regions(BytesSource("classes.dex", bytes(data)), CountingBudget())) == []


def test_a_truncated_dex_keeps_what_was_read():
    data = member("demo.apk")
    found, problem = seen(data[: len(data) * 9 // 10])
    assert problem is not None
    assert problem.cause is Cause.DAMAGED
    assert names(found, "defines")


def test_counts_that_lie_are_told_and_cost_nothing():
    data = bytearray(member("demo.apk"))
    for at in range(0x38, 0x68, 8):
        data[at : at + 4] = b"\xff\xff\xff\xff"
    budget = CountingBudget(items=50_000)
    with pytest.raises(Unreadable, match="claims 4294967295 entries"):
        list(dex.observe(BytesSource("classes.dex", bytes(data)), budget))


def test_a_bad_string_index_names_the_place():
    data = bytearray(member("demo.apk"))
    (types,) = struct.unpack_from("<I", data, 0x44)
    data[types + 4 * 4 : types + 4 * 5] = b"\xff\xff\0\0"
    found, problem = seen(bytes(data))
    assert problem is not None
    assert "type_ids[4]" in problem.reason
    assert "org.example.lobby.CheckIn" in names(found, "defines")


def test_modified_utf8_becomes_valid_text():
    from scanner.formats.dex_tables import string_at

    item = bytes([4]) + b"a\xc0\x80" + b"\xed\xa0\xbd\xed\xb8\x80" + b"\0"
    assert string_at(memoryview(item), 0, CountingBudget()) == "a\0\N{GRINNING FACE}"
    lone = bytes([1]) + b"\xed\xa0\xbd" + b"\0"
    string_at(memoryview(lone), 0, CountingBudget()).encode()


def in_container(data: bytes, base: int, container_bytes: int, *, counted_from_file: bool) -> bytes:
    """A part of a version 041 container: the first table makes room for the header's two further fields."""
    out = bytearray(data)
    count, at = struct.unpack_from("<2I", out, 0x38)
    strings = [offset + base for offset in struct.unpack_from(f"<{count}I", out, at)]
    struct.pack_into("<I", out, 0x3C, len(out))
    out += struct.pack(f"<{count}I", *strings)
    out[4:7] = b"041"
    struct.pack_into("<2I", out, 0x20, len(out), 0x78)
    struct.pack_into("<2I", out, 0x70, container_bytes, base)
    for field in range(0x3C, 0x68, 8) if counted_from_file else ():
        (offset,) = struct.unpack_from("<I", out, field)
        struct.pack_into("<I", out, field, offset + base)
    return bytes(out)


@pytest.mark.parametrize("counted_from_file", [True, False])
def test_a_container_of_two_headers_gives_the_classes_of_both(counted_from_file):
    parts = (made(), member("device_unlock.apk"))
    base = len(in_container(parts[0], 0, 0, counted_from_file=counted_from_file))
    total = base + len(in_container(parts[1], 0, 0, counted_from_file=counted_from_file))
    joined = b"".join(
        in_container(part, start, total, counted_from_file=counted_from_file)
        for part, start in zip(parts, (0, base), strict=True)
    )
    found = whole(joined)
    assert names(found, "defines") == names(whole(parts[0]), "defines") | names(whole(parts[1]), "defines")
    assert any(f"of the header at {base:#x}" in observation.place for observation in found)


@pytest.mark.parametrize("data", [b"", b"dex\n", b"dex\n035\0" + bytes(50), b"dex\n035\0" + bytes(200)])
def test_hardly_a_dex_is_unreadable_or_empty(data):
    found, problem = seen(data)
    assert found == []
    assert problem is None or problem.cause is Cause.DAMAGED


def test_big_endian_files_are_said_to_be_unsupported():
    data = bytearray(member("demo.apk"))
    data[40:44] = b"\x12\x34\x56\x78"
    _, problem = seen(bytes(data))
    assert problem is not None
    assert problem.cause is Cause.UNSUPPORTED


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["demo.apk", "device_unlock.apk", "made"]),
    st.lists(st.tuples(st.integers(0), st.integers(0, 255)), max_size=12),
    st.integers(0, 99),
    st.booleans(),
)
def test_changed_files_give_observations_or_unreadable_within_the_budget(app, changes, cut_percent, in_header):
    data = bytearray(made() if app == "made" else member(app))
    for at, value in changes:
        data[at % (0x70 if in_header else len(data))] = value
    if cut_percent > 70:
        del data[len(data) * cut_percent // 100 :]
    budget = CountingBudget(items=200_000, bytes=1 << 20)
    focus = frozenset({"com.*", "androidx.biometric.BiometricPrompt"})
    source = BytesSource("classes.dex", bytes(data), focus)
    for observe in (dex.observe, dex_references.observe):
        try:
            for observation in observe(source, budget):
                assert isinstance(observation, ClassName | Call)
                observation.name.encode()
        except Unreadable:
            pass
    list(dex.regions(source, CountingBudget()))
