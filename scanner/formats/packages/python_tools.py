"""Programs written in Python, each installed into an environment of its own: by pipx, and by `uv tool`.

What such an environment holds was brought along by the program and goes with it.
"""

import re
from collections.abc import Iterator

from scanner.formats.json_tree import json_object, part, word
from scanner.formats.packages.purls import pypi_purl
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Observation, Owns
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="python-tools",
    version=1,
    line="Programs that pipx and uv installed, each with an environment of its own",
    specification="https://pipx.pypa.io/stable/explanation/how-pipx-works/, https://docs.astral.sh/uv/concepts/tools/",
    limits="What somebody added to such an environment by hand (pipx inject) counts as the program's, too.",
    names=("pipx_metadata.json", "uv-receipt.toml"),
)
_NAMED = re.compile(r"""(?:requirements\s*=\s*\[)?\s*\{\s*name\s*=\s*["']([\w.-]{1,200})["']""")


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the environment as the program's. Raises `Unreadable` (damaged, limit): not the file it should be."""
    if source.name.lower().endswith(".json"):
        main = part(json_object(source, budget), "main_package")
        yield from _whole(word(main, "package"), word(main, "package_version"), "main_package")
        return
    for number, line in numbered_lines(source, budget):
        named = _NAMED.match(line)
        if named:
            yield from _whole(named[1], "", f"line {number}")
            return


def _whole(name: str, version: str, place: str) -> Iterator[Owns]:
    purl = pypi_purl(name)
    if purl is not None:
        yield Owns(purl=purl, version=version, path="./", as_one=True, place=place)
