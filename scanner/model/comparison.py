"""What changed since an earlier report on the same target."""

from enum import StrEnum

import msgspec


class Change(StrEnum):
    """How a finding stands against the earlier report."""

    NEW = "new"
    """It was not there, or it counts for more than it did."""
    UNCHANGED = "unchanged"
    GONE = "gone"
    """It was there; where it was, it is no longer."""
    NOT_LOOKED_AT = "not-looked-at"
    """It was there; this time its place was not read, so nobody knows."""


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One finding of either report."""

    fingerprint: str
    change: Change
    technology: str
    """Its name, for people."""
    component: str
    """Name and version."""
    locator: str
    why: str = ""
    """For what is new though it was there: what grew. For what was not looked at: why not."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """A report held against an earlier one, its baseline."""

    target: str
    """The locator of the baseline's target."""
    finished: str
    """When the baseline was made: RFC 3339, UTC."""
    signatures: str
    """The signatures that the baseline was made with."""
    findings: tuple[Compared, ...] = ()

    @property
    def new(self) -> frozenset[str]:
        """The fingerprints of what is new."""
        return frozenset(entry.fingerprint for entry in self.findings if entry.change is Change.NEW)
