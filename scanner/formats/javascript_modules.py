"""Module specifiers of JavaScript: which package one names, and in which version.

A module is named as source names it: `pkg`, `@scope/pkg`, `@scope/pkg/inner/module`. Relative specifiers (`./x`, `/x`)
name files, not packages. Specifiers that are addresses of a content network or of a run-time's registry scheme
(`npm:pkg@1.2.3/x`) name a package and mostly its version.
"""

import re
from typing import NamedTuple

_MAX_SPECIFIER = 500
_NAME = r"(?:@[A-Za-z0-9][\w.~-]{0,100}/)?[A-Za-z0-9_][\w.~-]{0,200}"
_BARE = re.compile(rf"({_NAME})((?:/[\w.~@+=-]{{1,200}}){{0,12}})/?")
_REGISTRY_SCHEME = re.compile(rf"npm:/?({_NAME})(?:@([^/]{{0,80}}))?((?:/[\w.~@+=-]{{1,200}}){{0,12}})")
_ADDRESS = re.compile(r"(?:https?:)?//([A-Za-z0-9.-]{1,250})/([^?#\s\"'<>]{1,400})")
_VERSIONED = re.compile(rf"(?:^|/)(?:npm/|npm:|-/)?({_NAME})@([A-Za-z0-9^~][\w.+^~-]{{0,60}})(?=/|$)")
_UNVERSIONED = re.compile(rf"(?:^|/)npm/({_NAME})(?=/|$)")
_LIBRARIES = re.compile(r"(?:^|/)(?:ajax/)?libs/([A-Za-z0-9_][\w.-]{0,100})/(\d[\w.+-]{0,60})(?=/|$)")
_INSTALLED = re.compile(rf"node_modules/({_NAME})(?=[/\"'?!]|$)")
_STORE = re.compile(rf"\.pnpm/({_NAME.replace('/', '[/+]')})@(\d[\w.+-]{{0,60}}?)(?=[_(/]|$)")
_EXACT = re.compile(r"\d+\.\d+\.\d+(?:[-+][\w.+-]{1,60})?")


class Module(NamedTuple):
    """A module of a package."""

    package: str
    path: str = ""
    """Inside the package, without a leading `/`."""
    version: str = ""
    """Only an exact one."""

    @property
    def name(self) -> str:
        """As source names it."""
        return f"{self.package}/{self.path}" if self.path else self.package


def module_of(specifier: str) -> Module | None:
    """The module of a package that a specifier names; None for files, addresses of other things and broken text."""
    specifier = specifier[:_MAX_SPECIFIER].rpartition("!")[2]  # what stands before `!` names loaders of a bundler
    if specifier.startswith("node:"):
        return None
    by_scheme = _REGISTRY_SCHEME.fullmatch(specifier)
    if by_scheme:
        return Module(by_scheme[1], (by_scheme[3] or "").strip("/"), exact_version(by_scheme[2] or ""))
    if "node_modules/" in specifier:
        return installed_module(specifier)
    if "://" in specifier or specifier.startswith("//"):
        return module_at(specifier)
    bare = _BARE.fullmatch(specifier)
    return Module(bare[1], bare[2].strip("/")) if bare else None


def module_at(address: str) -> Module | None:
    """The package in the address of a script: `…/npm/pkg@1.2.3/x.js`, `…/pkg@1.2.3`, `…/libs/pkg/1.2.3/x.js`."""
    split = _ADDRESS.match(address[:_MAX_SPECIFIER].replace("%40", "@"))
    if split is None:
        return None
    path = split[2]
    found = _VERSIONED.search(path)
    if found:
        return Module(found[1], path[found.end() :].strip("/"), exact_version(found[2]))
    found = _LIBRARIES.search(path)
    if found:
        return Module(found[1], path[found.end() :].strip("/"), found[2])
    found = _UNVERSIONED.search(path)
    return Module(found[1], path[found.end() :].strip("/")) if found else None


def installed_module(path: str) -> Module | None:
    """The module that a path through `node_modules/` leads to, by the innermost such folder."""
    start = path.rfind("node_modules/")
    found = _INSTALLED.match(path, start) if start >= 0 else None
    if found is None or found[1] in (".pnpm", ".bin", ".cache", ".vite"):
        return None
    stored = _STORE.search(path)
    same = stored is not None and stored[1].replace("+", "/") == found[1]
    return Module(found[1], path[found.end() :].strip("/"), stored[2] if stored and same else "")


def exact_version(text: str) -> str:
    """The text if it is one version and no range."""
    return text if _EXACT.fullmatch(text) else ""
