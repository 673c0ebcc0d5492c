"""CocoaPods: what a Podfile asks for, what Podfile.lock locked, and what a podspec is and asks for.

A subspec (`Pod/Part`) is a part of its pod: it gives the pod and, as a package URL's subpath would, the part by name:
`pkg:cocoapods/Pod` and `pkg:cocoapods/Pod#Part`.
"""

import re
from collections.abc import Iterator

from scanner.formats.json_tree import json_object, part, word
from scanner.formats.packages.dependencies import PROJECT, requires
from scanner.formats.packages.purls import package_purl
from scanner.formats.text_lines import code_lines, numbered_lines
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="cocoapods",
    version=2,
    line="CocoaPods: pods that Apple projects ask for and lock, and what a podspec asks for",
    specification="https://guides.cocoapods.org/syntax/podfile.html, https://guides.cocoapods.org/syntax/podspec.html",
    limits="Names that Ruby code puts together are not read.",
    names=("podfile", "podfile.lock", "manifest.lock"),
    suffixes=(".podspec", ".podspec.json"),
)

_NAME = r"[A-Za-z0-9_][\w.+-]{0,150}(?:/[\w.+/-]{1,150})?"
_ASKED = re.compile(
    rf"""(?:pod|\w+\.(?:\w+_)?dependency)[\s(]+["']({_NAME})["'](?:\s*,\s*["']=?\s*([^"']{{0,60}})["'])?"""
)
_LOCKED = re.compile(rf"  - \"?({_NAME}) \(([^)=~<>]{{1,60}})\)\"?:?$")
_ASKED_BY_POD = re.compile(rf"    - \"?({_NAME})")
_ASKED_BY_PROJECT = re.compile(rf"  - \"?({_NAME})")
_EXACT = re.compile(r"\d[\w.+-]*")


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each pod as declared.

    Raises:
        Unreadable: limit, when the file is too large; damaged, when a podspec in JSON is none.
    """
    name = source.name.lower()
    if name.endswith(".json"):
        tree = json_object(source, budget)
        for asked, versions in part(tree, "dependencies").items():
            budget.spend_items()
            first = versions[0] if isinstance(versions, list) and versions and isinstance(versions[0], str) else ""
            yield from _pod(asked, first, f"dependencies.{asked}")
        if word(tree, "name"):
            yield from _pod(word(tree, "name"), word(tree, "version"), "name")
    elif name.endswith(".lock"):
        yield from _locked(source, budget)
    else:
        for number, line in code_lines(numbered_lines(source, budget), comment="#"):
            for asked_line in _ASKED.finditer(line):
                yield from _pod(asked_line[1], asked_line[2] or "", f"line {number}")


def _locked(source: Source, budget: Budget) -> Iterator[Observation]:
    """Each pod with what it asks for, then what the project does."""
    section = ""
    by: tuple[str | None, int] = (None, 0)
    asked: list[str] = []
    for number, line in numbered_lines(source, budget):
        if line[:1] not in ("", " "):
            section = line.partition(":")[0]
        locked, below = (_LOCKED.match(line), _ASKED_BY_POD.match(line)) if section == "PODS" else (None, None)
        if locked or line[:1] not in ("", " "):
            yield from requires(by[0], map(_purl, asked), f"line {by[1]}", budget)
            by, asked = (_purl(locked[1]) if locked else PROJECT if section == "DEPENDENCIES" else None, number), []
        if locked:
            yield from _pod(locked[1], locked[2], f"line {number}")
        elif below or (section == "DEPENDENCIES" and (below := _ASKED_BY_PROJECT.match(line))):
            asked.append(below[1])
    yield from requires(by[0], map(_purl, asked), f"line {by[1]}", budget)


def _purl(name: str) -> str | None:
    return package_purl("cocoapods", name.partition("/")[0])


def _pod(name: str, version: str, place: str) -> Iterator[Package]:
    whole, _, inner = name.partition("/")
    purl = package_purl("cocoapods", whole)
    if purl is not None:
        exact = version.strip() if _EXACT.fullmatch(version.strip()) else ""
        yield Package(purl=purl, version=exact, role="declares", place=place)
        if inner:
            yield Package(purl=f"{purl}#{inner}", version=exact, role="declares", place=place)
