"""What the code signature of a Mach-O image says: identifier, team and entitlements, as facts and no trust decision.

    superblob ─► code directory: identifier, team
              └► entitlements: property list

Specification: cs_blobs.h: https://github.com/apple-oss-distributions/xnu/blob/main/osfmk/kern/cs_blobs.h
"""

from collections.abc import Iterator
from struct import Struct

from scanner.formats.property_list import property_list
from scanner.formats.records import text
from scanner.model.observation import Config, Identity, Observation, Product, Signer
from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

_SUPERBLOB, _DIRECTORY, _ENTITLEMENTS = 0xFADE0CC0, 0xFADE0C02, 0xFADE7171
_HEAD = Struct(">III")
_PLACE = Struct(">II")
_BLOB = Struct(">II")
_DIRECTORY_HEAD = Struct(">8xII4xI")
_TEAM_AT, _WITH_TEAM = 48, 0x20200
_BY_NOBODY = 0x20002
"""CS_ADHOC, CS_LINKER_SIGNED: the identifier is only the name of the file as it was made."""
_MOST_BLOBS = 64
_LONGEST_NAME = 512
_MOST_BYTES = 1 << 20


def signature_facts(data: memoryview, place: str, budget: Budget) -> Iterator[Observation]:
    """Yield identifier, team and entitlements; what is cut or of another form says nothing.

    `data` is the part of the file that LC_CODE_SIGNATURE names, `place` begins the places in it.
    """
    if len(data) < _HEAD.size:
        return
    magic, _length, count = _HEAD.unpack_from(data)
    if magic != _SUPERBLOB:
        return
    told: set[str] = set()
    for number in range(min(count, _MOST_BLOBS)):
        budget.spend_items()
        entry = data[_HEAD.size + _PLACE.size * number :][: _PLACE.size]
        if len(entry) < _PLACE.size:
            return
        _slot, offset = _PLACE.unpack(entry)
        blob = data[offset : offset + _MOST_BYTES]
        if len(blob) < _BLOB.size:
            continue
        kind, size = _BLOB.unpack_from(blob)
        if kind == _DIRECTORY and "directory" not in told:
            told.add("directory")
            yield from _of_directory(blob[:size], place)
        elif kind == _ENTITLEMENTS and "entitlements" not in told:
            told.add("entitlements")
            yield from _entitlements(bytes(blob[_BLOB.size : size]), place, budget)


def _of_directory(blob: memoryview, place: str) -> Iterator[Observation]:
    if len(blob) < _TEAM_AT + 4:
        return
    version, flags, identifier_at = _DIRECTORY_HEAD.unpack_from(blob)
    identifier = _name(blob, identifier_at)
    if identifier and not flags & _BY_NOBODY:
        yield Product(role="is", name=identifier, place=f"{place}code signature, identifier")
        yield Identity(subject="self", name=identifier, bundle=identifier, place=f"{place}code signature")
    if version >= _WITH_TEAM:
        team = _name(blob, int.from_bytes(blob[_TEAM_AT : _TEAM_AT + 4], "big"))
        if team:
            yield Signer(name=team, place=f"{place}code signature, team")


def _name(blob: memoryview, at: int) -> str:
    return text(bytes(blob[at : at + _LONGEST_NAME]).partition(b"\0")[0]) if at else ""


def _entitlements(content: bytes, place: str, budget: Budget) -> Iterator[Config]:
    try:
        tree = property_list(content, budget)
    except Unreadable as why:
        if why.cause is Cause.DAMAGED:
            return
        raise
    for key, value in sorted(tree.items()):
        if value is not False:
            said = value if isinstance(value, str) else ""
            yield Config(name=f"entitlement:{key}", value=said, place=f"{place}code signature, entitlements")
