"""Kotlin module files (`META-INF/NAME.kotlin_module`): packages of a library written in Kotlin, by their names in its
source. Renaming and shrinking of an app leave the file alone.

```
number of parts of the version | the parts | flags (from 1.4 on)      numbers of 4 bytes, the highest first
then a protocol buffer: 1: package { 1: its name, 2: names of the classes that hold its functions }
```
Specification: github.com/JetBrains/kotlin, core/metadata.jvm/src/jvm_module.proto and ModuleMapping.kt. Seen: the file
of expo-local-authentication 17.0.8 for Android.
"""

import struct
from collections.abc import Iterator

from scanner.formats.protobuf import LENGTH, fields
from scanner.formats.records import damaged
from scanner.model.observation import ClassName, Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="kotlin-module",
    version=1,
    line="Packages and classes of Kotlin libraries in an app, by a file that survives renaming",
    specification="https://github.com/JetBrains/kotlin/blob/master/core/metadata.jvm/src/jvm_module.proto",
    limits="Only classes that hold functions outside of any class are listed in it. Shrinking may have removed them.",
    suffixes=(".kotlin_module",),
)
_MOST_VERSION_PARTS = 16
_FLAGS_SINCE = (1, 4)
_PACKAGE, _NAME, _CLASS = 1, 1, 2


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each listed class with its package's name.

    Raises:
        Unreadable: damaged, where the version or the list breaks off.
    """
    data = source.view()
    for number, part in enumerate(fields(data[_start(data) :], budget)):
        if (part.number, part.wire) != (_PACKAGE, LENGTH):
            continue
        package, classes = "", []
        for field in fields(part.data, budget):
            text = bytes(field.data).decode("utf-8", "backslashreplace")
            if field.number == _NAME:
                package = text
            elif field.number == _CLASS:
                classes.append(text)
        for name in classes if package else ():
            yield ClassName(language="java", role="defines", name=f"{package}.{name}", place=f"package_parts[{number}]")


def _start(data: memoryview) -> int:
    """Where the protocol buffer begins."""
    if len(data) < 4:
        raise damaged("The file is too short for a version.")
    (count,) = struct.unpack_from(">I", data)
    if count > _MOST_VERSION_PARTS or len(data) < 8 + 4 * count:
        raise damaged("The version at its beginning is no version.")
    size = 4 * int(count)
    has_flags = struct.unpack_from(f">{count}I", data, 4)[:2] >= _FLAGS_SINCE
    return 4 + size + (4 if has_flags else 0)
