"""Homebrew: what is installed, by the receipt in `Cellar/NAME/VERSION` and the description of a cask."""

import re
from collections.abc import Iterator

from scanner.formats.json_tree import Json, json_object, part, word
from scanner.formats.packages.days import day_of
from scanner.formats.packages.purls import package_purl
from scanner.model.observation import Observation, Owns, Package, Product
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="homebrew-installed",
    version=2,
    line="Homebrew: installed formulas with their files, casks with their apps",
    specification="https://docs.brew.sh/Formula-Cookbook, https://docs.brew.sh/Cask-Cookbook",
    limits="A formula of which neither the receipt nor the bill of materials beside it tells the name is not known by "
    "it, and named after its folder. When a cask was installed is not read.",
    names=("install_receipt.json",),
    suffixes=(".json",),
)
_BILL = re.compile(r"SBOM-SPDX-(.{1,200})-[^-]+$")
_OF_ALL = ".jws.json"
"""The list of all formulas, in which Homebrew looks one up: its name tells nothing."""


def wants(name: str, head: bytes) -> bool:
    """Whether it is a receipt, or describes one cask with what was installed of it."""
    return name == "install_receipt.json" or (b'"full_token"' in head and b'"token"' in head)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the formula as installed, with its folder; of a cask a row, with its apps.

    Raises:
        Unreadable: damaged or limit, as `json_object` says.
    """
    tree = json_object(source, budget)
    if source.name.lower() != "install_receipt.json":
        yield from _cask(source.name, tree, budget)
    elif "uninstall_artifacts" not in tree:
        yield from _formula(source, tree, budget)


def _formula(source: Source, receipt: Json, budget: Budget) -> Iterator[Observation]:
    origin = part(receipt, "source")
    file = word(origin, "path").replace("\\", "/").rpartition("/")[2]
    name = "" if file.endswith(_OF_ALL) or "." not in file else file.removesuffix(".rb").removesuffix(".json")
    purl = package_purl("brew", name or _named_beside(source, budget))
    version, maker, day = word(part(origin, "versions"), "stable"), word(origin, "tap"), day_of(receipt.get("time"))
    if purl is not None:
        yield Package(
            purl=purl, version=version, role="installed", publisher=maker, installed_on=day, place="source.path"
        )
    yield Owns(
        purl=purl or "pkg:brew/",
        version=version,
        path="./",
        publisher=maker,
        installed_on=day,
        in_folders=True,
        as_one=True,
        place="source.path",
    )


def _named_beside(source: Source, budget: Budget) -> str:
    """The name in the bill of materials that Homebrew puts beside the receipt."""
    bill = source.group("sbom.spdx.json")
    named = _BILL.match(word(json_object(bill, budget), "name")) if bill is not None else None
    return named[1] if named else ""


def _cask(file: str, cask: Json, budget: Budget) -> Iterator[Observation]:
    purl = package_purl("brew", word(cask, "token"))
    names, artifacts = cask.get("name"), cask.get("artifacts")
    name = next((str(text) for text in names if text), "") if isinstance(names, list) else ""
    if purl is None or not name or file.removesuffix(".json") != word(cask, "token"):
        return
    version = word(cask, "version")
    yield Product(name=name, version=version, ids=(purl,), installed_for="system", place="token")
    for artifact in artifacts if isinstance(artifacts, list) else ():
        apps = artifact.get("app") if isinstance(artifact, dict) else None
        for app in apps if isinstance(apps, list) else ():
            budget.spend_items()
            if isinstance(app, str) and ".." not in app.split("/"):
                path = app if app.startswith("/") else f"/Applications/{app}"
                yield Owns(purl=purl, version=version, path=f"{path}/", register=f"./{file}", place="artifacts")
