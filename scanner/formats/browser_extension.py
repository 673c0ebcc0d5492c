"""Extensions of web browsers: the `manifest.json` of an unpacked one (Chrome, Edge) or inside its package (Firefox)."""

import re
from base64 import b64decode
from collections.abc import Iterator
from hashlib import sha256

from scanner.formats.json_tree import Json, json_object, part, word
from scanner.formats.packages.makers import without_address
from scanner.model.observation import Observation, Owns, Product
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="browser-extension",
    version=2,
    line="Extensions of Chrome, Edge and Firefox: the extension itself, with its files",
    specification="https://developer.mozilla.org/docs/Mozilla/Add-ons/WebExtensions/manifest.json",
    limits="Whether an extension is switched on is not read. A name in several languages is taken in the default one.",
    names=("manifest.json",),
)

_IN_TEXTS = re.compile(r"__MSG_([\w@]{1,200})__")
_LANGUAGE = re.compile(r"[A-Za-z_]{2,20}")
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
"""Chrome writes the digest of an extension's key with these."""


def wants(_name: str, head: bytes) -> bool:
    """Whether it has what every extension's manifest must have; web apps have a file of that name too."""
    return b'"manifest_version"' in head


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the extension as a product by its name and by its id, and its folder.

    Raises:
        Unreadable: damaged or limit, as `json_object` says.
    """
    manifest = json_object(source, budget)
    name, version = _name(manifest, source, budget), word(manifest, "version")
    if not name:
        return
    author = without_address(word(manifest, "author") or word(part(manifest, "developer"), "name"))
    yield Product(name=name, publisher=author, version=version, role="is", place="name")
    for key, place in _ids(manifest):
        yield Product(name=key, publisher=author, version=version, role="is", place=place)
    yield Owns(name=name, version=version, path="./", as_one=True, place="name")


def _name(manifest: Json, source: Source, budget: Budget) -> str:
    """The name; one that stands in the texts of a language, in the default one."""
    name = word(manifest, "name")
    asked, language = _IN_TEXTS.fullmatch(name), _LANGUAGE.fullmatch(word(manifest, "default_locale"))
    texts = source.group(f"_locales/{language[0]}/messages.json") if asked and language else None
    if asked is None or texts is None:
        return name
    messages = {key.lower(): text for key, text in json_object(texts, budget).items()}
    return word(messages.get(asked[1].lower()), "message") or name


def _ids(manifest: Json) -> Iterator[tuple[str, str]]:
    """What browsers know it by, with the place: what Firefox is told, and what Chrome makes of the maker's key."""
    for settings in ("browser_specific_settings", "applications"):
        found = word(part(manifest, settings, "gecko"), "id")
        if found:
            yield found, f"{settings}.gecko.id"
            break
    try:
        key = b64decode("".join(word(manifest, "key").split()), validate=True)
    except ValueError:
        return
    if key:
        yield sha256(key).hexdigest()[:32].translate(_LETTERS), "key"
