"""Disks as forensic programs write them (EWF, “E01”), in one file or in several, by a library of the `images` extra.

```
disk.E01 … disk.E99, disk.EAA, disk.EAB … disk.ZZZ: signature │ number of the file │ sections
```
Specification: the format's description in the library libewf. The first file stands for all.
"""

from collections.abc import Iterator
from itertools import product
from string import ascii_uppercase

from scanner.containers.disks import Disk, StreamDisk
from scanner.containers.libraries import broken, library, without_extra
from scanner.model.source import Budget, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

NAME = "with the extra “images” EWF (E01)"
MAGICS = (Magic(b"EVF\x09\x0d\x0a\xff\x00"),)

_MOST_FILES = 4096


def is_part(source: Source) -> bool:
    """Whether it is a later file of such a disk, whose first one lies beside it and is read itself."""
    first = source.name[:-2] + "01"
    return _number(source) > 1 and first != source.name and _is_first(source.group(first))


def _is_first(source: Source | None) -> bool:
    return source is not None and source.head.startswith(MAGICS[0].value) and _number(source) == 1


def _number(source: Source) -> int:
    return int.from_bytes(source.head[9:11], "little") if source.head.startswith(MAGICS[0].value) else 0


def opened(source: Source, budget: Budget) -> Disk:
    """The disk.

    Raises:
        Unreadable: It is damaged or not all of it is there, or the `images` extra is not installed.
    """
    ewf = library("dissect.evidence.ewf")
    if ewf is None:
        raise without_extra("a virtual disk (EWF)")
    files = [source]
    for name in _following(source.name):
        budget.spend_items()
        beside = source.group(name)
        if beside is None or _number(beside) != len(files) + 1:
            break
        files.append(beside)
    try:
        disk = ewf.EWF([file.open() for file in files])
        return StreamDisk(disk.open(), int(disk.size))
    except broken() as error:
        reason = f"The disk could not be opened ({type(error).__name__}); {len(files)} of its files are there."
        raise Unreadable(Cause.DAMAGED, reason) from error


def _following(name: str) -> Iterator[str]:
    """The names of the files after the first, in the letters' case of its own."""
    stem, first = name[:-3], name[-3:]
    if first[1:] != "01":
        return
    endings = [f"{first[0]}{number:02}" for number in range(2, 100)]
    letters = ascii_uppercase if first[0].isupper() else ascii_uppercase.lower()
    later = letters[letters.find(first[0]) :]
    endings += ["".join(one) for one in product(later, letters, letters)]
    yield from (stem + ending for ending in endings[: _MOST_FILES - 1])
