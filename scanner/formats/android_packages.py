"""Android's register of installed apps (`/data/system/packages.xml`), as text or in the system's binary form of XML.

```
ABX\\0 │ event: kind of value ÷ 16, kind of event | value   (see `android_binary_xml`)
```
Specification: AOSP, frameworks/libs/modules-utils, BinaryXmlSerializer.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from scanner.formats.android_binary_xml import MAGIC, start_tags
from scanner.formats.xml_elements import xml_elements
from scanner.model.observation import Observation, Owns, Product
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="android-packages",
    version=2,
    line="Android's register of installed apps: the apps of the system and of the user, with their folders",
    specification="https://cs.android.com/android/platform/superproject/main/+/main:frameworks/base/services/core/java/"
    "com/android/server/pm/Settings.java",
    limits="Which of several people on a device an app was installed for is not told.",
    names=("packages.xml",),
)
_USERS = "/data/app/"


def wants(_name: str, head: bytes) -> bool:
    """Whether it is such a register."""
    return head.startswith(MAGIC) or b"<packages" in head


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each app with its folder.

    Raises:
        Unreadable: damaged; what stood before was yielded.
    """
    for tag, attributes, place in _tags(source, budget):
        name, folder = attributes.get("name", ""), attributes.get("codePath", "")
        if tag != "package" or not name:
            continue
        version = attributes.get("version", "")
        is_users = folder.startswith(_USERS)
        yield Product(
            name=name,
            version=version,
            installed_on=_day(attributes.get("it", "")) if is_users else "",  # else a time from before the device
            installed_for="user" if is_users else "system",
            ids=(name,),
            place=place,
        )
        if folder.startswith("/") and ".." not in folder.split("/"):
            # The register lies in the folder `system` of the same partition as the apps that people install.
            path = f"../{folder.removeprefix('/data/')}/" if is_users else f"{folder}/"
            yield Owns(name=name, version=version, path=path, register=f"./{source.name}", place=place)


def _tags(source: Source, budget: Budget) -> Iterator[tuple[str, dict[str, str], str]]:
    if source.head.startswith(MAGIC):
        for number, (tag, attributes) in enumerate(start_tags(source.view(), budget), 1):
            yield tag, attributes, f"element {number}"
        return
    for element in xml_elements(source, budget):
        yield element.path[-1], element.attributes, f"line {element.line}"


def _day(moment: str) -> str:
    """The day of a time in milliseconds, written in hexadecimal."""
    try:
        return datetime.fromtimestamp(int(moment, 16) / 1000, UTC).date().isoformat() if moment else ""
    except (ValueError, OverflowError, OSError):
        return ""
