"""Android's binary XML: elements in document order, read as Android reads them.

```
header  type size   string pool   resource map        nodes: start element, end element, namespaces, text …
        03 00 08 00 01 00 …       80 01 … attribute   02 01 10 00 size  line comment | ns name | attributes of 20 bytes
                                  ids by string index
```
Specification: ResourceTypes.h of the Android framework (ResChunk_header, ResStringPool_header, ResXMLTree_attrExt).
Like the framework, and unlike what tampered files hope for, this ignores the type in the first header and unknown
chunks, and takes an attribute's name from its resource id before its text.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

ANDROID_NAMESPACE = "http://schemas.android.com/apk/res/android"
TOOLS_NAMESPACE = "http://schemas.android.com/tools"
RESOURCE_NAMES = {
    0x01010001: "label",
    0x01010003: "name",
    0x01010010: "exported",
    0x01010018: "authorities",
    0x01010024: "value",
    0x01010025: "resource",
    0x01010202: "targetActivity",
    0x0101021B: "versionCode",
    0x0101021C: "versionName",
    0x0101028E: "required",
}
"""Ids of the framework's attributes that are read here (android.R.attr)."""

_NO_STRING = 0xFFFFFFFF
_UTF8 = 0x100
_STRING_POOL, _RESOURCE_MAP, _START, _END = 0x0001, 0x0180, 0x0102, 0x0103
_FIRST_NODE, _LAST_NODE = 0x0100, 0x017F
_CHUNK = struct.Struct("<HHI")
_EXTENSION = struct.Struct("<IIHHH")
_ATTRIBUTE = struct.Struct("<IIIHBBI")


class Element(NamedTuple):
    """The start of an element. Attributes of the tools namespace keep the prefix `tools:`."""

    tag: str
    attributes: dict[str, str]


def elements(data: memoryview, budget: Budget) -> Iterator[Element | None]:
    """Yield an `Element` for each start and None for each end.

    Raises:
        Unreadable: Where the file stops making sense; everything before was yielded.
    """
    document = _Document(data, budget)
    offset = 8
    if len(data) >= 8:
        offset = max(8, _CHUNK.unpack_from(data, 0)[1])
    while offset + _CHUNK.size <= len(data):
        budget.spend_items()
        kind, header_bytes, size = _CHUNK.unpack_from(data, offset)
        if header_bytes < _CHUNK.size or size < header_bytes:
            raise Unreadable(Cause.DAMAGED, f"The binary XML has no chunk at {offset:#x}, where one should begin.")
        yield from document.chunk(kind, offset, header_bytes, min(offset + size, len(data)))
        if offset + size > len(data):
            raise Unreadable(Cause.DAMAGED, f"The binary XML ends inside the chunk at {offset:#x}.")
        offset += size
    if not document.has_nodes:
        raise Unreadable(Cause.DAMAGED, "The binary XML holds no elements.")


class StringPool:
    """Strings by index, decoded when asked for."""

    def __init__(self, data: memoryview, header_bytes: int, budget: Budget) -> None:
        self._data = data
        self._table = header_bytes
        self._budget = budget
        self._known: dict[int, str] = {}
        fits = len(data) >= 28
        _, _, flags, self._start = struct.unpack_from("<4I", data, 8) if fits else (0, 0, 0, len(data))
        self._is_utf8 = bool(flags & _UTF8)

    def text(self, index: int) -> str:
        """The string of that index; empty where there is none."""
        known = self._known.get(index)
        if known is None:
            try:
                known = self._decode(index)
            except (struct.error, IndexError):
                known = ""
            self._known[index] = known
        return known

    def _decode(self, index: int) -> str:
        at = self._table + 4 * index
        if index == _NO_STRING or at + 4 > min(self._start, len(self._data)):
            return ""
        (offset,) = struct.unpack_from("<I", self._data, at)
        offset += self._start
        if self._is_utf8:
            _, offset = self._length8(offset)
            size, offset = self._length8(offset)
        else:
            units, offset = self._length16(offset)
            size = 2 * units
        raw = self._data[offset : offset + size]
        self._budget.spend_bytes(len(raw))
        return bytes(raw).decode("utf-8" if self._is_utf8 else "utf-16-le", "backslashreplace")

    def _length8(self, offset: int) -> tuple[int, int]:
        length = self._data[offset]
        if length & 0x80:
            return (length & 0x7F) << 8 | self._data[offset + 1], offset + 2
        return length, offset + 1

    def _length16(self, offset: int) -> tuple[int, int]:
        (length,) = struct.unpack_from("<H", self._data, offset)
        if length & 0x8000:
            (low,) = struct.unpack_from("<H", self._data, offset + 2)
            return (length & 0x7FFF) << 16 | low, offset + 4
        return length, offset + 2


