"""Builds small LUKS volumes of both versions by their specifications: https://gitlab.com/cryptsetup/LUKS2-docs.

They are held against cryptsetup where it is installed (tests/containers/test_luks.py).
"""

import base64
import hashlib
import json
import struct
from dataclasses import dataclass

_STRIPES = 4000
_ID = b"11111111-2222-3333-4444-555555555555"
_JSON_AT, _HEADER = 4096, 16 << 10


@dataclass(frozen=True)
class Form:
    """How a volume is encrypted."""

    cipher: str = "aes-xts-plain64"
    key_bytes: int = 32
    hashed_by: str = "sha256"
    sector_bytes: int = 512
    derived_by: str = "pbkdf2"
    rounds: int = 1000
    told_rounds: int = 1000
    """What the header says that they are."""
    memory_kib: int = 64
    segment: tuple[tuple[str, object], ...] = ()
    """What else a segment says."""


def luks1(content: bytes, passphrases: list[bytes], form: Form | None = None) -> bytes:
    """A volume of version 1."""
    form = form or Form()
    key, salt = _key(form), hashlib.sha256(b"salt").digest()
    area = form.key_bytes * _STRIPES // 512 + 1
    starts = [8 + slot * area for slot in range(8)]
    slots, areas = b"", b""
    for slot, start in enumerate(starts):
        if slot < len(passphrases):
            derived = hashlib.pbkdf2_hmac(form.hashed_by, passphrases[slot], salt, form.rounds, form.key_bytes)
            areas += _ciphered(form, derived, _split(key, form.hashed_by)).ljust(area * 512, b"\0")
        state = 0x00AC71F3 if slot < len(passphrases) else 0x0000DEAD
        slots += struct.pack(">II32sII", state, form.rounds, salt, start, _STRIPES)
    payload = starts[-1] + area
    name, _, mode = form.cipher.partition("-")
    digest = hashlib.pbkdf2_hmac(form.hashed_by, key, salt, form.rounds, 20)
    head = struct.pack(
        ">6sH32s32s32sII20s32sI40s", b"LUKS\xba\xbe", 1, name.encode(), mode.encode(), form.hashed_by.encode(), payload,
        form.key_bytes, digest, salt, form.rounds, _ID,
    )  # fmt: skip
    made = (head + slots).ljust(8 * 512, b"\0") + areas
    return made.ljust(payload * 512, b"\0") + _ciphered(form, key, content)


def luks2(content: bytes, passphrases: list[bytes], form: Form | None = None) -> bytes:
    """A volume of version 2."""
    form = form or Form()
    key = _key(form)
    area = form.key_bytes * _STRIPES
    area += -area % 4096
    payload = 2 * _HEADER + len(passphrases) * area
    payload += -payload % (1 << 16)
    slots, areas = {}, b""
    for number, passphrase in enumerate(passphrases):
        kdf, derived = _derived(form, passphrase)
        areas += _ciphered(form, derived, _split(key, form.hashed_by), 512).ljust(area, b"\0")
        place = {"type": "raw", "offset": str(2 * _HEADER + number * area), "size": str(area)}
        slots[str(number)] = {
            "type": "luks2", "key_size": form.key_bytes, "kdf": kdf,
            "af": {"type": "luks1", "stripes": _STRIPES, "hash": form.hashed_by},
            "area": {**place, "encryption": form.cipher, "key_size": form.key_bytes},
        }  # fmt: skip
    salt = hashlib.sha256(b"salt").digest()
    digest = {
        "type": "pbkdf2", "keyslots": list(slots), "segments": ["0"], "hash": form.hashed_by, "iterations": form.rounds,
        "salt": _text(salt), "digest": _text(hashlib.pbkdf2_hmac(form.hashed_by, key, salt, form.rounds, 32)),
    }  # fmt: skip
    segment = {
        "type": "crypt", "offset": str(payload), "size": "dynamic", "iv_tweak": "0", "encryption": form.cipher,
        "sector_size": form.sector_bytes, **dict(form.segment),
    }  # fmt: skip
    config = {"json_size": str(_HEADER - _JSON_AT), "keyslots_size": str(payload - 2 * _HEADER)}
    told = {"keyslots": slots, "tokens": {}, "segments": {"0": segment}, "digests": {"0": digest}, "config": config}
    area_of_text = json.dumps(told).encode().ljust(_HEADER - _JSON_AT, b"\0")
    made = _header(b"LUKS\xba\xbe", 0, area_of_text) + _header(b"SKUL\xba\xbe", _HEADER, area_of_text) + areas
    return made.ljust(payload, b"\0") + _ciphered(form, key, content + bytes(-len(content) % form.sector_bytes))


def _header(mark: bytes, offset: int, text: bytes) -> bytes:
    head = bytearray(_JSON_AT)
    struct.pack_into(">6sHQQ48s32s64s40s48sQ", head, 0, mark, 2, _HEADER, 1, b"", b"sha256", b"salt", _ID, b"", offset)
    head[448:480] = hashlib.sha256(bytes(head) + text).digest()
    return bytes(head) + text


def _key(form: Form) -> bytes:
    return hashlib.sha512(b"key of the volume").digest()[: form.key_bytes]


def _derived(form: Form, passphrase: bytes) -> tuple[dict[str, object], bytes]:
    salt = hashlib.sha256(b"slot").digest()
    if form.derived_by == "pbkdf2":
        kdf = {"type": "pbkdf2", "hash": form.hashed_by, "iterations": form.told_rounds, "salt": _text(salt)}
        return kdf, hashlib.pbkdf2_hmac(form.hashed_by, passphrase, salt, form.rounds, form.key_bytes)
    from dissect.fve.crypto.argon2 import hash_secret_raw

    kdf = {"type": form.derived_by, "time": 4, "memory": form.memory_kib, "cpus": 1, "salt": _text(salt)}
    return kdf, hash_secret_raw(passphrase, salt, 4, form.memory_kib, 1, form.key_bytes, form.derived_by)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _split(key: bytes, hashed_by: str) -> bytes:
    """So that the key is lost where one stripe is: LUKS1, 2.4."""
    made, last = b"", bytes(len(key))
    for number in range(_STRIPES - 1):
        stripe = (hashlib.sha512(str(number).encode()).digest() * 2)[: len(key)]
        made += stripe
        last = _diffused(bytes(a ^ b for a, b in zip(stripe, last, strict=True)), hashed_by)
    return made + bytes(a ^ b for a, b in zip(key, last, strict=True))


def _diffused(data: bytes, hashed_by: str) -> bytes:
    size, made = hashlib.new(hashed_by).digest_size, b""
    for number, at in enumerate(range(0, len(data), size)):
        piece = data[at : at + size]
        made += hashlib.new(hashed_by, struct.pack(">I", number) + piece).digest()[: len(piece)]
    return made


def _ciphered(form: Form, key: bytes, data: bytes, sector_bytes: int = 0) -> bytes:
    from dissect.fve.crypto import create_cipher

    data += bytes(-len(data) % 512)
    made: bytes = create_cipher(form.cipher, key, None, sector_bytes or form.sector_bytes, 512).encrypt(data)
    return made
