"""What a Windows file says it is, also after it was renamed, who signed it, and its functions."""

import struct
import sysconfig
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.formats import pe, pe_signer, pe_symbols
from scanner.model.observation import Identity, Library, Product, Signer
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.formats.reading import read, read_until_stopped
from tests.formats.windows_files import RVA, debug_directory, pe_with, resources, version_resource
from tests.sources import BytesSource

STRINGS = {
    "CompanyName": "Acme Inc.",
    "FileDescription": "Acme camera helper",
    "OriginalFilename": "acmecam.dll",
    "ProductName": "Acme Kiosk",
    "ProductVersion": "3.2.1",
}


def versioned(strings: dict[str, str] = STRINGS, **other: bool) -> bytes:
    return pe_with({2: resources({16: version_resource(strings)}, RVA)}, **other)


@pytest.mark.parametrize("wide", [True, False])
def test_a_renamed_library_still_says_what_it_is(wide: bool):
    found = read(pe, BytesSource("x.bin", versioned(wide=wide)))
    assert found == [
        Library(role="is", name="acmecam.dll", place="version resource OriginalFilename"),
        Product(
            role="is", name="Acme Kiosk", publisher="Acme Inc.", version="3.2.1", place="version resource ProductName"
        ),
        Identity(
            subject="self",
            name="Acme Kiosk (acmecam.dll)",
            version="3.2.1",
            bundle="acme inc./acme kiosk/acmecam.dll",
            place="version resource",
        ),
    ]


def test_the_version_resource_reads_as_pefile_reads_it():
    import pefile

    data = versioned()
    with pefile.PE(data=data, fast_load=True) as oracle:
        oracle.parse_data_directories([2])
        (info,) = oracle.FileInfo[0]
        assert {k.decode(): v.decode() for k, v in info.StringTable[0].entries.items()} == STRINGS


def test_without_a_product_the_description_names_it():
    (library, identity) = read(
        pe, BytesSource("x.exe", versioned({"FileDescription": "Door", "OriginalFilename": "d.exe"}))
    )
    assert isinstance(library, Library)
    assert isinstance(identity, Identity)
    assert identity.name == "Door (d.exe)"


def test_a_debug_path_tells_the_name_it_was_linked_under():
    for is_library, name in ((True, "facecore.dll"), (False, "facecore.exe")):
        data = pe_with({6: debug_directory(r"C:\build\acme\facecore.pdb", RVA)}, is_library=is_library)
        place = r"debug directory, of C:\build\acme\facecore.pdb"
        assert read(pe, BytesSource("x.bin", data)) == [Library(role="is", name=name, place=place)]


def test_a_cut_version_resource_is_said_and_keeps_the_rest():
    whole = version_resource(STRINGS)
    data = pe_with({2: resources({16: whole[: len(whole) // 2 + 1]}, RVA), 6: b""})
    found, _ = read_until_stopped(pe, BytesSource("x.dll", data))
    assert (
        Product(role="is", name="Acme Kiosk", publisher="Acme Inc.", place="version resource ProductName") not in found
    )
    lost = pe_with({2: resources({16: whole}, 0x700000)})
    found, stopped = read_until_stopped(pe, BytesSource("x.dll", lost))
    assert found == []
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED


@settings(max_examples=200, deadline=None)
@given(flips=st.lists(st.tuples(st.integers(0x400, 0x700), st.integers(0, 255)), max_size=8), cut=st.integers(0, 0x900))
def test_mutated_resources_give_observations_or_unreadable(flips, cut):
    data = bytearray(versioned())
    for offset, value in flips:
        data[min(offset, len(data) - 1)] = value
    read_until_stopped(pe, BytesSource("x.dll", bytes(data[:cut])))
    read_until_stopped(pe_signer, BytesSource("x.dll", bytes(data[:cut])))


def test_signatures_that_are_none_are_damage():
    table = struct.pack("<IHH", 24, 0x200, 2) + b"not DER at all.."
    data = versioned()
    at = data.index(b"PE\0\0") + 24 + 112 + 8 * 4
    signed = data[:at] + struct.pack("<II", len(data), len(table)) + data[at + 8 :] + table
    found, stopped = read_until_stopped(pe_signer, BytesSource("x.dll", signed))
    assert found == []
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED
    assert read(pe_signer, BytesSource("x.dll", data)) == []


def signed_copy(data: bytes, tmp_path: Path) -> bytes:
    """Signed by a certificate made for the moment; skips where the programs for it are not installed."""
    import shutil
    import subprocess

    if not (shutil.which("osslsigncode") and shutil.which("openssl")):
        pytest.skip("osslsigncode or openssl is not installed")
    plain, signed, key, certificate = (tmp_path / name for name in ("plain.exe", "signed.exe", "key.pem", "cert.pem"))
    plain.write_bytes(data)
    make = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/O=Acme Inc./CN=Acme, Inc.",
    ]
    subprocess.run([*make, "-keyout", key, "-out", certificate], check=True, capture_output=True, timeout=60)
    sign = ["osslsigncode", "sign", "-certs", certificate, "-key", key, "-in", plain, "-out", signed]
    subprocess.run(sign, check=True, capture_output=True, timeout=60)
    return signed.read_bytes()


def test_the_signer_is_told_by_name(tmp_path):
    packages = Path(sysconfig.get_paths()["purelib"])
    launchers = sorted(packages.glob("pip/_vendor/distlib/w64.exe"))
    if not launchers:
        pytest.skip("pip with a Windows launcher is not installed beside this Python")
    signed = signed_copy(launchers[0].read_bytes(), tmp_path)
    (signer,) = read(pe_signer, BytesSource("w64.exe", signed))
    assert isinstance(signer, Signer)
    assert signer.name == "Acme, Inc."


def test_imported_functions_are_told_from_exported_ones():
    packages = Path(sysconfig.get_paths()["purelib"])
    launchers = sorted(packages.glob("pip/_vendor/distlib/w64.exe"))
    if not launchers:
        pytest.skip("pip with a Windows launcher is not installed beside this Python")
    data = launchers[0].read_bytes()
    source = BytesSource("w64.exe", data, focus=frozenset({"CreateProcess*", "GetModuleFileNameA"}))
    found = {(symbol.role, symbol.name) for symbol in read(pe_symbols, source, CountingBudget(bytes=1 << 30))}
    assert ("imports", "CreateProcessW") in found
    assert all(name.startswith(("CreateProcess", "GetModuleFileName")) for _, name in found)


def test_what_is_no_windows_file_has_no_functions():
    found, stopped = read_until_stopped(pe_symbols, BytesSource("x.dll", b"MZ" + bytes(200)))
    assert found == []
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED
