"""Networks as reports show them: a small card each, printable already."""

from typing import NamedTuple

from scanner.model.network import NetworkCard
from scanner.model.report import Report
from scanner.reports.printable import printable


class NetworkView(NamedTuple):
    """One network in plain words."""

    id: str
    where: str
    format: str
    """The framework, and what the file calls the network and its maker."""
    goes_in: str
    comes_out: str
    meaning: str
    size: str
    is_recognised: bool


def view_networks(report: Report) -> tuple[NetworkView, ...]:
    """All cards, recognised networks first."""
    return tuple(_view(card) for card in report.networks)


def _view(card: NetworkCard) -> NetworkView:
    named = f", calls itself {card.name}" if card.name else ""
    made = f", made with {card.producer}" if card.producer else ""
    layers = sum(card.layers.values())
    size = [f"{card.parameters:,} learned numbers"] * bool(card.parameters) + [f"{layers:,} layers"] * bool(layers)
    return NetworkView(
        id=printable(card.id),
        where=printable(card.locator),
        format=printable(f"{card.framework}{named}{made}"),
        goes_in=printable(card.goes_in),
        comes_out=printable(card.comes_out),
        meaning=printable(card.meaning),
        size=" in ".join(size),
        is_recognised=bool(card.technologies),
    )
