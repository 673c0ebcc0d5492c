"""Android manifests as app bundles hold them, made here: protocol buffers of aapt2's Resources.proto."""

from xml.etree import ElementTree


def field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    return bytes([value & 0x7F | 0x80]) + _varint(value >> 7) if value > 0x7F else bytes([value])


def bundle_node(element: ElementTree.Element) -> bytes:
    """An XmlNode of aapt2's Resources.proto, as `bundletool` keeps manifests in app bundles."""

    def split(name: str) -> tuple[bytes, bytes]:
        uri, _, local = name.rpartition("}")
        return uri.lstrip("{").encode(), local.encode()

    content = field(3, split(element.tag)[1])
    for name, value in element.attrib.items():
        uri, local = split(name)
        content += field(4, field(1, uri) + field(2, local) + field(3, value.encode()))
    content += b"".join(field(5, bundle_node(child)) + field(5, field(2, b"\n ")) for child in element)
    return field(1, content)
