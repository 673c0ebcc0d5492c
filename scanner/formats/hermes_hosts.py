"""Which hosts the compiled JavaScript of a React Native app names as addresses.

Asked of every such file, and not only where something matched: there is one in an app, and its texts are short.
"""

from collections.abc import Iterator

from scanner.formats.code_hosts import hosts_in, once
from scanner.formats.hermes_tables import MAGIC, tables_of, texts
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Magic, Source

INFO = Info(
    name="hermes-hosts",
    version=1,
    line="Hosts that the compiled JavaScript of React Native apps (Hermes) names in addresses",
    specification="https://github.com/facebook/hermes, include/hermes/BCGen/HBC/BytecodeFileFormat.h",
    limits="That a host is named does not say that it is contacted. At most 100 hosts a file are told.",
    magics=(Magic(MAGIC),),
)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each host once; nothing of a file whose tables do not add up, which its container reports."""
    tables = tables_of(source, budget)
    if tables is not None:
        named = enumerate(texts(source, tables, budget))
        yield from once(
            (f"text[{number}]", host)
            for number, text in named
            if b"://" in text
            for _, host in hosts_in(memoryview(text + b"\0"), budget)
        )
