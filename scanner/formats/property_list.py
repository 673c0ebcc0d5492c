"""Property lists, binary and XML: read by the standard library within bounds."""

import plistlib
from typing import Any
from xml.parsers.expat import ExpatError

from scanner.formats.records import damaged
from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

BINARY = b"bplist00"
_MOST_BYTES = 4 << 20
_MOST_OBJECTS = 200_000

Tree = dict[str, Any]
"""Any: a property list's values are of many types; whoever takes one out asks for its type."""


def property_list(content: bytes, budget: Budget) -> Tree:
    """The dictionary that a property list consists of.

    Raises:
        Unreadable: damaged, when it is none; limit, when it is too long or claims too many objects.
    """
    if len(content) > _MOST_BYTES:
        raise Unreadable(Cause.LIMIT, "The property list is longer than such files are and was not read.")
    # The trailer of a binary one says how many objects there are; references between them may share one many times.
    if content.startswith(BINARY) and int.from_bytes(content[-24:-16], "big") > _MOST_OBJECTS:
        raise Unreadable(Cause.LIMIT, "The property list claims more objects than the scan's limit allows.")
    budget.spend_bytes(8 * len(content))
    try:
        tree = plistlib.loads(content)
    except (plistlib.InvalidFileException, ExpatError, ValueError, TypeError, LookupError, OverflowError) as error:
        raise damaged("The property list is damaged.") from error
    except (AttributeError, RecursionError, MemoryError) as error:  # of values where plistlib expects others
        raise damaged("The property list is damaged, or nested too deeply to be read.") from error
    if not isinstance(tree, dict):
        raise damaged("The property list is no dictionary.")
    return {key: value for key, value in tree.items() if isinstance(key, str)}
