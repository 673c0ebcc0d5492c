"""What programs for Apple's systems tell beyond their load commands, and the information of their bundles."""

import plistlib

import pytest
from hypothesis import given, settings

from scanner.formats import info_plist, macho
from scanner.formats.macho_names import swift_type_of
from scanner.model.observation import ClassName, Config, Identity, Library, Owns, Product, Signer
from scanner.model.vocabulary import Cause
from tests.containers.opening import damaged
from tests.formats.apple_files import code_signature, macho_with
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

ENTITLEMENTS = {"com.apple.developer.face-id": True, "com.apple.security.app-sandbox": False, "team": "T7"}
SIGNATURE = code_signature("org.example.shop", "ABCDE12345", ENTITLEMENTS)
UNDEFINED = ("_OBJC_CLASS_$_VNDetectThings", "_OBJC_CLASS_$_NSObject", "_$s4Till6LedgerC4openyyF", "_puts", "_dlopen")
PROGRAM = macho_with(
    undefined=UNDEFINED,
    classes=("ShopWindow", "NSObject", "_TtC4Shop7Counter", "x"),
    swift=("Door", "Handle"),
    constants=b"/opt/lib/libface.dylib\0libother.dylib.txt\0",
    signature=SIGNATURE,
)


def classes(found) -> set[tuple[str, str, str]]:
    return {(fact.language, fact.role, fact.name) for fact in found if isinstance(fact, ClassName)}


def test_classes_of_others_are_told_by_the_symbols_that_others_define():
    found = read(macho, BytesSource("Shop", PROGRAM))
    named = {entry for entry in classes(found) if entry[1] == "references"}
    assert named == {
        ("objc", "references", "VNDetectThings"),
        ("objc", "references", "NSObject"),
        ("swift", "references", "Till.Ledger"),
    }
    assert {fact.by for fact in found if isinstance(fact, ClassName) and fact.role == "references"} == {"Shop"}


def test_own_classes_are_told_though_nothing_but_their_names_is_left():
    found = read(macho, BytesSource("Shop", PROGRAM))
    assert {entry for entry in classes(found) if entry[1] == "defines"} == {
        ("objc", "defines", "ShopWindow"),
        ("swift", "defines", "Shop.Counter"),
        ("swift", "defines", "Shop.Door"),
        ("swift", "defines", "Shop.Door$Handle"),
    }


def test_a_program_that_imports_dlopen_tells_what_it_loads():
    found = read(macho, BytesSource("Shop", PROGRAM))
    assert [fact.name for fact in found if isinstance(fact, Library)] == ["libface.dylib"]


def test_the_signature_names_program_team_and_entitlements():
    found = read(macho, BytesSource("renamed", PROGRAM))
    assert [fact.name for fact in found if isinstance(fact, (Product, Signer))] == ["org.example.shop", "ABCDE12345"]
    assert [fact.bundle for fact in found if isinstance(fact, Identity)] == ["org.example.shop"]
    assert [(fact.name, fact.value) for fact in found if isinstance(fact, Config)] == [
        ("entitlement:com.apple.developer.face-id", ""),
        ("entitlement:team", "T7"),
    ]


def test_what_the_linker_signed_bears_no_name_of_a_product():
    data = macho_with(signature=code_signature("a.out", "", {}, flags=0x20002))
    assert not [fact for fact in read(macho, BytesSource("x", data)) if isinstance(fact, (Product, Identity))]


def test_of_encrypted_code_only_what_others_must_know_is_read():
    data = macho_with(undefined=UNDEFINED, classes=("Garbage",), swift=("Door",), signature=SIGNATURE, encrypted=True)
    found, stopped = read_until_stopped(macho, BytesSource("Shop", data))
    assert {role for _, role, _ in classes(found)} == {"references"}
    assert stopped is not None
    assert stopped.cause is Cause.ENCRYPTED


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        (b"_$s4Till6LedgerC4openyyF", "Till.Ledger"),
        (b"$s4Till6LedgerV3RowO", "Till.Ledger$Row"),
        (b"_$s4Till4openyyF", ""),
        (b"_$s99Till", ""),
        (b"_$ss5ErrorP", ""),
        (b"_puts", ""),
    ],
)
def test_a_mangled_symbol_tells_the_type_it_speaks_of(symbol, name):
    assert swift_type_of(symbol) == name


@settings(max_examples=300, deadline=None)
@given(data=damaged(PROGRAM))
def test_damaged_programs_give_observations_or_unreadable(data):
    read_until_stopped(macho, BytesSource("Shop", data))


INFORMATION = {
    "CFBundleIdentifier": "org.example.shop",
    "CFBundleName": "Shop",
    "CFBundlePackageType": "APPL",
    "CFBundleShortVersionString": "2.1",
    "NSFaceIDUsageDescription": "Open the till with your face.",
    "UIRequiredDeviceCapabilities": ["front-facing-camera"],
}


@pytest.mark.parametrize("form", [plistlib.FMT_XML, plistlib.FMT_BINARY])
def test_the_information_of_an_app_names_it_and_its_permissions(form):
    data = plistlib.dumps(INFORMATION, fmt=form)
    assert info_plist.wants("info.plist", data)
    assert read(info_plist, BytesSource("Info.plist", data)) == [
        Product(role="is", name="org.example.shop", version="2.1", place="CFBundleIdentifier"),
        Owns(name="Shop", version="2.1", path="./", as_one=True, place="CFBundleIdentifier"),
        Config(
            name="NSFaceIDUsageDescription", value="Open the till with your face.", place="NSFaceIDUsageDescription"
        ),
        Config(name="UIRequiredDeviceCapabilities", value="front-facing-camera", place="UIRequiredDeviceCapabilities"),
    ]


def test_a_framework_is_no_app_of_its_own():
    data = plistlib.dumps(INFORMATION | {"CFBundlePackageType": "FMWK"})
    assert not [fact for fact in read(info_plist, BytesSource("Info.plist", data)) if isinstance(fact, Owns)]


BOMB = b"""<?xml version="1.0"?><!DOCTYPE plist [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>
<plist><dict><key>CFBundleIdentifier</key><string>&b;</string></dict></plist>"""


@pytest.mark.parametrize("data", [b"<plist>", BOMB, b"bplist00" + bytes(40), plistlib.dumps([1]), b"<plist></plist>"])
def test_a_broken_property_list_is_damage(data):
    found, stopped = read_until_stopped(info_plist, BytesSource("Info.plist", data))
    assert found == []
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED


def test_a_property_list_that_claims_millions_of_objects_is_not_read():
    whole = plistlib.dumps(INFORMATION, fmt=plistlib.FMT_BINARY)
    lying = whole[:-24] + (10**9).to_bytes(8, "big") + whole[-16:]
    _, stopped = read_until_stopped(info_plist, BytesSource("Info.plist", lying))
    assert stopped is not None
    assert stopped.cause is Cause.LIMIT


@settings(max_examples=300, deadline=None)
@given(data=damaged(plistlib.dumps(INFORMATION, fmt=plistlib.FMT_BINARY)))
def test_damaged_property_lists_give_observations_or_unreadable(data):
    read_until_stopped(info_plist, BytesSource("Info.plist", data))
