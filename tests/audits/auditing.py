"""Two audits of one plan, with everything an overview tells of: new, gone, not looked at, decided, over, open."""

import json
from datetime import date
from pathlib import Path

from scanner.audits import Plan, Store, read_plan, run_audit
from scanner.model.determination import Decision, Determination

HEAD = "DisplayName0,Version0,Publisher0\n"
FACES = f"{HEAD}Luxand FaceSDK,8.1,Luxand\n"
NOTHING = f"{HEAD}Editor,1,Other\n"
AS_OF = date(2026, 11, 27)


def two_audits(folder: Path) -> tuple[Plan, int]:
    """The plan and the number of the second audit; the store lies beside them."""
    files = {"open": FACES, "decided": FACES, "over": FACES, "goes": FACES, "comes": NOTHING, "vanishes": FACES}
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content)
    groups = "".join(
        f'[[group]]\ndepartment = "{department}"\ntargets = {json.dumps([f"{name}.csv" for name in names])}\n'
        for department, names in (("Parks & <Rec>", ("open", "decided", "comes")), ("", ("over", "goes", "vanishes")))
    )
    text = f'name = "desks"\nstore = "audits.sqlite"\n[deployment]\njurisdiction = ["us-ma-boston"]\n{groups}'
    (folder / "plan.toml").write_text(text, encoding="utf-8")
    plan = read_plan(folder / "plan.toml")
    with Store(plan.store) as store:
        run_audit(plan, store, jobs=1)
        (folder / "goes.csv").write_text(NOTHING)
        (folder / "comes.csv").write_text(FACES)
        (folder / "vanishes.csv").unlink()
        return plan, run_audit(plan, store, jobs=1)


def decisions(store: Store, audit: int, **until: date | None) -> tuple[Determination, ...]:
    """A decision about the component of each target named, with the day on which it ends."""
    component = {row.target: row.component_id for row in store.findings(audit)}
    return tuple(
        Determination(
            component=component[f"{target}.csv"],
            decision=Decision.NOT_COVERED,
            decided_by="Ann Example",
            decided_on=date(2026, 1, 2),
            reason="Seen by the office.",
            valid_until=end,
        )
        for target, end in until.items()
    )
