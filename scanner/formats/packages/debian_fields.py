"""The paragraphs of Debian's control files: `Field: value`, continued by lines that begin with a blank."""

import re
from collections.abc import Iterator

from scanner.formats.packages.purls import package_purl
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Package
from scanner.model.source import Budget, Source

_LARGEST_BYTES = 256 << 20
_KEPT = frozenset(
    {"package", "version", "architecture", "status", "maintainer", "origin", "depends", "pre-depends", "recommends"}
)
DEPENDENCIES = ("pre-depends", "depends", "recommends")
_ASKED = re.compile(r"\s*([a-z0-9][a-z0-9+.-]{0,200})(?::\w+)?\s*(?:\(\s*=\s*([^)\s]{1,200})\s*\))?")
_ADDRESS = re.compile(r"\s*<[^>]*>\s*$")


class Paragraph(dict[str, str]):
    """The fields of one paragraph that matter here, by their names in lower case."""

    line = 1
    """Where it begins."""

    @property
    def purl(self) -> str | None:
        """The package's URL; the distribution is Debian unless the package says that it is Ubuntu's."""
        said = self.get("origin", "") + self.get("version", "") + self.get("maintainer", "")
        return package_purl("deb", self.get("package", ""), "ubuntu" if "ubuntu" in said.lower() else "debian")

    @property
    def publisher(self) -> str:
        """The maintainer without address."""
        return _ADDRESS.sub("", self.get("maintainer", ""))


def paragraphs(source: Source, budget: Budget) -> Iterator[Paragraph]:
    """Yield each paragraph that has fields. Raises `Unreadable` (limit) above 256 MiB."""
    current, key = Paragraph(), ""
    for number, line in numbered_lines(source, budget, _LARGEST_BYTES):
        if not line.strip():
            if current:
                yield current
            current, key = Paragraph(), ""
        elif line[:1] in (" ", "\t"):
            if key in DEPENDENCIES:
                current[key] += line
        else:
            key = _add_field(current, number, line)
    if current:
        yield current


def _add_field(paragraph: Paragraph, number: int, line: str) -> str:
    """Take in a field that matters; its key, or nothing."""
    field, _, value = line.partition(":")
    key = field.lower()
    if key not in _KEPT or key in paragraph:
        return ""
    if not paragraph:
        paragraph.line = number
    paragraph[key] = value.strip()
    return key


def dependencies(paragraph: Paragraph, budget: Budget) -> Iterator[Package]:
    """What a package depends on or recommends, with its alternatives, as declared."""
    namespace = (paragraph.purl or "pkg:deb/debian/x").split("/")[1]
    for field in DEPENDENCIES:
        for part in paragraph.get(field, "").split(","):
            for alternative in part.split("|"):
                budget.spend_items()
                asked = _ASKED.match(alternative)
                purl = package_purl("deb", asked[1], namespace) if asked else None
                if asked and purl:
                    place = f"{field} in line {paragraph.line} and after"
                    yield Package(purl=purl, version=asked[2] or "", role="declares", place=place)
