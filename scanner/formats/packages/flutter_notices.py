"""Flutter apps: the packages whose licences an app carries, which are all that it was built with.

```
package_one
package_two

the licence they share
--------------------------------------------------------------------------------      (80 hyphens)
```
The file is `NOTICES`, or `NOTICES.Z` (gzip), below flutter_assets. Dart code is compiled and keeps no package names
that could be relied on, so this list is what survives.
Specification: license_collector.dart of the Flutter tool.
"""

import re
from collections.abc import Iterator

from scanner.formats.packages.purls import package_purl
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="flutter-notices",
    version=1,
    line="Packages a Flutter app was built with, by the licences it must carry",
    specification="https://api.flutter.dev/flutter/foundation/LicenseRegistry-class.html",
    limits="Versions are not in it. Packages of the engine, in other languages than Dart, stand among the others.",
    names=("notices", "notices.z"),
)

_RULE = "-" * 80
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,100}")


def wants(_name: str, head: bytes) -> bool:
    """A first line that can be a package's name."""
    return _NAME.fullmatch(head.partition(b"\n")[0].decode("ascii", "replace").rstrip("\r")) is not None


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each package once, as declared.

    Raises:
        Unreadable: limit, when the file is larger than such files are.
    """
    told: set[str] = set()
    in_names = True
    for number, line in numbered_lines(source, budget):
        if line == _RULE:
            in_names = True
        elif not line:
            in_names = False
        elif in_names and _NAME.fullmatch(line) and line not in told:
            told.add(line)
            purl = package_purl("pub", line)
            if purl is not None:
                yield Package(purl=purl, role="declares", place=f"line {number}")
