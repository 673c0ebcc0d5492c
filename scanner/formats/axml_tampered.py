"""A second opinion on binary XML that makes no sense to `axml`: the reading of apkInspector.

apkInspector looks for the resource map and for the next plausible chunk byte by byte, and so gets over lengths that
lie. It is not asked first: its quick reading loops for ever on files without a resource map, and its full one, used
here, decodes every string of the pool, however many entries share one. So it is given a stream that counts each read,
and only files of a few megabytes.
"""

import io
import logging
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scanner.formats.axml import RESOURCE_NAMES, Element, attribute_name, typed_value
from scanner.model.source import Budget

if TYPE_CHECKING:
    from apkInspector.axml import ManifestStruct

_LARGEST_BYTES = 4 << 20
_MOST_READS = 500_000
_STRING = 0x03


def elements(data: memoryview, budget: Budget) -> Iterator[Element | None]:
    """Yield as `axml.elements` does; nothing where this reading fails too."""
    if len(data) > _LARGEST_BYTES:
        return
    budget.spend_bytes(len(data))
    with _quiet_logging():
        from apkInspector.axml import ManifestStruct, XmlEndElement, XmlStartElement

        try:
            manifest = ManifestStruct.parse(_CountedStream(bytes(data), budget))
        # What it raises where bytes run out or numbers lie; it declares no errors of its own.
        except (struct.error, ValueError, LookupError, TypeError, AttributeError, OverflowError):
            return
    for element in manifest.elements:
        if isinstance(element, XmlStartElement):
            yield _element(manifest, element.attrext[1], element.attributes, budget)
        elif isinstance(element, XmlEndElement):
            yield None


def _element(manifest: "ManifestStruct", name: int, attributes: list, budget: Budget) -> Element:  # type: ignore[type-arg]  # untyped library
    strings: list[str] = manifest.string_pool.string_list
    ids: list[int] = manifest.resource_map.resids

    def text(index: int) -> str:
        return strings[index] if 0 <= index < len(strings) else ""

    known: dict[str, str] = {}
    for attribute in attributes:
        budget.spend_items()
        index = attribute.name_index
        resource = RESOURCE_NAMES.get(ids[index]) if index < len(ids) else None
        key = resource or attribute_name(text(attribute.full_namespace_index), text(index))
        kind, value = attribute.typed_value_datatype, attribute.typed_value_data
        if key:
            known.setdefault(key, text(value) if kind == _STRING else _number(kind, value))
    return Element(text(name), known)


def _number(kind: int, value: float) -> str:
    return typed_value(kind, value & 0xFFFFFFFF) if isinstance(value, int) else repr(value)


class _CountedStream(io.BytesIO):
    """Counts what a library reads, so that its loops end and its strings stay within the budget."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        super().__init__(data)
        self._budget = budget
        self._reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self._reads += 1
        if self._reads > _MOST_READS:
            raise ValueError("too many reads")
        self._budget.spend_items()
        data = super().read(size)
        self._budget.spend_bytes(len(data))
        return data


@contextmanager
def _quiet_logging() -> Iterator[None]:
    """Keep apkInspector from setting up the root logger when imported, and from printing through it."""
    root = logging.getLogger()
    silent = logging.NullHandler()
    before = logging.root.manager.disable
    root.addHandler(silent)
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
        root.removeHandler(silent)
