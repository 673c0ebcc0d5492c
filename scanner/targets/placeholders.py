"""Placeholders: files of cloud drives whose content is not on this machine. Reading one would fetch it: no network."""

import os

from scanner.model.artifact import Unread
from scanner.model.vocabulary import Cause

_RECALL_ON_ACCESS = 0x00400000 | 0x00040000 | 0x00001000
"""FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS, _RECALL_ON_OPEN and _OFFLINE (Windows, WinNT.h): reading would download."""
_DATALESS = 0x40000000
"""SF_DATALESS (macOS, sys/stat.h): the same for cloud drives there."""


def is_placeholder(status: os.stat_result) -> bool:
    """Whether a file's content lies with a cloud drive, so that reading it would fetch it over the network."""
    attributes = getattr(status, "st_file_attributes", 0)
    return bool(attributes & _RECALL_ON_ACCESS or getattr(status, "st_flags", 0) & _DATALESS)


def not_here(locator: str) -> Unread:
    """What is said of a placeholder."""
    reason = "This is a placeholder of a cloud drive; its content is not on this machine and was not fetched."
    return Unread(locator=locator, stage="open", cause=Cause.VANISHED, reason=reason)
