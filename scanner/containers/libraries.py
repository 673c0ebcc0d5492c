"""The libraries of the `images` extra: there or not, and what they raise on damaged data."""

import importlib
import logging
import struct
from functools import cache
from typing import Any

from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause

_OF_PYTHON = (
    ValueError, KeyError, IndexError, TypeError, AttributeError, EOFError, OSError, ArithmeticError, RecursionError,
    NotImplementedError, AssertionError, struct.error,
)  # fmt: skip

_FILE_SYSTEMS = ("apfs", "btrfs", "cramfs", "extfs", "fat", "ffs", "hfs", "jffs", "ntfs", "squashfs", "vmfs", "xfs")


@cache
def broken() -> tuple[type[Exception], ...]:
    """What the libraries raise on damaged structures: their own errors, and what they let through."""
    own = (
        ("dissect.target.exceptions", "Error"),
        ("dissect.util.exceptions", "Error"),
        ("dissect.volume.exceptions", "Error"),
        ("dissect.evidence.exception", "Error"),
        ("dissect.hypervisor.exceptions", "Error"),
        ("dissect.fve.exception", "Error"),
        *((f"dissect.{name}.{module}", "Error") for name in _FILE_SYSTEMS for module in ("exceptions", "exception")),
    )
    found = [getattr(library(module), name, None) for module, name in own]
    return (*_OF_PYTHON, *(error for error in found if isinstance(error, type)))


@cache
def library(name: str) -> Any:  # a module, which ships no types
    """A module of the extra; None if it is not installed."""
    try:
        module = importlib.import_module(name)
    except ImportError:
        return None
    logging.getLogger("dissect").setLevel(logging.CRITICAL + 1)
    return module


def without_extra(what: str) -> Unreadable:
    """The sentence for what only the extra can read."""
    reason = f"This is {what}; to look inside it, install frscan with its extra “images”: pip install 'frscan[images]'."
    return Unreadable(Cause.UNSUPPORTED, reason)
