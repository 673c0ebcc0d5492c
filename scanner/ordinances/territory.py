"""Which territories a place lies in, so that a deployment names the narrowest and is asked about all."""

EU = "eu"
_MEMBERS = frozenset("at be bg cy cz de dk ee es fi fr gr hr hu ie it lt lu lv mt nl pl pt ro se si sk".split())  # noqa: SIM905
"""The European Union's members by their ISO 3166-1 codes (since 2020-02-01)."""


def ancestry(place: str) -> tuple[str, ...]:
    """A jurisdiction and all that it lies in: `us-ma-boston` gives itself, `us-ma` and `us`; `de` also gives `eu`."""
    parts = place.split("-", 2)  # the place itself may hold hyphens: us-ca-san-francisco
    around = tuple("-".join(parts[:length]) for length in range(len(parts), 0, -1))
    return (*around, EU) if parts[0] in _MEMBERS else around
