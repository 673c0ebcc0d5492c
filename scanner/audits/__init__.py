"""Audits: the same check over many targets, kept in one store and compared over time.

`plan` says what is checked, `run` carries it out, `check` checks one target, `fleet` spreads the targets over a
cluster (`shard` does a part there), `store` keeps what was found, `compare` says what changed, `site` shows it,
`notices` tell of it, `schedule` writes what an operating system needs to repeat it.
"""

from scanner.audits.compare import Difference, differences
from scanner.audits.fleet import BadFleet, Fleet
from scanner.audits.notices import append_events, mail_body, notice_of, summary_line, webhook_body
from scanner.audits.plan import BadPlan, Plan, read_plan
from scanner.audits.run import Told, run_audit
from scanner.audits.schedule import Repeat, schedules
from scanner.audits.site import write_site
from scanner.audits.store import AuditRow, BadStore, FindingRow, ResultRow, Store

__all__ = [
    "AuditRow",
    "BadFleet",
    "BadPlan",
    "BadStore",
    "Difference",
    "FindingRow",
    "Fleet",
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
    "webhook_body",
    "write_site",
]