class _Document:
    """What the chunks read so far have said."""

    def __init__(self, data: memoryview, budget: Budget) -> None:
        self._data = data
        self._budget = budget
        self._strings = StringPool(data[:0], 0, budget)
        self._ids: tuple[int, ...] = ()
        self.has_nodes = False

    def chunk(self, kind: int, offset: int, header_bytes: int, end: int) -> Iterator[Element | None]:
        if _FIRST_NODE <= kind <= _LAST_NODE:
            self.has_nodes = True
        elif self.has_nodes:
            return  # a table behind the first node would rename what was read; Android does not look there
        if kind == _STRING_POOL:
            self._strings = StringPool(self._data[offset:end], header_bytes, self._budget)
        elif kind == _RESOURCE_MAP:
            held = max(0, (end - offset - header_bytes) // 4)
            self._budget.spend_items(held)
            self._ids = struct.unpack_from(f"<{held}I", self._data, min(offset + header_bytes, end))
        elif kind == _START:
            yield self._start(offset + header_bytes, end)
        elif kind == _END:
            yield None

    def _start(self, offset: int, end: int) -> Element:
        if offset + _EXTENSION.size > end:
            raise Unreadable(Cause.DAMAGED, f"The binary XML has an element without a name at {offset:#x}.")
        _, name, first, size, count = _EXTENSION.unpack_from(self._data, offset)
        attributes: dict[str, str] = {}
        by_id: dict[str, str] = {}
        for number in range(count if size >= _ATTRIBUTE.size else 0):
            at = offset + first + number * size
            if at + _ATTRIBUTE.size > end:
                break
            self._budget.spend_items()
            self._attribute(at, attributes, by_id)
        return Element(self._strings.text(name), attributes | by_id)

    def _attribute(self, at: int, attributes: dict[str, str], by_id: dict[str, str]) -> None:
        namespace, name, raw, _, _, kind, value = _ATTRIBUTE.unpack_from(self._data, at)
        text = self._value(raw, kind, value)
        resource = RESOURCE_NAMES.get(self._ids[name]) if name < len(self._ids) else None
        if resource is not None:
            by_id.setdefault(resource, text)
            return
        known = attribute_name(self._strings.text(namespace), self._strings.text(name))
        if known:
            attributes.setdefault(known, text)

    def _value(self, raw: int, kind: int, value: int) -> str:
        if kind == 0x03 or (kind == 0 and raw != _NO_STRING):
            return self._strings.text(value if kind else raw)
        return typed_value(kind, value)


def attribute_name(namespace: str, name: str) -> str:
    """How an attribute is called in an `Element`; empty for namespaces that mean nothing here."""
    if namespace in ("", ANDROID_NAMESPACE):
        return name
    return f"tools:{name}" if namespace == TOOLS_NAMESPACE else ""


def typed_value(kind: int, value: int) -> str:
    """A Res_value that is no string, as `aapt2 dump xmltree` would write it."""
    if kind in (0x01, 0x02, 0x07, 0x08):  # references to resources and attributes
        return f"@{value:#010x}"
    if kind == 0x12:
        return "true" if value else "false"
    if kind == 0x11:
        return f"{value:#x}"
    if kind == 0x04:
        return repr(struct.unpack("<f", struct.pack("<I", value))[0])
    return str(value - (1 << 32) if value >> 31 else value)
