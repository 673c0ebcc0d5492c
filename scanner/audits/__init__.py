"""Audits: the same check over many targets, kept in one store and compared over time.

`plan` says what is checked, `run` checks it target by target, `store` keeps what was found, `compare` says what
changed, `site` shows it, `notices` tell of it, `schedule` writes what an operating system needs to repeat it.
"""

from scanner.audits.compare import Difference, differences
from scanner.audits.notices import append_events, mail_body, notice_of, summary_line
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
    "append_events",
    "differences",
    "mail_body",
    "notice_of",
    "read_plan",
    "run_audit",
    "schedules",
    "summary_line",
    "write_site",
]
