"""What a person decided of a component, and the columns of the table in which they are asked.

The determination table is a CSV with one row a component: `FACT_COLUMNS` are filled by the report, `ANSWER_COLUMNS` are
left empty for a person. `frscan determine` takes the filled table back; it needs `component` and the answers alone.
"""

from datetime import date
from enum import StrEnum

import msgspec


class Decision(StrEnum):
    """What a person decided."""

    COVERED = "covered"
    """The law's definition takes it in; it has to go, or to be approved."""
    EXCEPTED = "excepted"
    """The definition takes it in, and the facts of an exception were confirmed."""
    NOT_COVERED = "not-covered"
    """The law does not touch it."""
    OPEN = "open"
    """Somebody is on it; nothing is decided yet."""


FACT_COLUMNS = (
    "component",  # the id; what a filled table is matched by
    "name",
    "version",
    "package_url",
    "locator",
    "verdict",
    "technologies",
    "capabilities",  # each with its presence, as `identification: used`
    "outcomes",  # each law's gravest outcome, as `us-ma-boston: possible-violation`
)
"""What the report fills in, in this order."""

ANSWER_COLUMNS = (
    "ordinance",  # the law decided about; empty for all that were asked
    "decision",  # a `Decision`
    "decided_by",
    "decided_on",  # 2026-01-31
    "valid_until",  # 2026-12-31; empty for no end
    "exception",  # the exception that was confirmed, if any
    "reason",
)
"""What a person fills in, in this order; a row whose answers are all empty says nothing."""

COLUMNS = (*FACT_COLUMNS, *ANSWER_COLUMNS)


class Determination(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One decision about one component."""

    component: str
    """The id of a component, the same from version to version."""
    decision: Decision
    decided_by: str
    decided_on: date
    reason: str
    valid_until: date | None = None
    """The last day on which it counts; none: until somebody decides anew."""
    ordinance: str = ""
    """The id of the law decided about; empty for all."""
    exception: str = ""
    """The exception whose facts were confirmed."""
    name: str = ""
    """The component's name in the table, for people."""
    version: str = ""
    """The version decided about; another one is a reason to look again."""
