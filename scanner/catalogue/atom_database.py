"""The databases of atoms: what Hyperscan looks for in every file, and in files that YARA is to look at.

The first pass says whether YARA could find anything, and of most rules where: their atoms are all the literals they
have. In a large file with an atom of other rules a second pass says where: the places of every literal of rules that
can be asked of pieces (`catalogue/locality`). What stands here is what a scan is handed; how it is made stands in
`catalogue/atom_compiler`, which a scan does not load.
"""

from typing import get_args

import msgspec

from scanner.model.source import WordGroup

BEGINNING_BYTES = 8192
"""Of a file that is shown to YARA in pieces, the first one: so far into it rules may ask for places."""
FILE_BYTES = "file_bytes"
"""The variable that stands for `filesize` in compiled rules, which pieces of a file do not have."""

PLACED_ATOM, LOCAL_ATOM, ATOM, WORD = range(4)
"""What a database reports: an atom of rules that can be asked of pieces and have no other literals, each time it
stands there; and once, however often it does, one of other rules that can be asked of pieces, one of rules that cannot,
or, from WORD on, a telling word by its number. Marks of what containers look for inside files are told each time."""
EVERY_GROUP: frozenset[WordGroup] = frozenset(get_args(WordGroup))
INSIDE: WordGroup = "inside"
_INSIDE = frozenset({INSIDE})
GROUPS: tuple[frozenset[WordGroup], ...] = (
    _INSIDE,
    _INSIDE | {"parts"},
    _INSIDE | {"python"},
    EVERY_GROUP - {"python", "parts"},
    EVERY_GROUP,
)
"""Whose telling words each of the databases holds, beside all atoms: a search for fewer literals is quicker, and most
files have readers that ask for words of no language or of one."""


class Places(msgspec.Struct, frozen=True):
    """Where matches can lie."""

    serialised: bytes
    """What Hyperscan saves; it reports the end of each literal."""
    longest: int
    """Bytes of the longest literal."""
    span: int
    """Bytes of the longest match: what it takes around a literal."""
    gap: bytes
    """Put between pieces so often as a match is long; a byte of no literal, so that none begins or ends in it."""


class AtomDatabases(msgspec.Struct, frozen=True):
    """The literals of which at least one is in every file that a rule with atoms matches, and the telling words."""

    serialised: tuple[bytes, ...] = ()
    """What Hyperscan saves, one for each of `GROUPS`; none where it is not installed: then YARA runs on every file."""
    longest: int = 0
    """Bytes of the longest literal."""
    words: tuple[bytes, ...] = ()
    """The telling words; a database reports each as WORD plus its number here."""
    places: Places | None = None
