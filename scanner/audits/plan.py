"""Plans: which targets an audit checks, and for whom. One TOML file:

name = "endpoints"
store = "audits.sqlite"                      # or postgresql+psycopg://…
keep = 26                                    # finished audits that are kept
determinations = "determinations.json"       # what people decided, kept by `frscan determine`
columns = "columns.toml"                     # what people told of tables whose columns are not known, kept by a scan
jobs = 4                                     # worker processes of each machine; one a processor otherwise
shared-facts = "postgresql+psycopg://…"      # where machines share what one of them has read

[limits]                                     # what a file or a target may cost, as `frscan scan --limit` takes it
seconds = 1200
target-inflated-bytes = "200G"

[deployment]                                 # for every target; the keys of deployment.toml
jurisdiction = ["us-ma-boston"]

[[group]]
department = "Parks"
targets = ["images/parks-*", "parks.csv"]    # relative to this file; or an address: s3://inventories/parks.csv
map = "name=Title,publisher=Maker"           # for tables whose columns are not known
exclude = ["*.bak"]
deployment = { operator = "city-agency" }    # goes before the one above, fact by fact
limits = { nesting = 20 }                    # goes before those above, one by one
all-file-systems = true                      # also other disks and network drives mounted below a folder
trust-metadata = true                        # take files for unchanged if size, times and inode are, unread
"""

import glob
import os
import re
from collections.abc import Iterator
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import msgspec

from scanner.audits.remote import BadAddress, check_address, is_address
from scanner.engine.scan import Settings
from scanner.engine.told_limits import BadLimit, told_limits
from scanner.formats.inventories.dialect import BadColumns, told_columns
from scanner.formats.inventories.kept import Table, read_kept, words
from scanner.ordinances import DeploymentError, deployment_of

_MOST_BYTES = 1 << 20
_NAMES = {
    "columns": "map",
    "all_file_systems": "all-file-systems",
    "trust_metadata": "trust-metadata",
}
_MAGIC = re.compile(r"[*?\[]")


class BadPlan(Exception):
    """A plan that cannot be carried out, in a sentence that names the file."""


_Limits = dict[str, int | float | str]


class _Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename=_NAMES):
    targets: tuple[str, ...]
    department: str = ""
    columns: str = ""
    exclude: tuple[str, ...] = ()
    limits: _Limits = {}
    all_file_systems: bool = False
    trust_metadata: bool = False
    deployment: dict[str, Any] = {}  # Any: the values of deployment.toml, checked where that is read


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"shared_facts": "shared-facts"}):
    name: str
    store: str
    group: tuple[_Group, ...]
    keep: int = 52
    determinations: str = ""
    columns: str = ""
    jobs: Annotated[int, msgspec.Meta(ge=0)] = 0
    shared_facts: str = ""
    limits: _Limits = {}
    deployment: dict[str, Any] = {}  # Any: as above


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One target of a plan."""

    target: str
    """How the plan names it: what stays the same from audit to audit."""
    place: str
    """Where it lies: a path on this machine, or an address (`remote.is_address`)."""
    department: str
    settings: Settings
    """How it is scanned; the number of worker processes is the audit's."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What an audit checks."""

    name: str
    store: str
    """A database URL."""
    keep: int
    determinations: Path | None
    """The file of what people decided, if the plan names one."""
    jobs: int
    """Worker processes; 0: one a processor."""
    shared_facts: str
    """The URL of a PostgreSQL database of what machines share; empty: nothing."""
    items: tuple[Item, ...]
    digest: str
    """Of the targets and what is stated of them: an interrupted audit goes on only under the same plan."""


def read_plan(path: Path) -> Plan:
    """The plan in a file. Raises `BadPlan`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadPlan(f"{path}: the plan cannot be read ({error.strerror}).") from error
    if len(data) > _MOST_BYTES:
        raise BadPlan(f"{path}: it is larger than a plan can be (1 MiB).")
    try:
        file = msgspec.toml.decode(data, type=_File)
        items = tuple(_items(file, path.parent))
    except UnicodeDecodeError as error:
        raise BadPlan(f"{path}: this is no plan: a plan is a text in UTF-8.") from error
    except (msgspec.DecodeError, DeploymentError, BadColumns, BadAddress, BadLimit) as error:
        raise BadPlan(f"{path}: {error}") from error
    if not items:
        raise BadPlan(f"{path}: no group names a target.")
    doubled = sorted({one.target for one, other in pairwise(items) if one.target == other.target})
    if doubled:
        raise BadPlan(f"{path}: the target {doubled[0]!a} stands in it twice.")
    if not re.fullmatch(r"[\w.-]{1,80}", file.name):
        raise BadPlan(f"{path}: the plan's name may hold letters, digits, dots and dashes.")
    stated = [(item.target, item.department, item.settings) for item in items]
    return Plan(
        name=file.name,
        store=_url(file.store, path.parent),
        keep=max(file.keep, 1),
        determinations=path.parent / file.determinations if file.determinations else None,
        jobs=file.jobs,
        shared_facts=file.shared_facts,
        items=items,
        digest=sha256(msgspec.json.encode(stated, order="deterministic")).hexdigest(),
    )


def _items(file: _File, folder: Path) -> Iterator[Item]:
    """Every target, sorted; patterns are spelled out, and one that matches nothing stays, to be told as missing."""
    kept = words(_kept(folder / file.columns)) if file.columns else ()
    found = []
    for group in file.group:
        settings = _settings(file, group, kept)
        for target in group.targets:
            found += [
                Item(
                    target=name.replace(os.sep, "/"),
                    place=name if is_address(name) else str(folder / name),
                    department=group.department,
                    settings=settings,
                )
                for name in _spelled_out(target, folder)
            ]
    return iter(sorted(found, key=lambda item: item.target))


def _settings(file: _File, group: _Group, kept: tuple[str, ...]) -> Settings:
    """How the targets of a group are scanned: what the plan says of all, and before it what the group says."""
    own = deployment_of(group.deployment)
    stated = {name: getattr(own, name) for name in own.__struct_fields__ if getattr(own, name)}
    limits, target_limits = told_limits(f"{name}={value}" for name, value in {**file.limits, **group.limits}.items())
    return Settings(
        deployment=msgspec.structs.replace(deployment_of(file.deployment), **stated),
        limits=limits,
        target_limits=target_limits,
        exclude=group.exclude,
        told=(*told_columns(group.columns), *kept),
        enters_file_systems=group.all_file_systems,
        trusts_metadata=group.trust_metadata,
    )


def _spelled_out(target: str, folder: Path) -> list[str]:
    """The targets that a pattern stands for; one that matches nothing stands for itself."""
    if is_address(target):
        check_address(target)
        return [target]
    # Not Path.glob: a pattern may be absolute.
    names = sorted(glob.glob(target, root_dir=folder)) if _MAGIC.search(target) else []  # noqa: PTH207
    return names or [target]


def _kept(path: Path) -> tuple[Table, ...]:
    try:
        return read_kept(path)
    except FileNotFoundError as error:
        raise BadColumns(f"there is no file of columns {path}.") from error


def _url(store: str, folder: Path) -> str:
    return store if "://" in store else f"sqlite:///{(folder / store).resolve().as_posix()}"
