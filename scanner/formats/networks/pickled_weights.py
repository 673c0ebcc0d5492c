"""Weights of a network in a pickle that no framework made: arrays under keys."""

from scanner.formats.networks.blueprint import Blueprint
from scanner.formats.networks.pickle_parts import parts_of
from scanner.formats.networks.pickle_values import Block, Value
from scanner.model.observation import Network
from scanner.model.source import Budget


def weights_in(value: Value, budget: Budget) -> Network:
    """The network by the shapes of its arrays; keys are not told, for they may be names of people."""
    plan = Blueprint("pickle", budget)
    for _, part in parts_of(value, budget):
        if isinstance(part, Block):
            plan.weight("", part.shape, part.type)
    return plan.network("pickle")
