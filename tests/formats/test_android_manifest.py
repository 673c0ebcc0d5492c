"""Android manifests, binary and text: what they say, and what damaged and hostile ones do."""

import logging
import struct
import sys
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.formats import android_manifest, axml, axml_tampered, readers
from scanner.model.observation import AndroidEntry, Identity, Observation
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.formats.bundle_manifest import bundle_node, field
from tests.sources import BytesSource

FIXTURES = Path(__file__).parents[2] / "fixtures/android"
sys.path.insert(0, str(FIXTURES / "make"))

from axml_assembler import assemble  # noqa: E402 (the fixtures' own maker)

NAME = "AndroidManifest.xml"
TEXT = """<?xml version="1.0" encoding="utf-8"?>
<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="org.example.door"
          android:versionName="3.1">
  <uses-permission android:name="android.permission.CAMERA"/>
  <uses-permission-sdk-23 android:name="android.permission.USE_BIOMETRIC"/>
  <uses-feature android:name="android.hardware.camera" android:required="false"/>
  <queries><package android:name="com.vendor.reader"/><intent><action android:name="x.VIEW"/></intent></queries>
  <application android:name=".App" android:label="Door &amp; gate">
    <meta-data android:name="org.example.KEY" android:value="face"/>
    <uses-library android:name="org.example.lib" android:required="true"/>
    <activity android:name=".Main"/>
    <activity android:name="Short"><meta-data android:name="in.activity" android:value="7"/></activity>
    <service android:name="com.vendor.sdk.Service"/>
    <receiver android:name=".sub.Receiver"/>
    <provider android:name="com.vendor.sdk.Provider"/>
  </application>
</manifest>
"""


def seen(data: bytes, budget: CountingBudget | None = None) -> tuple[list[Observation], Unreadable | None]:
    found: list[Observation] = []
    try:
        for observation in android_manifest.observe(BytesSource(NAME, data), budget or CountingBudget()):
            found.append(observation)  # noqa: PERF402 (kept when reading stops)
    except Unreadable as problem:
        return found, problem
    return found, None


def whole(data: bytes) -> list[Observation]:
    found, problem = seen(data)
    assert problem is None
    return found


def entries(data: bytes) -> list[tuple[str, str, str]]:
    return [(o.entry, o.name, o.value) for o in whole(data) if isinstance(o, AndroidEntry)]


def demo() -> bytes:
    with ZipFile(FIXTURES / "demo.apk") as archive:
        return archive.read(NAME)


def test_the_reader_is_found_and_wants_manifests_by_name_only():
    assert "android-manifest" in {reader.INFO.name for reader in readers()}
    assert android_manifest.wants("androidmanifest.xml", b"\3\0\x08\0")
    assert android_manifest.wants("androidmanifest.xml~2", b"\3\0\x08\0")
    assert not android_manifest.wants("layout.xml", b"\3\0\x08\0")
    assert not android_manifest.wants("androidmanifest.xml", b"")


@pytest.mark.parametrize("form", ["text", "utf-8", "utf-16"])
def test_everything_is_told_alike_from_text_and_binary(form):
    data = TEXT.encode() if form == "text" else assemble(TEXT, encoding=form)
    assert entries(data) == [
        ("permission", "android.permission.CAMERA", ""),
        ("permission", "android.permission.USE_BIOMETRIC", ""),
        ("feature", "android.hardware.camera", "not required"),
        ("query", "com.vendor.reader", ""),
        ("component", "org.example.door.App", ""),
        ("meta-data", "org.example.KEY", "face"),
        ("library", "org.example.lib", ""),
        ("component", "org.example.door.Main", ""),
        ("component", "org.example.door.Short", ""),
        ("meta-data", "in.activity", "7"),
        ("component", "com.vendor.sdk.Service", ""),
        ("component", "org.example.door.sub.Receiver", ""),
        ("component", "com.vendor.sdk.Provider", ""),
    ]
    (identity,) = [o for o in whole(data) if isinstance(o, Identity)]
    assert identity == Identity(
        subject="container", name="Door & gate", version="3.1", bundle="org.example.door", place="manifest"
    )


def test_places_can_be_followed_by_a_person():
    places = {o.name: o.place for o in whole(TEXT.encode()) if isinstance(o, AndroidEntry)}
    assert places["org.example.door.Short"] == "manifest/application/activity[2]"
    assert places["in.activity"] == "manifest/application/activity[2]/meta-data[1]"


def test_an_alias_tells_its_target_too():
    text = TEXT.replace(
        '<activity android:name=".Main"/>', '<activity-alias android:name=".Icon" android:targetActivity="a.b.Real"/>'
    )
    assert {"org.example.door.Icon", "a.b.Real"} <= {name for _, name, _ in entries(text.encode())}


def test_a_label_in_the_resources_leaves_the_package_as_the_name():
    (identity,) = [o for o in whole(TEXT.replace("Door &amp; gate", "@string/app").encode()) if isinstance(o, Identity)]
    assert identity.name == "org.example.door"


def test_what_a_build_removes_is_not_told():
    text = TEXT.replace("<manifest ", '<manifest xmlns:tools="http://schemas.android.com/tools" ', 1).replace(
        'CAMERA"/>', 'CAMERA" tools:node="remove"/>'
    )
    assert "android.permission.CAMERA" not in {name for _, name, _ in entries(text.encode())}


def test_utf16_text_is_read():
    assert entries(TEXT.replace("utf-8", "utf-16").encode("utf-16")) == entries(TEXT.encode())


