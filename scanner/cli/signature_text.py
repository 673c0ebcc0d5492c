"""A signature as text for a person, 80 columns wide."""

from collections.abc import Iterator

from scanner.cli.wrapping import wrapped
from scanner.model.technology import Indicator, Technology

_WIDTH = 80


def describe(technology: Technology) -> Iterator[str]:
    """The lines that show everything a signature says."""
    yield f"{technology.name} ({technology.id})"
    yield from _wrapped(technology.summary)
    yield ""
    yield from _field("Vendor", technology.vendor)
    yield from _field("Kind", technology.kind)
    yield from _field("Presence grants", ", ".join(technology.capabilities) or "nothing by itself")
    yield from _field("General purpose", "yes" if technology.general_purpose else "no")
    for reference in technology.references:
        yield from _field("Reference", reference)
    yield from _field("File", f"signatures/{technology.file}")
    yield from _indicators(technology)
    yield from _lookalikes(technology)
    yield from _examples(technology)


def _indicators(technology: Technology) -> Iterator[str]:
    verified = sum(indicator.verified for indicator in technology.indicators)
    yield ""
    yield f"Indicators: {len(technology.indicators)}, of which {verified} were seen in a real artifact"
    for indicator in technology.indicators:
        yield from _wrapped(f"{indicator.kind}: {indicator.value}", "- ")
        for part in indicator.all_of:
            yield from _wrapped(f"and {part.kind}: {part.value}", "  ")
        for remark in _remarks(indicator):
            yield from _wrapped(remark, "    ")


def _remarks(indicator: Indicator) -> Iterator[str]:
    """What else an indicator says, each in a few words."""
    said = {
        "grants": ", ".join(indicator.grants),
        "presence": indicator.presence or "",
        "weight": indicator.weight or "",
        "versions": indicator.versions,
        "counts as recognition only beside a": indicator.needs,
        "size in bytes:": str(indicator.size_bytes or ""),
        "note:": indicator.note,
    }
    yield from (f"{name} {value}" for name, value in said.items() if value)
    if indicator.general_purpose is not None:
        yield "a component with other uses" if indicator.general_purpose else "a component with no other use"
    yield f"seen in {indicator.seen_in}" if indicator.verified else "not verified: counts as referenced at most"


def _lookalikes(technology: Technology) -> Iterator[str]:
    if technology.lookalikes:
        yield ""
        yield "Look-alikes, which are not counted"
    for lookalike in technology.lookalikes:
        yield from _wrapped(f"{lookalike.kind}: {lookalike.value}", "- ")
        yield from _wrapped(lookalike.why, "    ")


def _examples(technology: Technology) -> Iterator[str]:
    yield ""
    yield f"Examples: {len(technology.examples)}"
    for example in technology.examples:
        gives = ", ".join(example.gives) or "nothing"
        yield from _wrapped(f"{example.name}: gives {gives}", "- ")


def _field(name: str, value: str) -> list[str]:
    return _wrapped(value, f"{name + ':':17}")


def _wrapped(text: str, begin: str = "") -> list[str]:
    return wrapped(text, begin, _WIDTH)
