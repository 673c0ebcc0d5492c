"""Which hosts the texts of an app's code name as addresses; asked of an app in which something matched."""

import re
from collections.abc import Iterable, Iterator

from scanner.formats.buffers import matches_in
from scanner.model.observation import Config, Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="code-hosts",
    version=1,
    line="Hosts that the code of an app for phones names in addresses (https://…)",
    specification="https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2",
    limits="That a host is named does not say that it is contacted. Addresses that are put together, and bare host "
    "names, are not seen. At most 100 hosts a file are told.",
    depth=True,
    deepens=("dex", "macho"),
    asks_after=("dex", "elf", "android-manifest", "macho", "text"),
)
_NAME = "named-host"
"""Under which such a host is told as a setting."""
_ADDRESS = re.compile(rb"://([a-zA-Z0-9](?:[a-zA-Z0-9-]|\.(?=[a-zA-Z0-9])){1,200})(?=[\0/:?#])")
_SCHEMES = (b"https", b"http", b"wss", b"ws")
_LONGEST_SCHEME = max(map(len, _SCHEMES))
_MOST_HOSTS = 100
_NO_ADDRESSES = frozenset(
    {
        "schemas.android.com", "www.w3.org", "schemas.xmlsoap.org", "xmlpull.org", "xml.org", "ns.adobe.com",
        "java.sun.com", "xml.apache.org", "www.apache.org", "apache.org", "localhost", "issuetracker.google.com",
        "developer.android.com", "developers.google.com", "github.com", "goo.gl", "youtrack.jetbrains.com",
        "www.apple.com", "developer.apple.com", "reactjs.org", "react.dev", "reactnative.dev", "fb.me",
    }
)  # fmt: skip
"""Names of XML vocabularies, of licences and of pages for programmers: they stand in code, and no app talks to them."""


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each host once, lower case, as a setting of the app."""
    yield from once((f"offset {at:#x}", host) for at, host in hosts_in(source.view(), budget))


def once(named: Iterable[tuple[str, str]]) -> Iterator[Config]:
    """Tell each host at its first place, as long as there are not too many."""
    told = set[str]()
    for place, host in named:
        if host not in told:
            told.add(host)
            yield Config(name=_NAME, value=host, place=place)
        if len(told) == _MOST_HOSTS:
            return


def hosts_in(data: memoryview, budget: Budget) -> Iterator[tuple[int, str]]:
    """Where which host is named in an address, in lower case."""
    for found in matches_in(_ADDRESS, data):
        budget.spend_items()
        start = found.start()
        host = found[1].decode("ascii").lower()
        before = bytes(data[max(0, start - _LONGEST_SCHEME) : start])
        if "." in host and host not in _NO_ADDRESSES and before.endswith(_SCHEMES):
            yield start + len("://"), host
