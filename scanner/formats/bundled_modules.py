"""Traces that bundlers leave of the packages they put into one file, found without parsing it.

// node_modules/pkg/dist/index.js                 esbuild, not minified
"node_modules/pkg/index.js"(exports) {            esbuild, CommonJS modules
/***/ "./node_modules/pkg/index.js":              webpack, development
!*** ./node_modules/pkg/index.js ***!             webpack, development
;// ./node_modules/pkg/index.js                   webpack 5 (CONCATENATED MODULE)
/*! pkg v1.2.3 | licence … */                     banners, kept by all minifiers
/*! Bundled license information: …                esbuild's list of files that had one
"""

import re
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from scanner.formats.javascript_modules import Module, installed_module, module_of
from scanner.formats.packages.purls import npm_purl
from scanner.model.observation import Package
from scanner.model.source import Budget

_FOLDER = re.compile(rb"node_modules/")
_PATH_CHARACTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.~@+/-"
_MARK = re.compile(
    rb"^\s{0,20};?//[ \t]{1,4}(?:CONCATENATED MODULE: |npm:)?$"
    rb"|!\*\*\* (?:external )?[\"']?$"
    rb"|/\*\*\*/ \(?[\"']$"
    rb"|^\s{0,20}[\"']$"
)
"""What stands before the path, to the line's beginning, where the path names a module of this file."""
_STRING_KEY = re.compile(rb"[\"'](?:\(|:\s*(?:\(|function|/\*))")
"""What stands behind a path in quotes that is the key of a module, not any string."""
_PATH = re.compile(rb"[\w.~@+/-]{1,400}")
_BANNER = re.compile(
    rb"/\*!\s{0,8}\*?\s{0,8}(@?[A-Za-z][\w./-]{1,80})[ ,]{1,4}(?:v|version )?(\d{1,5}\.\d{1,5}\.\d[\w.-]{0,40})"
)
_LICENCES = re.compile(rb"/\*! Bundled license information:")
_LICENSED = re.compile(rb"^([@\w][\w.@/-]{1,300}\.[cm]?js):$", re.MULTILINE)
_LICENCES_BYTES = 262_144
_LINE_BYTES = 400


class _Trace(NamedTuple):
    module: Module
    offset: int


def bundled_packages(data: bytes, budget: Budget) -> Iterator[Package]:
    """Yield each package of which a trace stands in the text as installed, once."""
    seen: set[str] = set()
    line, counted = 1, 0
    found = sorted(chain(_paths(data, budget), _banners(data, budget), _licensed(data, budget)), key=lambda t: t.offset)
    for module, offset in found:
        purl = npm_purl(module.package)
        if purl is None or purl in seen:
            continue
        seen.add(purl)
        line, counted = line + data.count(b"\n", counted, offset), offset
        yield Package(purl=purl, version=module.version, role="installed", place=f"line {line}")


def _paths(data: bytes, budget: Budget) -> Iterator[_Trace]:
    end_of_last = 0
    for folder in _FOLDER.finditer(data):
        budget.spend_items()
        if folder.start() < end_of_last:
            continue
        before = _before(data, folder.start())
        path = _PATH.match(data, folder.start()) if _MARK.search(before) else None
        if path is None:
            continue
        end_of_last = path.end()
        if before.strip() in (b'"', b"'") and not _STRING_KEY.match(data, path.end()):
            continue
        module = installed_module(path[0].decode("ascii"))
        if module is not None:
            yield _Trace(module, folder.start())


def _before(data: bytes, offset: int) -> bytes:
    """What stands in the line before the path that leads through an offset."""
    window = data[max(offset - _LINE_BYTES, 0) : offset]
    head, _, line = window.rpartition(b"\n")
    before = line.rstrip(_PATH_CHARACTERS)
    if line[len(before) :][-1:] not in (b"", b"/"):
        return b"\0"
    return before if head or len(window) < _LINE_BYTES else b"\0" + before


def _banners(data: bytes, budget: Budget) -> Iterator[_Trace]:
    for banner in _BANNER.finditer(data):
        budget.spend_items()
        module = module_of(banner[1].decode("ascii").lower())
        if module is not None and not module.path:
            yield _Trace(module._replace(version=banner[2].decode("ascii").rstrip(".-")), banner.start())


def _licensed(data: bytes, budget: Budget) -> Iterator[_Trace]:
    for block in _LICENCES.finditer(data):
        budget.spend_items()
        end = data.find(b"*/", block.end(), block.end() + _LICENCES_BYTES)
        for entry in _LICENSED.finditer(data, block.end(), end if end >= 0 else block.end() + _LICENCES_BYTES):
            budget.spend_items()
            module = module_of(entry[1].decode("ascii"))
            if module is not None and module.path:
                yield _Trace(module, entry.start())
