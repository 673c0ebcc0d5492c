"""Who signed a Java archive or an Android app by the oldest scheme. The signature was made by the JDK's jarsigner."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.formats import jar_signer
from scanner.model.observation import Signer
from scanner.model.source import Unreadable
from tests.budgets import CountingBudget
from tests.formats.test_apk_signer import certificate, der
from tests.sources import BytesSource

SIGNATURE = (Path(__file__).parents[2] / "fixtures/formats/jar-signer/ACME.RSA").read_bytes()


def signature(*names: str) -> bytes:
    """PKCS #7 as far as its certificates need it."""
    certificates = der(0xA0, *map(certificate, names))
    signed = der(0x30, der(2, b"\1"), der(0x31), der(0x30, der(6, b"\x2a")), certificates, der(0x31))
    return der(0x30, bytes.fromhex("06092a864886f70d010702"), der(0xA0, signed))


def signers(data: bytes) -> list[str]:
    found = list(jar_signer.observe(BytesSource("ACME.RSA", data), CountingBudget()))
    return [one.name for one in found if isinstance(one, Signer)]


def test_the_name_in_a_signature_of_jarsigner_is_told():
    assert jar_signer.wants("acme.rsa", SIGNATURE)
    assert signers(SIGNATURE) == ["Acme Doors"]


def test_each_name_is_told_once():
    assert signers(signature("Acme Doors", "Acme Doors", "Acme Root")) == ["Acme Doors", "Acme Root"]


def test_another_file_of_such_a_name_is_not_wanted():
    assert not jar_signer.wants("key.rsa", b"-----BEGIN RSA PRIVATE KEY-----")


@pytest.mark.parametrize("data", [SIGNATURE[:60], signature()])
def test_a_signature_without_a_certificate_is_damaged(data):
    with pytest.raises(Unreadable, match="certificate"):
        signers(data)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0), st.integers(0, 255)), max_size=12), st.integers(0, 100))
def test_changed_files_give_signers_or_unreadable_within_the_budget(changes, percent):
    data = bytearray(SIGNATURE)
    for at, value in changes:
        data[at % len(data)] = value
    del data[len(data) * percent // 100 :]
    try:
        found = jar_signer.observe(BytesSource("A.RSA", bytes(data)), CountingBudget(items=5000, bytes=1 << 20))
        assert all(isinstance(one, Signer) for one in found)
    except Unreadable:
        pass
