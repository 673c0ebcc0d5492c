"""The manifest of an Android app or library: who it is, and what it asks for and declares.

It comes in three forms: binary XML (apps), text (sources, libraries), and a protocol buffer (app bundles).

Binary XML is read by `axml`, our own reader, which stays within the budget on lying counts, takes names from resource
ids as Android does, and reads a manifest of 175 KB in 13 ms. apkInspector takes 33 ms for it (and 37 ms to be imported
in each worker), and has no bound on hostile counts: it gives a second opinion where our reader stops at damage
(`axml_tampered`), and is the oracle in the tests.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from scanner.formats import android_manifest_bundle, android_manifest_text, axml
from scanner.formats.axml import Element
from scanner.model.observation import AndroidEntry, Identity, Observation
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="android-manifest",
    version=2,
    line="Package, permissions, features, components, meta-data and libraries of an Android manifest",
    specification="https://developer.android.com/guide/topics/manifest/manifest-intro",
    limits="Texts that live in resources.arsc, such as a translated app name, stay references (@0x7f…). Values of more "
    "than 1,000 characters are cut.",
    names=("androidmanifest.xml",),
    magics=(Magic(b"\x03\x00\x08\x00"),),
)

_COMPONENTS = frozenset({"application", "activity", "activity-alias", "service", "receiver", "provider"})
_PERMISSIONS = frozenset({"uses-permission", "uses-permission-sdk-23", "uses-permission-sdk-m"})
_LIBRARIES = frozenset({"uses-library", "uses-native-library"})
_ONE_OF_A_KIND = frozenset({"manifest", "application"})
_LONGEST_VALUE = 1000
_DEEPEST = 32
"""Elements below this depth are counted, not read; a manifest needs six."""


def wants(name: str, head: bytes) -> bool:
    """Only manifests by name: every XML resource of an app begins with the same bytes."""
    return bool(head) and name.startswith("androidmanifest.xml")  # a second one of that name has a suffix


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the app's identity and its entries, in the order of the document.

    Raises:
        Unreadable: After everything readable, where the manifest is damaged or refused.
    """
    if _is_text(source.head):
        yield from _Manifest(budget).read(android_manifest_text.elements(source, budget))
        return
    if android_manifest_bundle.is_bundle_manifest(source.head):
        yield from _Manifest(budget).read(android_manifest_bundle.elements(source.view(), budget))
        return
    told = set[Observation]()
    try:
        for observation in _Manifest(budget).read(axml.elements(source.view(), budget)):
            told.add(observation)
            yield observation
    except Unreadable as problem:
        if problem.cause is not Cause.DAMAGED:
            raise
        from scanner.formats import axml_tampered

        again = _Manifest(budget).read(axml_tampered.elements(source.view(), budget))
        yield from _others(again, told)
        raise


def _others(observations: Iterator[Observation], told: set[Observation]) -> Iterator[Observation]:
    try:
        for observation in observations:
            if observation not in told:
                told.add(observation)
                yield observation
    except Unreadable as problem:
        if problem.cause is not Cause.DAMAGED:  # damage is told by the first reader already
            raise


def _is_text(head: bytes) -> bool:
    start = head.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").lstrip(b"\0 \t\r\n")
    return start[:1] == b"<" and head[:4] != INFO.magics[0].value


@dataclass(slots=True)
class _Open:
    """An element that is open."""

    tag: str
    path: str
    children: Counter[str] = field(default_factory=Counter)


class _Manifest:
    """Turns the elements of one manifest into observations."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._open = [_Open("", "")]
        self._too_deep = 0
        self._package = ""
        self._version = ""
        self._is_manifest = False
        self._is_told = False

    def read(self, elements: Iterator[Element | None]) -> Iterator[Observation]:
        """Yield what the elements say; who it is last, if no application element said it before."""
        try:
            for element in elements:
                if element is None:
                    self._end()
                else:
                    yield from self._start(element)
        except Unreadable:
            yield from self._identity("")
            raise
        yield from self._identity("")
        if not self._is_manifest:
            raise Unreadable(Cause.DAMAGED, "The file is named like an Android manifest and holds none.")

    def _end(self) -> None:
        if self._too_deep:
            self._too_deep -= 1
        elif len(self._open) > 1:
            self._open.pop()

    def _start(self, element: Element) -> Iterator[Observation]:
        if self._too_deep or len(self._open) > _DEEPEST:
            self._too_deep += 1
            return
        parent = self._open[-1]
        tag = _cut(element.tag)
        parent.children[tag] += 1
        number = parent.children[tag]
        step = tag if tag in _ONE_OF_A_KIND and number == 1 else f"{tag}[{number}]"
        here = _Open(tag, f"{parent.path}/{step}" if parent.path else step)
        self._open.append(here)
        if tag == "manifest":
            self._is_manifest = True
            self._package = self._package or _cut(element.attributes.get("package", ""))
            self._version = self._version or _cut(_literal(element.attributes.get("versionName", "")))
        elif self._is_manifest and not element.attributes.get("tools:node", "").startswith("remove"):
            yield from self._entries(parent, here, element.attributes)

    def _entries(self, parent: _Open, here: _Open, attributes: dict[str, str]) -> Iterator[Observation]:
        name = _cut(attributes.get("name", ""))
        if here.tag == "application":
            yield from self._identity(_literal(attributes.get("label", "")))
        if parent.tag == "queries":
            asked = attributes.get("authorities", "") if here.tag == "provider" else name
            if here.tag in ("package", "provider") and asked:
                yield AndroidEntry(entry="query", name=_cut(asked), place=here.path)
        elif here.tag in _COMPONENTS:
            value = "exported" if attributes.get("exported", "").lower() == "true" else ""
            for declared in dict.fromkeys((name, _cut(attributes.get("targetActivity", "")))):
                if declared:
                    yield AndroidEntry(entry="component", name=self._class_name(declared), value=value, place=here.path)
        elif name:
            yield from _named_entry(here, name, attributes)

    def _identity(self, label: str) -> Iterator[Observation]:
        name = _cut(label) or self._package
        if not self._is_told and self._is_manifest and name:
            self._is_told = True
            yield Identity(
                subject="container", name=name, version=self._version, bundle=self._package, place="manifest"
            )

    def _class_name(self, name: str) -> str:
        """A class name in full: short ones are inside the package."""
        if not self._package or ("." in name and not name.startswith(".")):
            return name
        return f"{self._package}.{name.removeprefix('.')}"


def _named_entry(here: _Open, name: str, attributes: dict[str, str]) -> Iterator[Observation]:
    if here.tag in _PERMISSIONS:
        yield AndroidEntry(entry="permission", name=name, place=here.path)
    elif here.tag == "uses-feature":
        yield AndroidEntry(entry="feature", name=name, value=_required(attributes), place=here.path)
    elif here.tag in _LIBRARIES:
        yield AndroidEntry(entry="library", name=name, value=_required(attributes), place=here.path)
    elif here.tag == "meta-data":
        value = _cut(attributes.get("value", "") or attributes.get("resource", ""))
        yield AndroidEntry(entry="meta-data", name=name, value=value, place=here.path)


def _required(attributes: dict[str, str]) -> str:
    return "not required" if attributes.get("required", "").lower() == "false" else ""


def _literal(text: str) -> str:
    """The text itself, or nothing where it refers to a resource or a build variable."""
    return "" if text.startswith(("@", "?", "${")) else text.strip()


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
