"""The catalogue as a page: every technology by group and by what it can do with a face, and how it was proved.

`signatures/CATALOGUE.md` is this page; `pytest tests/catalogue/test_page.py --update-golden` writes it anew. It holds
names and counts, never patterns: a page that held those would look like what it describes.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from scanner.catalogue.load import Catalogue
from scanner.model.technology import Indicator, Technology
from scanner.model.vocabulary import RECOGNITION, Capability

_GROUPS = {
    "libraries": "Libraries and server kits",
    "models": "Trained networks",
    "mobile-sdks": "Kits for phone apps",
    "cloud-apis": "Services in the cloud",
    "os-apis": "Parts of operating systems",
    "products": "Products and appliances",
}
"""Headings in reading order; a folder without one comes after them under its own name."""

_RECOGNISES = "Recognise people"
_ANALYSES = "Find, describe or hide faces; recognise nobody"
_UNLOCKS = "Unlock the device they run on"
_ABILITIES = (_RECOGNISES, _ANALYSES, _UNLOCKS)

_INTRODUCTION = """\
# The catalogue

<!-- Made by scanner/catalogue/page.py; pytest tests/catalogue/test_page.py --update-golden writes it anew. -->

What frscan knows, one signature a technology. [README.md](README.md) says how a signature is written and proved.
An indicator is *seen* when somebody saw it in a real artifact, which the signature names; one that nobody saw yet
counts as a mention at most. A *decisive* one can hardly be anything else. The last column names one such artifact;
`frscan signatures show ID` names all."""


def catalogue_page(catalogue: Catalogue, is_decisive: Callable[[Indicator], bool]) -> str:
    """The page as Markdown, ending in a newline. The same catalogue gives the same text.

    `is_decisive` tells whether an indicator is proof by itself: how much each weighs is known to who judges matches.
    """
    folders = sorted({technology.group for technology in catalogue.technologies} - set(_GROUPS))
    groups = {**_GROUPS, **{folder: folder for folder in folders}}
    sections = ["\n".join(_summary(catalogue.technologies, groups, is_decisive))]
    for group, heading in groups.items():
        members = [technology for technology in catalogue.technologies if technology.group == group]
        if members:
            sections.append("\n\n".join(_section(heading, members)))
    return "\n\n".join([_INTRODUCTION, *sections]) + "\n"


def _summary(
    technologies: Iterable[Technology], groups: dict[str, str], is_decisive: Callable[[Indicator], bool]
) -> Iterator[str]:
    yield (
        "| group | technologies | that recognise people | with an indicator seen | with a decisive one seen "
        "| indicators | of them seen |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|"
    everything = list(technologies)
    for group, heading in groups.items():
        yield _counts(heading, [technology for technology in everything if technology.group == group], is_decisive)
    yield _counts("**all**", everything, is_decisive)


def _counts(heading: str, members: list[Technology], is_decisive: Callable[[Indicator], bool]) -> str:
    indicators = sum(len(technology.indicators) for technology in members)
    seen = sum(_seen(technology) for technology in members)
    recognising = sum(_ability(technology) == _RECOGNISES for technology in members)
    proved = sum(_seen(technology) > 0 for technology in members)
    decided = sum(any(i.seen_in and is_decisive(i) for i in technology.indicators) for technology in members)
    return f"| {heading} | {len(members)} | {recognising} | {proved} | {decided} | {indicators} | {seen} |"


def _section(heading: str, members: list[Technology]) -> Iterator[str]:
    yield f"## {heading}"
    for ability in _ABILITIES:
        able = [technology for technology in members if _ability(technology) == ability]
        if able:
            yield f"### {ability}"
            yield "\n".join(_table(able))


def _table(members: Iterable[Technology]) -> Iterator[str]:
    yield "| technology | vendor | can do | indicators seen | for example in |"
    yield "|---|---|---|---|---|"
    for technology in sorted(members, key=lambda one: (one.name.casefold(), one.id)):
        cells = (
            f"[{_cell(technology.name)}]({technology.file.removeprefix('signatures/')}) `{technology.id}`",
            _cell(technology.vendor),
            ", ".join(_capabilities(technology)),
            _proof(technology),
            _cell(next((i.seen_in for i in technology.indicators if i.verified), "")),
        )
        yield f"| {' | '.join(cells)} |"


def _proof(technology: Technology) -> str:
    """How many indicators were seen, and of which kinds: `7 of 9: 4 calls, 2 packages, 1 file`."""
    kinds = Counter(str(indicator.kind) for indicator in technology.indicators if indicator.verified)
    counted = ", ".join(
        f"{number} {kind}" for kind, number in sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    )
    total = f"{_seen(technology)} of {len(technology.indicators)}"
    return f"{total}: {counted}" if counted else total


def _seen(technology: Technology) -> int:
    return sum(indicator.verified for indicator in technology.indicators)


def _ability(technology: Technology) -> str:
    granted = set(_capabilities(technology))
    if granted & RECOGNITION:
        return _RECOGNISES
    return _UNLOCKS if granted == {Capability.DEVICE_UNLOCK} else _ANALYSES


def _capabilities(technology: Technology) -> tuple[Capability, ...]:
    """All that its presence or one of its indicators grants, in the order of the vocabulary."""
    granted = {*technology.capabilities, *(c for indicator in technology.indicators for c in indicator.grants)}
    return tuple(capability for capability in Capability if capability in granted)


def _cell(text: str) -> str:
    """Text that stays one cell and no markup."""
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", " ".join(text.split()))
