"""X.509 certificates, alone or in a PKCS #7 signature: the common name in the subject, and nothing else.

LIEF 1.0 reads certificates inside a signature of Windows; handed one by itself it fails on those of Android apps (its
parser of public keys gives error 3B00). The way to the subject is short:

    certificate ─► tbsCertificate ─► [version] serial algorithm issuer validity subject ─► sets of (type, text)
    signature ─► [content] ─► signedData ─► version digests content [certificates] …

Specification: RFC 5280 §4.1, RFC 5652 §5.1, X.690 (DER).
"""

from collections.abc import Iterator
from typing import NamedTuple

from scanner.model.source import Budget

_SEQUENCE, _SET, _FIRST_OPTION = 0x30, 0x31, 0xA0
_COMMON_NAME = b"\x06\x03\x55\x04\x03"
_BMP_STRING = 0x1E
_LONG = 0x80
_SUBJECT = 4
"""Behind the version, which the first version leaves out."""


class _Value(NamedTuple):
    tag: int
    content: memoryview


def common_name(certificate: memoryview, budget: Budget) -> str:
    """The name of whom the certificate was made for; empty where it has none or is no certificate."""
    outer = next(_values(certificate, budget), None)
    return _name_in(outer, budget)


def signers_of(signature: memoryview, budget: Budget) -> Iterator[str]:
    """The names in the certificates of a PKCS #7 signature, in their order; nothing where it is none."""
    outer = next(_values(signature, budget), None)
    content = _tagged(outer, budget)
    signed = next(_values(content.content, budget), None) if content is not None else None
    certificates = _tagged(signed, budget)
    for certificate in _values(certificates.content, budget) if certificates is not None else ():
        if name := _name_in(certificate, budget):
            yield name


def _tagged(around: _Value | None, budget: Budget) -> _Value | None:
    """The value inside that is marked as the first of those that may be left out."""
    inside = _values(around.content, budget) if around is not None else iter(())
    return next((value for value in inside if value.tag == _FIRST_OPTION), None)


def _name_in(outer: _Value | None, budget: Budget) -> str:
    body = next(_values(outer.content, budget), None) if outer is not None else None
    if body is None or body.tag != _SEQUENCE:
        return ""
    fields = [value for value in _values(body.content, budget) if value.tag != _FIRST_OPTION]
    if len(fields) <= _SUBJECT:
        return ""
    for attributes in _values(fields[_SUBJECT].content, budget):
        for attribute in _values(attributes.content, budget):
            if attributes.tag == _SET and bytes(attribute.content[:5]) == _COMMON_NAME:
                return next((_text(value) for value in _values(attribute.content[5:], budget)), "")
    return ""


def _values(data: memoryview, budget: Budget) -> Iterator[_Value]:
    """The values that stand one behind the other, up to the first that does not fit."""
    at = 0
    while at + 2 <= len(data):
        budget.spend_items()
        tag, size = data[at], data[at + 1]
        at += 2
        if size >= _LONG:
            width = size - _LONG
            size = int.from_bytes(data[at : at + width], "big")
            at += width
        if at + size > len(data):
            return
        yield _Value(tag, data[at : at + size])
        at += size


def _text(value: _Value) -> str:
    return bytes(value.content).decode("utf-16-be" if value.tag == _BMP_STRING else "utf-8", "backslashreplace")
