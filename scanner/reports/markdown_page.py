"""A Markdown document (CommonMark with tables) that holds hostile text harmlessly."""

import re
from collections.abc import Iterable, Sequence

from scanner.reports.printable import printable

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&!])")
_ADDRESS = re.compile(r"(?i)\b(https?|ftp|mailto|www)([:.])")
_RUN = re.compile("`+")
BLANK = "……………………"
"""Where a person writes by hand."""


def plain(text: str) -> str:
    """Text in which Markdown sees no markup, no HTML and no address to make a link of."""
    return _ADDRESS.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", printable(text, 8000)))


def code(text: str) -> str:
    """Text as a code span, whatever grave accents it holds; in a table a bar has to be escaped even there."""
    shown = printable(text).replace("|", "\\|")
    if not shown:
        return ""
    fence = "`" * (max((len(run) for run in _RUN.findall(shown)), default=0) + 1)
    space = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) else ""
    return f"{fence}{space}{shown}{space}{fence}"


class MarkdownPage:
    """Collects blocks. What is handed in is Markdown already: `plain` and `code` make it of other text."""

    def __init__(self) -> None:
        self._blocks: list[str] = []

    def heading(self, text: str, level: int = 2) -> None:
        """A heading of level 1 to 6."""
        self._blocks.append(f"{'#' * level} {text}")

    def paragraph(self, text: str) -> None:
        """A paragraph; an empty one gives nothing."""
        if text:
            self._blocks.append(text)

    def bullets(self, lines: Iterable[str]) -> None:
        """A list."""
        self._list(f"- {line}" for line in lines)

    def numbered(self, lines: Iterable[str], first: int = 1) -> None:
        """A list numbered from `first`."""
        self._list(f"{number}. {line}" for number, line in enumerate(lines, first))

    def _list(self, lines: Iterable[str]) -> None:
        shown = "\n".join(lines)
        if shown:
            self._blocks.append(shown)

    def boxes(self, lines: Iterable[str]) -> None:
        """A list of boxes to tick."""
        self.bullets(f"[ ] {line}" for line in lines)

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A table; without rows there is none."""
        lines = [f"| {' | '.join(cells)} |" for cells in rows]
        if lines:
            self._blocks.append("\n".join([f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *lines]))

    def text(self) -> str:
        """The document, ending with one line end."""
        return "\n\n".join(self._blocks) + "\n"
