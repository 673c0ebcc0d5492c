"""Audits: the same check over many targets, kept in one store and compared over time.

`plan` says what is checked, `run` checks it target by target, `store` keeps what was found, `compare` says what
changed, `site` shows it, `schedule` writes what an operating system needs to repeat it.
"""

from scanner.audits.compare import Difference, differences
from scanner.audits.plan import BadPlan, Plan, read_plan
from scanner.audits.run import Told, run_audit
from scanner.audits.schedule import Repeat, schedules
from scanner.audits.site import write_site
from scanner.audits.store import AuditRow, BadStore, FindingRow, ResultRow, Store

__all__ = [
    "AuditRow",
    "BadPlan",
    "BadStore",
    "Difference",
    "FindingRow",
    "Plan",
    "Repeat",
    "ResultRow",
    "Store",
    "Told",
    "differences",
    "read_plan",
    "run_audit",
    "schedules",
    "write_site",
]
