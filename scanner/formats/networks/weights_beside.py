"""Weights in a file of their own beside the graph: that they are there, and how large."""

from scanner.formats.networks.blueprint import Blueprint
from scanner.model.source import Source


def tell_weights_beside(source: Source, plan: Blueprint, graph_ending: str, weights_ending: str) -> None:
    """Put the size of the neighbour into the plan whose name differs in its ending, if there is one.

    Not its name: patterns over what a network tells are no patterns over names of files.
    """
    if not source.name.lower().endswith(graph_ending):
        return
    beside = source.group(source.name[: -len(graph_ending)] + weights_ending)
    if beside is not None:
        plan.tells(f"weights=a {weights_ending} file of {beside.size} bytes beside it")
