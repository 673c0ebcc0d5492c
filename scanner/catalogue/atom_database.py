"""The database of atoms: what Hyperscan looks for in every file, and in files that YARA is to look at.

The first pass says whether YARA could find anything. In a large file a second one says where: the places of every
literal of rules that can be asked of pieces (`catalogue/locality`). What stands here is what a scan is handed; how it
is made stands in `catalogue/atom_compiler`, which a scan does not load.
"""

import msgspec

BEGINNING_BYTES = 8192
"""Of a file that is shown to YARA in pieces, the first one: so far into it rules may ask for places."""
FILE_BYTES = "file_bytes"
"""The variable that stands for `filesize` in compiled rules, which pieces of a file do not have."""

LOCAL_ATOM, ATOM, WORD = 0, 1, 2
"""What the database reports: an atom of rules that can be asked of pieces, one of other rules, or, from WORD on, a
telling word by its number."""


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


class AtomDatabase(msgspec.Struct, frozen=True):
    """The literals of which at least one is in every file that a rule with atoms matches, and the telling words."""

    serialised: bytes = b""
    """What Hyperscan saves; empty where it is not installed: then YARA runs on every file."""
    longest: int = 0
    """Bytes of the longest literal."""
    words: tuple[bytes, ...] = ()
    """The telling words; the database reports each as WORD plus its number here."""
    places: Places | None = None
