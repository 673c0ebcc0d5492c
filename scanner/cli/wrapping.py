"""Lines that fit the terminal."""

import shutil
import textwrap

_LEAST, _MOST = 40, 100


def wrapped(text: str, begin: str = "", width: int = 0) -> list[str]:
    """Lines as wide as the terminal, or as `width` says; a longer name or address stays whole, to be copied."""
    columns = width or max(_LEAST, min(_MOST, shutil.get_terminal_size((80, 24)).columns))
    return textwrap.wrap(
        text,
        columns,
        initial_indent=begin,
        subsequent_indent=" " * len(begin),
        break_long_words=False,
        break_on_hyphens=False,
    )
