"""Chrome extensions: a header with signatures, then a zip archive.

```
Cr24 | version 2: lengths of key and signature; version 3: length of the header | … | zip
```
The zip reader counts offsets from the archive's end, so what stands before it does not matter.
"""

from collections.abc import Iterator

from scanner.containers import Member
from scanner.containers import zip as zip_container
from scanner.model.source import Budget, Info, Magic, Source

INFO = Info(
    name="crx",
    version=1,
    line="Extensions of Chrome and its relatives",
    specification="https://chromium.googlesource.com/chromium/src/+/main/components/crx_file/crx3.proto",
    limits="Signatures are not checked. As for zip archives.",
    magics=(Magic(b"Cr24"),),
)
RANDOM_ACCESS = True


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """List the files of the extension. Raises `Unreadable` as zip archives do."""
    return zip_container.members(source, budget)
