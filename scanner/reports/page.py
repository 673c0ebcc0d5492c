"""A page of plain lines for a terminal: indented, wrapped by the width of characters, coloured if wanted."""

import re
from io import StringIO
from typing import TYPE_CHECKING

from scanner.reports.format import Colour, RenderOptions

if TYPE_CHECKING:
    from rich.text import Text

NARROWEST, WIDEST = 40, 100
"""Columns a line may have: beyond 100 a line is hard to read, however wide the terminal is."""
LONGEST_LEAD = 12
"""Characters of a lead under which the lines after the first stay clear."""


_LONG_NAME = re.compile(r"\S+")
_BREAK = re.compile(r".*[./_:,;=-]", re.DOTALL)
"""As much of a name as ends where a reader, or a voice, may pause."""


class Page:
    """Collects lines. Structure is shown by indentation and words alone, so that it can be listened to."""

    def __init__(self, options: RenderOptions) -> None:
        from rich.console import Console

        coloured = self._is_coloured = options.colour is Colour.ALWAYS
        self._width = min(max(options.width, NARROWEST), WIDEST)
        self._out = StringIO()
        self._console = Console(
            file=self._out,
            width=self._width,
            color_system="standard" if coloured else None,
            force_terminal=coloured,
            legacy_windows=False,
            _environ={},  # the same options give the same bytes, whatever the environment says
        )

    def heading(self, text: str) -> None:
        """A section's title, with a blank line before it."""
        self.blank()
        self.line(text, style="bold", indent=0)

    def blank(self) -> None:
        """An empty line."""
        self._out.write("\n")

    def line(self, text: str, *, indent: int = 2, lead: str = "", style: str = "") -> None:
        """A paragraph, wrapped; the lines after the first stand under the text, not under a short `lead`.

        An empty text gives no line, so that callers need not ask for each fact whether it is known.
        """
        from rich.text import Text

        if not text:
            return
        start = " " * indent + lead
        under = " " * (len(start) if len(lead) <= LONGEST_LEAD else indent + 2)
        if len(lead) > LONGEST_LEAD:
            start, text = under[:indent], lead + text
        room = max(self._width - len(under), NARROWEST // 2)
        wrapped = Text(_broken(text, room), style=style).wrap(self._console, room, overflow="fold")
        for number, part in enumerate(wrapped):
            part.rstrip()
            self._print(Text(start if number == 0 else under) + part)

    def command(self, text: str, *, indent: int) -> None:
        """A line that is never broken, so that it can be copied whole."""
        from rich.text import Text

        self._print(Text(" " * indent + text))

    def plain_text(self) -> str:
        """Everything so far without colours."""
        if not self._is_coloured:
            return self._out.getvalue()
        from rich.text import Text

        return Text.from_ansi(self._out.getvalue()).plain

    def text(self) -> str:
        """Everything so far, ending with one line end."""
        return self._out.getvalue().strip("\n") + "\n"

    def _print(self, line: "Text") -> None:
        line.rstrip()
        if self._is_coloured:
            self._console.print(line, soft_wrap=True)
        else:
            self._out.write(f"{line.plain}\n")  # what the console would write, in a tenth of the time


def _broken(text: str, room: int) -> str:
    """The text with names that fit no line broken after a dot, a slash or the like, as far as they have any."""
    return _LONG_NAME.sub(lambda found: _break_name(found[0], room), text) if len(text) > room else text


def _break_name(name: str, room: int) -> str:
    lines = []
    while len(name) > room:
        head = _BREAK.match(name[:room])
        end = len(head[0]) if head else room
        lines.append(name[:end])
        name = name[end:]
    return "\n".join([*lines, name])
