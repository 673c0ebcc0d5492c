"""Privacy manifests of Apple's apps and libraries: which data they say they collect, and which hosts track people."""

from collections.abc import Iterator

from scanner.formats.property_list import BINARY, property_list
from scanner.model.observation import Config, Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="apple-privacy",
    version=1,
    line="Privacy manifests of Apple's apps and libraries (PrivacyInfo.xcprivacy): the data they say they collect",
    specification="https://developer.apple.com/documentation/bundleresources/privacy-manifest-files",
    limits="What a maker says is not held against what the code does.",
    names=("privacyinfo.xcprivacy",),
)
_COLLECTED, _KIND, _PURPOSES = (
    "NSPrivacyCollectedDataTypes",
    "NSPrivacyCollectedDataType",
    "NSPrivacyCollectedDataTypePurposes",
)
_LINKED = "NSPrivacyCollectedDataTypeLinked"
_TRACKING_HOSTS = "NSPrivacyTrackingDomains"
_MOST_TEXT = 200


def wants(_name: str, head: bytes) -> bool:
    """Whether it is a property list, binary or XML."""
    return head.startswith(BINARY) or b"<plist" in head or b"<!DOCTYPE plist" in head


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each kind of data, with whether it is linked to a person and what for, and each host that tracks people.

    Raises:
        Unreadable: damaged, when it is no property list; limit, when it is too large.
    """
    tree = property_list(bytes(source.view()), budget)
    for number, entry in enumerate(_rows(tree.get(_COLLECTED))):
        if isinstance(entry, dict) and isinstance(entry.get(_KIND), str):
            purposes = [_bare(purpose) for purpose in _rows(entry.get(_PURPOSES)) if isinstance(purpose, str)]
            linked = ["linked to the person"] if entry.get(_LINKED) is True else []
            said = ", ".join((*linked, *purposes))[:_MOST_TEXT]
            yield Config(name=entry[_KIND][:_MOST_TEXT], value=said, place=f"{_COLLECTED}[{number}]")
    for number, host in enumerate(_rows(tree.get(_TRACKING_HOSTS))):
        if isinstance(host, str):
            yield Config(name=_TRACKING_HOSTS, value=host[:_MOST_TEXT], place=f"{_TRACKING_HOSTS}[{number}]")


def _rows(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _bare(purpose: str) -> str:
    """`App functionality` of `NSPrivacyCollectedDataTypePurposeAppFunctionality`, as far as letters tell."""
    word = purpose.rpartition("Purpose")[2]
    return "".join(f" {c.lower()}" if c.isupper() else c for c in word).strip()
