"""Programs that Nuitka made into one file: what it unpacks when it starts, in one Zstandard stream.

```
KA | Y (compressed) or X | files, each with name, size and content
```
How names and flags of the files are written differs between systems and releases, so the stream is given as a whole:
its bytes are searched, and the report says that the files in it were not read one by one.
"""

import re
from collections.abc import Iterator
from functools import partial

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.streams import ZSTANDARD, Streams
from scanner.formats.mapped import places_of
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

_BEGIN = b"KAY\x28\xb5\x2f\xfd"
INFO = Info(
    name="nuitka-onefile",
    version=1,
    line="Programs that Nuitka made into one compressed file: unpacked and searched for bytes",
    specification="https://github.com/Nuitka/Nuitka/blob/main/nuitka/build/static_src/OnefileBootstrap.c",
    limits="The files inside are not read one by one, which the report says; what is not compressed is searched in "
    "place. Built from the format's description: no program that Nuitka made was at hand.",
    magics=(
        Magic(b"\x7fELF"), Magic(b"MZ"), Magic(b"\xcf\xfa\xed\xfe"), Magic(b"\xce\xfa\xed\xfe"),
        Magic(b"\xca\xfe\xba\xbe"),
    ),
    marks=(_BEGIN,),
)  # fmt: skip
RANDOM_ACCESS = True
WHOLE = False

_FIND = re.compile(re.escape(_BEGIN))
_MAGIC_BYTES = 3
_OVERLAP_BYTES = 16


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """Give what is unpacked, as one file.

    Raises:
        Unreadable: unsupported, after it, because the files in it are not told apart.
    """
    budget.spend_items()
    data = source.view()
    start = next(places_of(_FIND, data, overlap=_OVERLAP_BYTES), None)
    if start is None:
        return
    name = Jail().admit("(unpacked)")
    content = partial(Streams(ZSTANDARD, data, start + _MAGIC_BYTES).pieces, budget)
    yield Member(name=name.text, kind="file", size=len(data) - start, chunks=content, notes=name.notes)
    reason = "Nuitka made this program into one file; what it unpacks was searched for bytes, its files were not read."
    raise Unreadable(Cause.UNSUPPORTED, reason)
