"""Groups: what will be a finding, before it is graded."""

import msgspec

from scanner.catalogue.index import Entry
from scanner.evidence.owner import Owner
from scanner.matching.match import Match
from scanner.model.technology import Technology


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """The matches of one technology in one component."""

    technology: Technology
    owner: Owner
    matches: tuple[tuple[Entry, Match], ...]
