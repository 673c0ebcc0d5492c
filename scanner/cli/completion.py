"""What the tabulator key offers for the values of options, once `frscan --install-completion` was run.

Each function gives all words; typer keeps those that begin as the user began. Nothing is imported before it is asked.
"""


def operators() -> list[str]:
    """Words for `--operator`."""
    from scanner.model.vocabulary import Operator

    return list(Operator)


def places() -> list[str]:
    """Words for `--place`."""
    from scanner.model.vocabulary import Place

    return list(Place)


def acts() -> list[str]:
    """Words for `--act`."""
    from scanner.model.vocabulary import Act

    return list(Act)


def purposes() -> list[str]:
    """Words for `--purpose`: those of the laws' exceptions, and those that a law asks for."""
    from scanner.ordinances import laws

    return sorted(
        {word for law in laws() for words in (law.purposes, *(e.purposes for e in law.exceptions)) for word in words}
    )


def jurisdictions() -> list[str]:
    """The places for which there are laws."""
    from scanner.ordinances import laws

    return sorted({law.jurisdiction for law in laws()})


def law_ids() -> list[str]:
    """The laws."""
    from scanner.ordinances import laws

    return [law.id for law in laws()]


def report_formats() -> list[str]:
    """Words for `-f` of a report."""
    from scanner.reports import formats

    return list(formats())


def graph_formats() -> list[str]:
    """Words for `-f` of a graph."""
    from scanner.reports.graphs import graph_formats as known

    return list(known())


def thresholds() -> list[str]:
    """Words for `--fail-on`."""
    from scanner.model.vocabulary import Outcome, Verdict

    return [*Verdict, *Outcome, "never"]
