"""An Android manifest as app bundles (.aab) hold it: a protocol buffer, as elements in document order.

```
XmlNode      1 element
XmlElement   2 namespace uri · 3 name · 4 attribute … · 5 child (XmlNode) …
XmlAttribute 1 namespace uri · 2 name · 3 value
```
Specification: Resources.proto of aapt2 in the Android framework.
"""

from collections.abc import Iterator

from scanner.formats.axml import Element, attribute_name
from scanner.formats.protobuf import LENGTH, Field, fields, is_message
from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

_ELEMENT, _URI, _NAME, _ATTRIBUTE, _CHILD = 1, 2, 3, 4, 5
_DEEPEST = 64


def is_bundle_manifest(head: bytes) -> bool:
    """Whether the first bytes are those of an XmlNode with an element."""
    return head[:1] == b"\x0a" and is_message(head, {_ELEMENT: LENGTH, 3: LENGTH}, least=1)


def elements(data: memoryview, budget: Budget) -> Iterator[Element | None]:
    """Yield an `Element` for each start and None for each end.

    Raises:
        Unreadable: damaged, where the bytes are no such message; everything before was yielded.
    """
    open_nodes = [fields(data, budget)]
    while open_nodes:
        node = next((f for f in open_nodes[-1] if f.number == _ELEMENT and f.wire == LENGTH), None)
        if node is None:
            open_nodes.pop()
            if open_nodes:
                yield None
            continue
        if len(open_nodes) > _DEEPEST:
            raise Unreadable(Cause.LIMIT, f"The manifest nests more than {_DEEPEST} elements; it was not read on.")
        yield _element(node.data, budget)
        open_nodes.append(_children(node.data, budget))


def _children(data: memoryview, budget: Budget) -> Iterator[Field]:
    """The fields of every child node of an element, one after the other."""
    for field in fields(data, budget):
        if field.number == _CHILD and field.wire == LENGTH:
            yield from fields(field.data, budget)


def _element(data: memoryview, budget: Budget) -> Element:
    tag, attributes = "", {}
    for field in fields(data, budget):
        if field.wire != LENGTH:
            continue
        if field.number == _NAME:
            tag = _text(field, budget)
        elif field.number == _ATTRIBUTE:
            parts = {part.number: part for part in fields(field.data, budget) if part.wire == LENGTH}
            uri, name, value = (_text(parts[n], budget) if n in parts else "" for n in (1, 2, 3))
            if known := attribute_name(uri, name):
                attributes[known] = value
    return Element(tag, attributes)


def _text(field: Field, budget: Budget) -> str:
    budget.spend_bytes(len(field.data))
    return bytes(field.data).decode("utf-8", "backslashreplace")
