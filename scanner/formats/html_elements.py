"""Scripts and links of a page, found in one pass over its text.

Python's own HTML parser reads everything else of a page too, and takes time that grows with the square of some broken
pages (https://github.com/python/cpython/issues/135462). Only comments, `<script>` and `<link>` matter here, and what is
inside a script is no markup until `</script` (HTML §13.2.5.4, script data state).
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

from scanner.model.source import Budget

_START = re.compile(r"<!--|<(script|link)(?=[\s/>])", re.IGNORECASE)
_END_OF_SCRIPT = re.compile(r"</script(?=[\s/>])", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""[\s/]*([^\s/>=]{1,100})(?:\s{0,20}=\s{0,20}("[^"]{0,4000}"|'[^']{0,4000}'|[^\s>"']{1,4000}))?"""
)
_END_OF_TAG = re.compile(r"[\s/]*>")
_MAX_ATTRIBUTES = 50


class Element(NamedTuple):
    """A script or link."""

    tag: str
    attributes: dict[str, str]
    """Names in lower case; without a value: empty."""
    line: int
    text: str
    """What is written in a script."""
    text_line: int
    """The line in which the text begins."""


def elements_of(page: str, budget: Budget) -> Iterator[Element]:
    """Yield scripts and links, those in comments left out; lines count from 1."""
    at, line, counted = 0, 1, 0
    last_comment_end = page.rfind("-->")
    while True:
        budget.spend_items()
        start = _START.search(page, at)
        if start is None:
            return
        if start[1] is None:
            # A comment that nothing closes hides nothing from us.
            at = page.find("-->", start.end()) if start.end() <= last_comment_end else start.end()
            continue
        line, counted = line + page.count("\n", counted, start.start()), start.start()
        attributes, at = _attributes(page, start.end())
        text_line, text = line + page.count("\n", counted, at), ""
        if start[1].lower() == "script":
            end_of_script = _END_OF_SCRIPT.search(page, at)
            end = end_of_script.start() if end_of_script else len(page)
            text, at = page[at:end], end
        yield Element(start[1].lower(), attributes, line, text, text_line)


def _attributes(page: str, at: int) -> tuple[dict[str, str], int]:
    """The attributes of a tag, the first of each name, and where the tag ends."""
    found: dict[str, str] = {}
    for _ in range(_MAX_ATTRIBUTES):
        end = _END_OF_TAG.match(page, at)
        if end:
            return found, end.end()
        attribute = _ATTRIBUTE.match(page, at)
        if attribute is None:
            break
        value = attribute[2] or ""
        found.setdefault(attribute[1].lower(), unescape(value.strip("\"'")).strip())
        at = attribute.end()
    return found, at
