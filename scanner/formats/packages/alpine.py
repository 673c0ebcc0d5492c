"""Alpine's register of installed packages (`lib/apk/db/installed`), with their files.

```
C:checksum | P:name | V:version | t:build time | o:origin | m:maintainer … | F:folder | R:file in it | …   one a line
```
"""

from collections.abc import Iterator

from scanner.formats.packages.purls import package_purl
from scanner.formats.packages.system_files import owned
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="alpine-installed",
    version=1,
    line="Alpine Linux: the installed packages and their files",
    specification="https://wiki.alpinelinux.org/wiki/Apk_spec",
    limits="When a package was installed is not in it.",
    names=("installed",),
)
_LARGEST_BYTES = 256 << 20


def wants(_name: str, head: bytes) -> bool:
    """Whether it begins with a package's checksum or name: the file's name is a common word."""
    return head.startswith((b"C:Q", b"P:"))


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each package, then its files. Raises `Unreadable` (limit) above 256 MiB."""
    fields: dict[str, str] = {}
    files: list[str] = []
    first, folder = 1, ""
    for number, line in numbered_lines(source, budget, _LARGEST_BYTES):
        key, value = line[:2], line[2:]
        if not line:
            yield from _package(fields, files, first, budget)
            fields, files, first = {}, [], number + 1
        elif key == "F:":
            folder = value
        elif key == "R:":
            files.append(f"{folder}/{value}")
        else:
            fields.setdefault(key, value)
    yield from _package(fields, files, first, budget)


def _package(fields: dict[str, str], files: list[str], line: int, budget: Budget) -> Iterator[Observation]:
    purl = package_purl("apk", fields.get("P:", ""), "alpine")
    if purl is None:
        return
    publisher = fields.get("m:", "").partition(" <")[0]
    yield Package(
        purl=purl,
        version=fields.get("V:", ""),
        role="registered",
        publisher=publisher,
        installed_for="system",
        place=f"line {line}",
    )
    yield from owned(purl, files, "./installed", budget, f"line {line} and after")
