"""Information property lists of Apple's bundles: what the bundle is, and what it asks people for."""

from collections.abc import Iterator

from scanner.formats.packages.makers import publisher_in
from scanner.formats.property_list import BINARY, property_list
from scanner.model.observation import Config, Observation, Owns, Product
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="info-plist",
    version=2,
    line="Information of Apple's bundles (Info.plist): what a bundle is, which permissions it explains to people",
    specification="https://developer.apple.com/documentation/bundleresources/information-property-list",
    limits="Texts in other languages (InfoPlist.strings) are not read. Of other property lists bytes are searched.",
    names=("info.plist",),
)
_APP = "APPL"
_EXPLAINS = "UsageDescription"


def wants(_name: str, head: bytes) -> bool:
    """Whether it is a property list, binary or XML."""
    return head.startswith(BINARY) or b"<plist" in head or b"<!DOCTYPE plist" in head


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield what an app is called, its permissions with their explanations, and what it needs of the device.

    Raises:
        Unreadable: damaged, when it is no property list; limit, when it is too large.
    """
    tree = property_list(bytes(source.view()), budget)
    words = {key: value for key, value in tree.items() if isinstance(value, str)}
    bundle = words.get("CFBundleIdentifier", "")
    name = words.get("CFBundleDisplayName") or words.get("CFBundleName", "")
    version = words.get("CFBundleShortVersionString") or words.get("CFBundleVersion", "")
    if bundle:
        maker = publisher_in(words.get("NSHumanReadableCopyright", ""))
        yield Product(role="is", name=bundle, publisher=maker, version=version, place="CFBundleIdentifier")
    is_watch_app = any(key.startswith("WKWatchKit") or key == "WKApplication" for key in tree)
    if words.get("CFBundlePackageType") == _APP and (name or bundle) and not is_watch_app:
        # The folder it lies in is the app, or all of the app but its signature.
        yield Owns(name=name or bundle, version=version, path="./", as_one=True, place="CFBundleIdentifier")
    for key, value in sorted(words.items()):
        if key.endswith(_EXPLAINS):
            yield Config(name=key, value=value, place=key)
    needs = tree.get("UIRequiredDeviceCapabilities")
    for need in needs if isinstance(needs, list | dict) else ():
        if isinstance(need, str):
            yield Config(name="UIRequiredDeviceCapabilities", value=need, place="UIRequiredDeviceCapabilities")
