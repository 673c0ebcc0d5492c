"""Extensions of web browsers: the `manifest.json` of an unpacked one (Chrome, Edge) or inside its package (Firefox)."""

from collections.abc import Iterator

from scanner.formats.json_tree import Json, json_object, part, word
from scanner.model.observation import Observation, Owns, Product
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="browser-extension",
    version=1,
    line="Extensions of Chrome, Edge and Firefox: the extension itself, with its files",
    specification="https://developer.mozilla.org/docs/Mozilla/Add-ons/WebExtensions/manifest.json",
    limits="Whether an extension is switched on is not read. A name in several languages is taken in the default one.",
    names=("manifest.json",),
)


def wants(_name: str, head: bytes) -> bool:
    """Whether it has what every extension's manifest must have; web apps have a file of that name too."""
    return b'"manifest_version"' in head


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the extension as a product by its name and by its id, and its folder.

    Raises:
        Unreadable: damaged or limit, as `json_object` says.
    """
    manifest = json_object(source, budget)
    name, version = word(manifest, "name"), word(manifest, "version")
    if not name:
        return
    author = word(manifest, "author")
    yield Product(name=name, publisher=author, version=version, role="is", place="name")
    for key in _ids(manifest):
        yield Product(
            name=key, publisher=author, version=version, role="is", place="browser_specific_settings.gecko.id"
        )
    yield Owns(name=name, version=version, path="./", place="name")


def _ids(manifest: Json) -> Iterator[str]:
    for settings in ("browser_specific_settings", "applications"):
        found = word(part(manifest, settings, "gecko"), "id")
        if found:
            yield found
            return
