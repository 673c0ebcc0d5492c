"""Waivers: findings and gaps that somebody who may has accepted, for a while and with a reason."""

from datetime import date
from enum import StrEnum

import msgspec


class Waiver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One entry of `waivers.toml`. Of the first three at least one is given, and all that are given must fit."""

    fingerprint: str = ""
    """Of a finding, or of a part that could not be read."""
    technology: str = ""
    """An id of the catalogue."""
    component: str = ""
    """A component's id, package URL without version, name, or locator."""
    ordinance: str = ""
    """The law it is about; empty: every law."""
    reason: str
    approved_by: str
    issued: date
    expires: date
    """The last day on which it counts, at most a year after `issued`."""


class Standing(StrEnum):
    """How a waiver stands in one scan."""

    APPLIED = "applied"
    EXPIRED = "expired"
    """It would fit, but its time is over: what it covered counts again."""
    NOT_YET = "not-yet"
    """It would fit, but it was issued for a later time."""
    UNUSED = "unused"
    """Nothing found fits it, though its law was asked."""
    OUT_OF_SCOPE = "out-of-scope"
    """It is about a law that was not asked."""


class WaiverState(msgspec.Struct, frozen=True, kw_only=True):
    """A waiver, and what came of it."""

    waiver: Waiver
    standing: Standing
    covers: tuple[str, ...] = ()
    """Fingerprints of the findings and gaps that fit it."""
