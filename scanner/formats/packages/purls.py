"""Package URLs without version, each ecosystem's names normalised as its registry does.

Specification: https://github.com/package-url/purl-spec. A name that makes no package URL gives None: metadata in the
wild holds empty and broken names, and they identify nothing.
"""

import re
from functools import lru_cache

_SEPARATORS = re.compile(r"[-_.]+")
_MAX_NAME = 1024
_PLAIN_KINDS = frozenset({"apk", "cargo", "conda", "deb", "gem", "maven", "npm", "pypi", "rpm"})
_PLAIN = re.compile(r"(?:(@?)([a-z0-9][a-z0-9.-]*/))?([a-z0-9][a-z0-9.-]*)")
"""A name that these ecosystems rewrite in no way, and that stands in a package URL as it is."""


def maven_purl(group: str, artifact: str) -> str | None:
    """`pkg:maven/group/artifact`."""
    return _purl("maven", group, artifact) if group else None


def pypi_purl(name: str) -> str | None:
    """`pkg:pypi/name`, lower case, with runs of `-`, `_` and `.` as one `-` (PEP 503)."""
    return _purl("pypi", "", _SEPARATORS.sub("-", name).lower())


def conda_purl(name: str) -> str | None:
    """`pkg:conda/name`, lower case."""
    return _purl("conda", "", name.lower())


def npm_purl(name: str) -> str | None:
    """`pkg:npm/name` or `pkg:npm/%40scope/name`."""
    scope, _, plain = name.rpartition("/")
    return None if "/" in scope else _purl("npm", scope, plain)


def package_purl(kind: str, name: str, namespace: str = "") -> str | None:
    """`pkg:kind/namespace/name` for ecosystems whose names need no rewriting beyond what package URLs say."""
    return _purl(kind, namespace, name)


@lru_cache(maxsize=4096)
def _purl(kind: str, namespace: str, name: str) -> str | None:
    plain = _PLAIN.fullmatch(f"{namespace}/{name}" if namespace else name) if kind in _PLAIN_KINDS else None
    if plain and len(namespace) + len(name) <= _MAX_NAME:
        # So are nearly all, and the library takes 40 ms to import.
        return f"pkg:{kind}/{'%40' if plain[1] else ''}{plain[2] or ''}{plain[3]}"
    from packageurl import PackageURL

    if not name.strip().strip("/") or len(namespace) + len(name) > _MAX_NAME:
        return None
    try:
        return PackageURL(kind, namespace or None, name).to_string()
    except ValueError:
        return None
