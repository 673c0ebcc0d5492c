"""Manifests of Windows apps in packages (AppX, MSIX): which app it is, by whom, and that what lies around is its."""

from collections.abc import Iterator

from scanner.formats.xml_elements import xml_elements
from scanner.model.observation import Observation, Owns, Product
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="appx-manifest",
    version=2,
    line="Manifests of Windows apps in packages (AppX, MSIX): the app and its files",
    specification="https://learn.microsoft.com/uwp/schemas/appxpackage/uapmanifestschema/schema-root",
    limits="Names that stand in a table of texts (ms-resource:) are not looked up; the identity's name is told then.",
    names=("appxmanifest.xml",),
)
_ELSEWHERE = "ms-resource:"


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the app under its display name, with its identity, and its folder.

    Raises:
        Unreadable: damaged; what stands before is yielded only where the identity was read.
    """
    identity: dict[str, str] = {}
    texts: dict[str, str] = {}
    line = 1
    for element in xml_elements(source, budget):
        if element.path == ("Package", "Identity"):
            identity, line = element.attributes, element.line
        elif element.path[:2] == ("Package", "Properties") and not element.text.startswith(_ELSEWHERE):
            texts[element.path[-1]] = element.text
    name = texts.get("DisplayName") or identity.get("Name", "")
    if not name:
        return
    version = identity.get("Version", "")
    place = f"line {line}"
    publisher = texts.get("PublisherDisplayName") or _common_name(identity.get("Publisher", ""))
    ids = (identity["Name"],) if identity.get("Name") else ()
    yield Product(name=name, publisher=publisher, version=version, role="is", ids=ids, place=place)
    yield Owns(name=name, version=version, path="./", as_one=True, place=place)


def _common_name(subject: str) -> str:
    """The `CN` of a distinguished name, as far as it has no comma of its own."""
    first = next((part.strip() for part in subject.split(",") if part.strip().startswith("CN=")), "")
    return first.removeprefix("CN=").strip('"')
