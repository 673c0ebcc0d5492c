"""Lints: is a signature that can be loaded also a good one?

A lint is a function decorated with `rule` in a module of this package, found by its place. It yields a `Flaw` for
everything it objects to; the rule's recommendation tells a newcomer what to do about it. What the loader refuses
(unknown keys, an indicator of no kind, nothing that proves it) is not asked again here; whether the examples really
give what they promise needs the whole engine and is asked by `frscan signatures test`.
"""

import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache

import msgspec

from scanner.catalogue.load import Catalogue
from scanner.catalogue.signature_error import SignatureError
from scanner.model.technology import Indicator, Technology
from scanner.model.vocabulary import IndicatorKind


class LintProblem(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One objection to one signature."""

    file: str
    """Path below the signatures folder."""
    line: int
    rule: str
    """Id of the rule, kebab-case."""
    message: str
    recommendation: str


class Flaw(msgspec.Struct, frozen=True):
    """What a rule found: the line, what is wrong as a whole sentence, and the file if it is not the YAML."""

    line: int
    message: str
    file: str = ""


@dataclass(frozen=True)
class Surroundings:
    """What a rule may know beyond the one technology."""

    ids: frozenset[str] = frozenset()
    owners: dict[tuple[IndicatorKind, str], tuple[str, ...]] = field(default_factory=dict)
    """For each kind and value (lower case) of an indicator, the ids of the technologies that have it."""

    def owners_of(self, indicator: Indicator) -> tuple[str, ...]:
        """The ids of the technologies with the same indicator, sorted."""
        return self.owners.get(_what(indicator), ())


Check = Callable[[Technology, Surroundings], Iterator[Flaw]]


@dataclass(frozen=True)
class Rule:
    """A lint."""

    id: str
    """Its function's name in kebab-case."""
    line: str
    """What it asks, in one line: the function's docstring."""
    recommendation: str
    check: Check


def rule(recommendation: str) -> Callable[[Check], Rule]:
    """Make a rule of a function; its name becomes the id, its docstring the description."""

    def made(check: Check) -> Rule:
        name = getattr(check, "__name__", "")
        return Rule(name.replace("_", "-"), (check.__doc__ or "").strip(), recommendation, check)

    return made


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule of this package, sorted by id."""
    modules = (importlib.import_module(f"{__name__}.{entry.name}") for entry in pkgutil.iter_modules(__path__))
    found = {value.id: value for module in modules for value in vars(module).values() if isinstance(value, Rule)}
    return tuple(found[id_] for id_ in sorted(found))


def lint(catalogue: Catalogue) -> tuple[LintProblem, ...]:
    """Ask every rule about every technology. Sorted by file and line."""
    surroundings = _surroundings(catalogue)
    problems = [
        LintProblem(
            file=flaw.file or technology.file,
            line=flaw.line,
            rule=asked.id,
            message=flaw.message,
            recommendation=asked.recommendation,
        )
        for technology in catalogue.technologies
        for asked in rules()
        for flaw in asked.check(technology, surroundings)
    ]
    return tuple(sorted(problems))


def loading_problem(error: SignatureError) -> LintProblem:
    """A mistake that the loader found, as a lint reports it."""
    advice = "signatures/README.md lists what may stand in a signature."
    return LintProblem(
        file=error.file, line=error.line, rule="cannot-be-loaded", message=error.message, recommendation=advice
    )


def indicators_of(technology: Technology) -> Iterator[Indicator]:
    """Every indicator, those under `all` after the one that holds them."""
    for indicator in technology.indicators:
        yield indicator
        yield from indicator.all_of


def _what(indicator: Indicator) -> tuple[IndicatorKind, str]:
    return indicator.kind, indicator.value.lower()


def _surroundings(catalogue: Catalogue) -> Surroundings:
    owners: dict[tuple[IndicatorKind, str], set[str]] = defaultdict(set)
    for technology in catalogue.technologies:
        for indicator in technology.indicators:
            if not indicator.all_of:
                owners[_what(indicator)].add(technology.id)
    return Surroundings(
        ids=frozenset(technology.id for technology in catalogue.technologies),
        owners={what: tuple(sorted(ids)) for what, ids in owners.items()},
    )
