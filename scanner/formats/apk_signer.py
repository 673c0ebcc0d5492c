"""Who signed an Android app: the certificates in its signing block (schemes v2 and v3). Whether the signature holds is
not judged.

```
entries of the zip │ u64 size │ pairs: u64 size, u32 id, value │ u64 size │ "APK Sig Block 42" │ zip directory
value of v2, v3:    signers ─► signer ─► signed data ─► digests, certificates     each behind its u32 size
```
Specification: source.android.com/docs/security/features/apksigning/v2 and …/v3.
"""

import struct
from collections.abc import Iterator

from scanner.formats.certificate import common_name
from scanner.model.observation import Observation, Signer
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="apk-signer",
    version=1,
    line="Android apps: who signed them (schemes v2 and v3)",
    specification="https://source.android.com/docs/security/features/apksigning/v2",
    limits="It is not checked whether the signature is valid. The file of scheme v4 is not read.",
    depth=True,
    deepens=("zip",),
    asks_after=("dex", "elf", "android-manifest"),
)

_MAGIC = b"APK Sig Block 42"
_SCHEMES = {0x7109871A: "v2", 0xF05368C0: "v3", 0x1B93AD61: "v3.1"}
_END = b"PK\5\6"
_END_BYTES = 22
_MOST_COMMENT = 0xFFFF
_MOST_BYTES = 1 << 20


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the common name of each certificate, once.

    Raises:
        Unreadable: damaged, when the signing block breaks off.
    """
    told = set[str]()
    try:
        for scheme, value in _schemes(source, budget):
            for certificate in _certificates(value, budget):
                name = common_name(certificate, budget)
                if name and name not in told:
                    told.add(name)
                    yield Signer(name=name, place=f"signing block, scheme {scheme}")
    except struct.error as error:
        reason = "The signing block of the app is damaged; who signed was not read."
        raise Unreadable(Cause.DAMAGED, reason) from error


def _schemes(source: Source, budget: Budget) -> Iterator[tuple[str, memoryview]]:
    """The values of the known schemes in the block before the zip directory; nothing where there is no block."""
    tail_at = max(0, source.size - _END_BYTES - _MOST_COMMENT)
    tail = bytes(source.view(tail_at))
    end = tail.rfind(_END)
    if end < 0 or end + _END_BYTES > len(tail):
        return
    (directory,) = struct.unpack_from("<I", tail, end + 16)
    footer = bytes(source.view(directory - 24, 24)) if directory >= 32 else b""
    if footer[8:] != _MAGIC:
        return
    (size,) = struct.unpack_from("<Q", footer)
    if not 24 <= size <= min(directory - 8, _MOST_BYTES):
        raise struct.error("the block does not fit")
    budget.spend_bytes(size)
    block = source.view(directory - size, size - 24)
    at = 0
    while at < len(block):
        budget.spend_items()
        length, kind = struct.unpack_from("<QI", block, at)
        if kind in _SCHEMES:
            yield _SCHEMES[kind], block[at + 12 : at + 8 + length]
        at += 8 + max(length, 4)


def _certificates(value: memoryview, budget: Budget) -> Iterator[memoryview]:
    (signers,) = _parts(value, budget, most=1)
    for signer in _parts(signers, budget):
        (signed,) = _parts(signer, budget, most=1)
        _, certificates = _parts(signed, budget, most=2)
        yield from _parts(certificates, budget)


def _parts(data: memoryview, budget: Budget, most: int | None = None) -> list[memoryview]:
    """What stands in a row behind the size of each; `most` of them, and as many there must be."""
    parts: list[memoryview] = []
    at = 0
    while at < len(data) and (most is None or len(parts) < most):
        budget.spend_items()
        (size,) = struct.unpack_from("<I", data, at)
        if at + 4 + size > len(data):
            raise struct.error("a part does not fit")
        parts.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    if most is not None and len(parts) < most:
        raise struct.error("a part is missing")
    return parts