@pytest.mark.filterwarnings("ignore")
def test_apkinspector_reads_the_same_elements():
    data = demo()
    ours = list(axml.elements(memoryview(data), CountingBudget()))
    assert ours == list(axml_tampered.elements(memoryview(data), CountingBudget()))
    assert len(ours) > 10


def test_attributes_are_known_by_their_resource_id_when_their_names_are_emptied():
    data = assemble(TEXT, encoding="utf-8")
    for name in (b"\x04\x04name\0", b"\x05\x05value\0", b"\x05\x05label\0"):
        assert data.count(name) == 1
        data = data.replace(name, name[:2] + b"?" * (len(name) - 3) + b"\0")
    assert entries(data) == entries(assemble(TEXT))


def test_a_wrong_type_in_the_first_header_changes_nothing():
    data = demo()
    assert whole(b"\0\0" + data[2:]) == whole(data)


def test_an_unknown_chunk_is_passed_over():
    data = demo()
    strange = struct.pack("<HHI", 0x0199, 8, 12) + b"junk"
    assert whole(data[:8] + strange + data[8:]) == whole(data)


def test_a_string_pool_of_false_length_is_read_by_the_second_opinion_and_told():
    data = bytearray(demo())
    struct.pack_into("<I", data, 12, 28)  # the next chunk then seems to begin among the strings' offsets
    found, problem = seen(bytes(data))
    assert problem is not None
    assert problem.cause is Cause.DAMAGED
    assert set(found) == set(whole(demo()))


def test_the_second_opinion_leaves_logging_as_it_was():
    root = logging.getLogger()
    before = (list(root.handlers), root.level, root.manager.disable)
    list(axml_tampered.elements(memoryview(demo()), CountingBudget()))
    assert (list(root.handlers), root.level, root.manager.disable) == before


def test_a_truncated_manifest_keeps_what_was_read():
    data = demo()
    found, problem = seen(data[: len(data) * 8 // 10])
    assert problem is not None
    assert problem.cause is Cause.DAMAGED
    assert any(isinstance(o, AndroidEntry) for o in found)
    assert any(isinstance(o, Identity) for o in found)


def test_entities_are_refused_before_they_grow():
    bomb = '<!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><manifest package="&b;"/>'
    budget = CountingBudget(bytes=1000)
    found, problem = seen(bomb.encode(), budget)
    assert found == []
    assert problem is not None
    assert problem.cause is Cause.UNSUPPORTED


@pytest.mark.parametrize(
    "data",
    [b"<manifest", b"<layout/>", b"<manifest package='a'><b></manifest>", b"\3\0\x08\0", b"\3\0\x08\0" * 50, b"x"],
)
def test_what_is_no_manifest_is_damaged(data):
    _, problem = seen(data)
    assert problem is not None
    assert problem.cause is Cause.DAMAGED


def test_an_unknown_text_encoding_is_unreadable():
    _, problem = seen(b'<?xml version="1.0" encoding="klingon"?><manifest/>')
    assert problem is not None


def test_elements_in_elements_without_end_are_bounded():
    text = '<manifest package="a.b">' + "<x>" * 20_000 + "</x>" * 20_000 + "</manifest>"
    assert len(whole(text.encode())) == 1


def test_one_string_shared_by_many_is_paid_for_once_and_entries_by_item():
    pool = assemble(TEXT)
    budget = CountingBudget(items=40)
    _, problem = seen(pool, budget)
    assert problem is not None
    assert problem.cause is Cause.LIMIT


def test_long_values_are_cut():
    text = TEXT.replace('value="face"', f'value="{"v" * 5000}"')
    (value,) = [value for _, name, value in entries(text.encode()) if name == "org.example.KEY"]
    assert len(value) == 1001


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from([assemble(TEXT), assemble(TEXT, encoding="utf-8"), TEXT.encode()]),
    st.lists(st.tuples(st.integers(0), st.integers(0, 255)), max_size=8),
    st.integers(0, 99),
)
def test_changed_manifests_give_observations_or_unreadable_within_the_budget(seed, changes, cut_percent):
    data = bytearray(seed)
    for at, value in changes:
        data[at % len(data)] = value
    if cut_percent > 70:
        del data[len(data) * cut_percent // 100 :]
    budget = CountingBudget(items=100_000, bytes=4 << 20)
    found, _ = seen(bytes(data), budget)
    for observation in found:
        assert isinstance(observation, AndroidEntry | Identity)
        observation.name.encode()
        observation.place.encode()


def test_the_second_opinion_ends_on_files_that_make_its_library_loop():
    header = struct.pack("<HHI", 3, 8, 0x1000) + struct.pack("<HHI5I", 1, 28, 0x1000, 0, 0, 0, 28, 0)
    assert list(axml_tampered.elements(memoryview(header + bytes(20_000)), CountingBudget())) == []


BUNDLE = bundle_node(ElementTree.fromstring(TEXT))


def test_the_manifest_of_an_app_bundle_says_what_the_text_says():
    assert whole(BUNDLE) == whole(TEXT.encode())


def test_a_truncated_manifest_of_an_app_bundle_keeps_what_was_read():
    for end in range(3, len(BUNDLE), 11):
        found, problem = seen(BUNDLE[:end])
        assert problem is not None
        assert all(isinstance(one, (AndroidEntry, Identity)) for one in found)


def test_elements_nested_without_end_are_not_followed():
    node = b""
    for _ in range(200):
        node = field(1, field(3, b"a") + field(5, node))
    _, problem = seen(node)
    assert problem is not None
    assert problem.cause is Cause.LIMIT
