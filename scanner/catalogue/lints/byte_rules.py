"""The .yar file beside a signature: it compiles, and it and the YAML name the same rules."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from scanner.catalogue.lints import Flaw, Surroundings, indicators_of, rule
from scanner.model.technology import Technology
from scanner.model.vocabulary import IndicatorKind


@rule("Correct the rule until it compiles without a warning; a slow pattern slows every scan.")
def byte_rules_compile(technology: Technology, _: Surroundings) -> Iterator[Flaw]:
    """The .yar compiles, without includes and without warnings."""
    problem = _compiled(technology.yara_source)[1]
    if problem:
        line = re.search(r"line (\d+)", problem)
        yield Flaw(int(line[1]) if line else 1, f"does not compile: {problem}.", _rule_file(technology))


@rule("Give a rule of the .yar and its `yara:` indicator the same name; write helper rules as `private rule`.")
def byte_rules_are_named_alike(technology: Technology, _: Surroundings) -> Iterator[Flaw]:
    """Every `yara` indicator names a rule of the .yar, and every rule there is named."""
    rules, problem = _compiled(technology.yara_source)
    if problem:
        return  # the other rule says so
    named = set()
    for indicator in indicators_of(technology):
        if indicator.kind is IndicatorKind.YARA:
            named.add(indicator.value)
            if indicator.value not in rules:
                where = _rule_file(technology)
                yield Flaw(indicator.line, f"the rule '{indicator.value}' is not in {where}.")
    for unused in sorted(rules - named):
        yield Flaw(1, f"no indicator names the rule '{unused}'.", _rule_file(technology))


def _rule_file(technology: Technology) -> str:
    return str(PurePosixPath(technology.file).with_suffix(".yar"))


def _compiled(source: str) -> tuple[frozenset[str], str]:
    """The names of the public rules, or what is wrong with the source."""
    if not source:
        return frozenset(), ""
    import yara

    try:
        compiled = yara.compile(source=source, includes=False, error_on_warning=True)
    except yara.Error as error:
        return frozenset(), str(error).removesuffix(".")
    return frozenset(one.identifier for one in compiled if not one.is_private), ""
