"""Who made something, as metadata spells it: names without addresses, out of the sentence that claims the copyright."""

import re

_LONGEST = 200
_ADDRESS = re.compile(r"\s*[<(]?[^\s<>()]*@[^\s<>()]*[>)]?\s*|\s*<[^>]*>\s*|\s*\(https?:[^)]*\)\s*")
_COPYRIGHT = re.compile(r"(?:copyright|©|\(c\))", re.I)
_YEARS = re.compile(r"^[\s,;.:\u2013-]*(?:\d{4}|present)?(?=[\s,;.:\u2013-]|$)", re.I)
_RIGHTS = re.compile(r"[\s,;-]*\b(?:all rights|tous droits|alle rechte|todos los derechos)\b.*$", re.I | re.S)
_SHORTENED = re.compile(r"\b(?:inc|ltd|co|corp|bros|[a-z])\.$", re.I)


def without_address(text: str) -> str:
    """`Ada` for `Ada <ada@example.org> (https://example.org)`; an address alone is a person's and is left out."""
    return _ADDRESS.sub("", text[:_LONGEST]).strip(" ,;")


def publisher_in(copyright_line: str) -> str:
    """`Acme Inc.` for `Copyright © 2019-2024 Acme Inc. All rights reserved.`; nothing where nobody is named."""
    pieces = _COPYRIGHT.split(copyright_line[:_LONGEST])
    if len(pieces) < 2:
        return ""
    left, before = pieces[-1].partition("\n")[0], ""
    while left != before:
        before, left = left, _YEARS.sub("", left, count=1)
    name = without_address(_RIGHTS.sub("", left).strip().removeprefix("by ").strip())
    return name if _SHORTENED.search(name) else name.rstrip(".")
