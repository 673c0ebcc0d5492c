"""Who signed an Android app: its signing block, built here as the specification says."""

import struct
import zipfile
from functools import cache
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.formats import apk_signer
from scanner.model.observation import Signer
from scanner.model.source import Unreadable
from tests.budgets import CountingBudget
from tests.sources import BytesSource


def der(tag: int, *content: bytes) -> bytes:
    body = b"".join(content)
    size = bytes([len(body)]) if len(body) < 128 else b"\x82" + struct.pack(">H", len(body))
    return bytes([tag]) + size + body


@cache
def certificate(name: str) -> bytes:
    """X.509 as far as its subject needs it; the key and the signature are no real ones."""
    common_name = der(0x30, der(0x31, der(0x30, der(6, b"\x55\x04\x03"), der(0x0C, name.encode()))))
    algorithm = der(0x30, der(6, bytes.fromhex("2a864886f70d01010b")), der(5))
    time = der(0x30, der(0x17, b"200101000000Z"), der(0x17, b"400101000000Z"))
    numbers = der(0x30, der(2, b"\0\xc1" + b"\x55" * 127), der(2, b"\1\0\1"))
    key = der(0x30, der(0x30, der(6, bytes.fromhex("2a864886f70d010101")), der(5)), der(3, b"\0" + numbers))
    body = der(0x30, der(0xA0, der(2, b"\2")), der(2, b"\1"), algorithm, common_name, time, common_name, key)
    return der(0x30, body, algorithm, der(3, bytes(129)))


def sized(*parts: bytes) -> bytes:
    return b"".join(struct.pack("<I", len(part)) + part for part in parts)


def signed(*names: str, scheme: int = 0x7109871A) -> bytes:
    """An app whose signing block has one signer with these certificates, behind a pair of an unknown kind."""
    signer = sized(sized(b"digests", sized(*map(certificate, names)), b"more"), b"signatures", b"key")
    value = sized(sized(signer))
    pairs = b"".join(struct.pack("<QI", len(v) + 4, kind) + v for kind, v in ((0x42726577, b"\0" * 9), (scheme, value)))
    size = struct.pack("<Q", len(pairs) + 24)
    block = size + pairs + size + b"APK Sig Block 42"
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("classes.dex", b"dex")
    data = bytearray(made.getvalue())
    (directory,) = struct.unpack_from("<I", data, len(data) - 6)
    struct.pack_into("<I", data, len(data) - 6, directory + len(block))
    return bytes(data[:directory] + block + data[directory:])


def signers(data: bytes) -> list[str]:
    found = list(apk_signer.observe(BytesSource("app.apk", data), CountingBudget()))
    assert all(isinstance(one, Signer) and "scheme v" in one.place for one in found)
    return [one.name for one in found if isinstance(one, Signer)]


@pytest.mark.parametrize("scheme", [0x7109871A, 0xF05368C0, 0x1B93AD61])
def test_the_name_in_each_certificate_is_told_once(scheme):
    assert signers(signed("Acme Doors", "Acme Doors", "Acme Root", scheme=scheme)) == ["Acme Doors", "Acme Root"]


def test_an_archive_without_a_signing_block_has_no_signer():
    assert signers(b"") == []
    assert signers(signed("Acme Doors", scheme=7)) == []


def test_a_block_that_claims_more_than_there_is_is_damaged():
    data = bytearray(signed("Acme Doors"))
    at = data.index(b"APK Sig Block 42") - 8
    data[at : at + 8] = b"\xff" * 8
    with pytest.raises(Unreadable, match="damaged"):
        signers(bytes(data))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0), st.integers(0, 255)), max_size=12), st.integers(50, 100))
def test_changed_files_give_signers_or_unreadable_within_the_budget(changes, percent):
    data = bytearray(signed("Acme Doors"))
    for at, value in changes:
        data[at % len(data)] = value
    del data[len(data) * percent // 100 :]
    try:
        for found in apk_signer.observe(BytesSource("app.apk", bytes(data)), CountingBudget(items=5000, bytes=1 << 20)):
            assert isinstance(found, Signer)
    except Unreadable:
        pass
