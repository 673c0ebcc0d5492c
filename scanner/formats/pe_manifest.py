"""What a PE file says of itself beside its version resource: the manifest, and where its debug database was.

Specification: https://learn.microsoft.com/windows/win32/sbscs/application-manifests; PE Format, Debug Type (CodeView
RSDS).
"""

import re
from struct import Struct
from typing import NamedTuple

from scanner.formats.pe_tables import DEBUG, RESOURCE_MANIFEST, Image
from scanner.formats.records import MAX_NAME_BYTES, records, text

_DEBUG_ENTRY = Struct("<12xIIII")
_CODEVIEW, _CODEVIEW_HEAD_BYTES = 2, 24
"""IMAGE_DEBUG_TYPE_CODEVIEW; before the path stand `RSDS`, a GUID and an age."""
_MOST_BYTES = 256 << 10
_MOST_FILES = 200
_MOST_TEXT = 300
# Few elements matter, and a manifest is read of every Windows program: their tags are looked for, and no XML is parsed.
_FILE = re.compile(r"<(?:\w{1,20}:)?file\s[^<>]{0,1000}?\bname\s*=\s*[\"']([^\"'<>]{1,260})[\"']")
_IDENTITY = re.compile(r"<(?:\w{1,20}:)?assemblyIdentity\s([^<>]{1,1000})>")
_ATTRIBUTE = re.compile(r"\b(name|version)\s*=\s*[\"']([^\"'<>]{1,260})[\"']")
_DESCRIPTION = re.compile(r"<(?:\w{1,20}:)?description\b[^<>]{0,200}>([^<>]{1,1000})<")


class Manifest(NamedTuple):
    """What a manifest says."""

    name: str = ""
    """The name of the assembly that it is, or says it is."""
    version: str = ""
    description: str = ""
    files: tuple[str, ...] = ()
    """Names of the files beside it that belong to it."""


def manifest_of(image: Image) -> Manifest:
    """The first manifest in its resources; an empty one where there is none.

    Raises:
        Unreadable: damaged, when the table of resources contradicts itself.
    """
    view = image.resource(RESOURCE_MANIFEST)
    if view is None or len(view) > _MOST_BYTES:
        return Manifest()
    image.budget.spend_bytes(len(view))
    raw = bytes(view)
    said = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "backslashreplace")
    # The first identity is its own, unless it stands in a dependency.
    identity = _IDENTITY.search(said.partition("dependentAssembly")[0])
    own = dict(_ATTRIBUTE.findall(identity[1])) if identity is not None else {}
    description = _DESCRIPTION.search(said)
    files = (found.replace("\\", "/").rpartition("/")[2] for found in _FILE.findall(said)[:_MOST_FILES])
    return Manifest(
        name=own.get("name", ""),
        version=own.get("version", ""),
        description=" ".join(description[1].split())[:_MOST_TEXT] if description is not None else "",
        files=tuple(dict.fromkeys(name for name in files if name)),
    )


def debug_file(image: Image) -> str:
    """The path under which its debug database was written, with the folders of the machine that made it; or nothing.

    Raises:
        Unreadable: damaged, when the table's address leads nowhere.
    """
    table = image.directory(DEBUG)
    count = image.directories[DEBUG][1] // 28 if table is not None else 0
    for kind, size, _address, offset in records(image.source, _DEBUG_ENTRY, table or 0, count, image.budget, 28):
        if kind == _CODEVIEW and bytes(image.source.view(offset, 4)) == b"RSDS":
            rest = image.source.view(offset + _CODEVIEW_HEAD_BYTES, max(size - _CODEVIEW_HEAD_BYTES, 0))
            path = text(bytes(rest[:MAX_NAME_BYTES]).rstrip(b"\0"))
            if path.lower().endswith(".pdb"):
                return path
    return ""
