"""The header of an RPM package: in the package file, and as one row of the register of installed packages.

```
number of entries, bytes of the store | entries: tag, type, offset in the store, count; 16 bytes each | store
```
All numbers are big-endian. A package file has the magic 8e ad e8 01 and four bytes more before each header.
"""

import struct
from collections.abc import Iterator

from scanner.formats.packages.days import day_of
from scanner.formats.packages.purls import package_purl
from scanner.formats.packages.system_files import owned
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

NAME, VERSION, RELEASE, EPOCH, VENDOR, PACKAGER = 1000, 1001, 1002, 1003, 1011, 1015
INSTALL_TIME, BASE_NAMES, FOLDER_NUMBERS, FOLDERS, OLD_NAMES = 1008, 1117, 1116, 1118, 1027
REQUIRES, RECOMMENDS = 1049, 5046
PAYLOAD_FORMAT, PAYLOAD_COMPRESSOR = 1124, 1125
_INT32, _STRING, _STRINGS, _TRANSLATED = 4, 6, 8, 9
_SIZES = struct.Struct(">2I")
_ENTRY = struct.Struct(">4I")
_MOST_ENTRIES, _MOST_VALUES, _LONGEST_STRING = 65536, 2_000_000, 4096

Tags = dict[int, list[str] | list[int]]


def header(data: memoryview, at: int, budget: Budget) -> tuple[Tags, int]:
    """The tags of a header that are known here, by number, and where the header ends.

    Raises:
        Unreadable: damaged, when the header does not hold what it says.
    """
    if at + _SIZES.size > len(data):
        raise Unreadable(Cause.DAMAGED, "The package ends inside its headers.")
    count, store_bytes = _SIZES.unpack_from(data, at)
    entries = at + _SIZES.size
    store = entries + _ENTRY.size * count
    if count > _MOST_ENTRIES or store + store_bytes > len(data):
        raise Unreadable(Cause.DAMAGED, "A header of the package is damaged; what it describes was not found.")
    held = data[store : store + store_bytes]
    tags: Tags = {}
    for number in range(count):
        budget.spend_items()
        tag, kind, offset, values = _ENTRY.unpack_from(data, entries + _ENTRY.size * number)
        if tag in _KNOWN and offset < store_bytes:
            tags[tag] = _values(held, kind, offset, min(values, _MOST_VALUES), budget)
    return tags, store + store_bytes


def _values(held: memoryview, kind: int, offset: int, count: int, budget: Budget) -> list[str] | list[int]:
    if kind == _INT32:
        fits = min(count, (len(held) - offset) // 4)
        budget.spend_items(fits)
        return list(struct.unpack_from(f">{fits}I", held, offset))
    if kind not in (_STRING, _STRINGS, _TRANSLATED):
        return []
    wanted = 1 if kind == _STRING else count
    return list(_strings(held, offset, wanted, budget))


def _strings(held: memoryview, offset: int, count: int, budget: Budget) -> Iterator[str]:
    budget.spend_bytes(len(held) - offset)
    text = bytes(held[offset:])
    at = 0
    for _ in range(count):
        budget.spend_items()
        end = text.find(b"\0", at)
        if end < 0:
            return
        yield text[at : min(end, at + _LONGEST_STRING)].decode("utf-8", "backslashreplace")
        at = end + 1


def text(tags: Tags, tag: int) -> str:
    """The first value of a tag as text; nothing where there is none."""
    return next((str(value) for value in tags.get(tag, ())), "")


def purl_of(tags: Tags) -> str | None:
    """The package's URL."""
    return package_purl("rpm", text(tags, NAME))


def version_of(tags: Tags) -> str:
    """`epoch:version-release`, without an epoch of 0."""
    epoch, version = text(tags, EPOCH), f"{text(tags, VERSION)}-{text(tags, RELEASE)}".strip("-")
    return f"{epoch}:{version}" if epoch not in ("", "0") else version


def registered(tags: Tags, register: str, place: str, budget: Budget) -> Iterator[Observation]:
    """A row of a system's register, with the files of the package; the keys of publishers are rows too and no packages.

    `register` is the artifact's name.
    """
    purl = purl_of(tags)
    if purl is None or purl == "pkg:rpm/gpg-pubkey":
        return
    yield Package(
        purl=purl,
        version=version_of(tags),
        role="registered",
        publisher=text(tags, VENDOR) or text(tags, PACKAGER).partition(" <")[0],
        installed_on=day_of(next(iter(tags.get(INSTALL_TIME, ())), 0)),
        installed_for="system",
        place=place,
    )
    yield from owned(purl, _files(tags), f"./{register}", budget, place)


def _files(tags: Tags) -> Iterator[str]:
    folders = tags.get(FOLDERS, [])
    for name, folder in zip(tags.get(BASE_NAMES, ()), tags.get(FOLDER_NUMBERS, ()), strict=False):
        if isinstance(folder, int) and folder < len(folders):
            yield f"{folders[folder]}{name}"
    yield from (str(name) for name in tags.get(OLD_NAMES, ()))


_KNOWN = frozenset(
    {NAME, VERSION, RELEASE, EPOCH, VENDOR, PACKAGER, INSTALL_TIME, BASE_NAMES, FOLDER_NUMBERS, FOLDERS, OLD_NAMES}
    | {REQUIRES, RECOMMENDS, PAYLOAD_FORMAT, PAYLOAD_COMPRESSOR}
)
