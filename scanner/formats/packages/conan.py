"""C and C++ packages of Conan: conanfile.txt, conanfile.py (its literal names; it is not run), conan.lock."""

import re
from collections.abc import Iterator

from scanner.formats.packages.purls import package_purl
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="conan",
    version=1,
    line="C and C++ packages of Conan that a project asks for and locks",
    specification="https://docs.conan.io/2/reference/conanfile_txt.html",
    limits="Names that Python code puts together are not read.",
    names=("conanfile.txt", "conanfile.py", "conan.lock"),
)

_REFERENCE = r"([a-z0-9_][a-z0-9_+.-]{1,100})/([A-Za-z0-9_][\w.+-]{0,100}|\[[^\]]{1,60}\])"
_LINE = re.compile(rf"{_REFERENCE}(?:[@#].*)?$")
_QUOTED = re.compile(rf"""["']{_REFERENCE}(?:[@#][^"']{{0,200}})?["']""")
_ASKING = re.compile(r"requires|requirements|\"ref\"|_require|^[\"']")


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each package as declared.

    Raises:
        Unreadable: limit, when the file is larger than 32 MiB.
    """
    inside = plain = source.name.lower() == "conanfile.txt"
    for number, line in numbered_lines(source, budget):
        stripped = line.strip()
        if plain:
            if stripped.startswith("["):
                inside = "requires" in stripped
            found = _LINE.match(stripped) if inside else None
        else:
            found = _QUOTED.search(stripped) if _ASKING.search(stripped) and stripped[:1] != "#" else None
        purl = package_purl("conan", found[1]) if found else None
        if found and purl is not None:
            version = "" if found[2].startswith("[") else found[2]
            yield Package(purl=purl, version=version, role="declares", place=f"line {number}")
