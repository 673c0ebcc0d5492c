"""Whether a file of settings holds any of those that a reader was asked about: if not, nothing in it needs parsing.

A setting is spoken of by the pieces that stand in every file with it, however they are nested there: `piece#piece`.
"""

from scanner.formats.standing_names import WIDE_MARKS, stands
from scanner.model.source import Source


def may_hold_settings(source: Source, limit_bytes: int) -> bool:
    """Whether all pieces of one of the settings in `source.focus` stand in a file; True for one that is too large.

    Of each the first is known to stand there: for it the reader was asked.
    """
    if not source.focus or source.size > limit_bytes or source.head.startswith(WIDE_MARKS):
        return True
    data = bytes(source.view())
    return any(all(stands(data, piece) for piece in setting.split("#")[1:]) for setting in source.focus)
