"""Source maps inside scripts: the comment `//# sourceMappingURL=data:…` at the end of a bundle.

The map is packed, so no telling word shows in the file: this reader waits for the comment.
"""

import base64
import binascii
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from scanner.formats.source_map import facts_of_sources, packages_of_map
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="source-map-inline",
    version=3,
    line="Source maps inside scripts, read as source maps are",
    specification="ECMA-426 §11.1: https://tc39.es/ecma426/",
    limits="Only the last such comment of a file, as the specification has it.",
    suffixes=(".js", ".mjs", ".cjs"),
    after_words=("packed",),
)

_COMMENT = b"sourceMappingURL=data:"
_OBJECTS = (b"ey", b"ew", b"{", b"%7B", b"%7b")
"""How a JSON object begins, in base64 (with or without white space behind the brace) and plain."""
_FOLDER = b"node_modules/"
"""Without one in any path, no package went into the bundle."""
_TYPES = (b"application/json", b"text/json", b"application/octet-stream")


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield what a source map in the script gives; nothing if there is none.

    Raises:
        Unreadable: damaged, when the map cannot be unpacked or is no JSON.
    """
    data = bytes(source.view())
    start = data.rfind(_COMMENT)
    if start < 0 or data[max(start - 4, 0) : start].lstrip()[:1] not in (b"/", b"#", b"@", b"*"):
        return
    address = data[start + len(_COMMENT) :].split(maxsplit=1)[0] if start + len(_COMMENT) < len(data) else b""
    kind, comma, packed = address.partition(b",")
    if not comma or not kind.startswith(_TYPES) or not packed.startswith(_OBJECTS):
        return  # a script that builds or looks for such comments
    budget.spend_bytes(len(packed))
    unpacked = _unpacked(packed, is_base64=kind.endswith(b";base64"))
    if _FOLDER in unpacked or _FOLDER.replace(b"/", b"\\/") in unpacked:
        yield from packages_of_map(unpacked, budget)
    names = source.focus_in(unpacked)
    if names or not source.focus or not unpacked.lstrip().startswith((b"{", b")")):
        yield from facts_of_sources(unpacked, names, budget)


def _unpacked(packed: bytes, *, is_base64: bool) -> bytes:
    if not is_base64:
        return unquote_to_bytes(packed)
    try:
        return base64.b64decode(packed)
    except (binascii.Error, ValueError) as error:
        raise Unreadable(Cause.DAMAGED, "The source map inside the script is not sound base64.") from error
