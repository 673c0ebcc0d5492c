"""Homebrew: what is installed, by the receipt in `Cellar/NAME/VERSION` and the description of a cask."""

from collections.abc import Iterator

from scanner.formats.json_tree import json_object, part, word
from scanner.formats.packages.days import day_of
from scanner.formats.packages.purls import package_purl
from scanner.model.observation import Observation, Owns, Package
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="homebrew-installed",
    version=1,
    line="Homebrew: installed formulas, with their files",
    specification="https://docs.brew.sh/Formula-Cookbook",
    limits="A receipt that does not say which formula it is of, as those of casks, gives nothing.",
    names=("install_receipt.json",),
)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the formula as installed, with its folder.

    Raises:
        Unreadable: damaged or limit, as `json_object` says.
    """
    receipt = json_object(source, budget)
    origin = part(receipt, "source")
    file = word(origin, "path").replace("\\", "/").rpartition("/")[2]
    name = file.removesuffix(".rb").removesuffix(".json")
    purl = package_purl("brew", name)
    if purl is None or name == file:
        return
    version = word(part(origin, "versions"), "stable")
    yield Package(
        purl=purl,
        version=version,
        role="installed",
        publisher=word(origin, "tap"),
        installed_on=day_of(receipt.get("time")),
        place="source.path",
    )
    yield Owns(purl=purl, version=version, path="./", place="source.path")
