"""Build: how the native files in which something was seen were made, as far as they still tell.

None of it makes a finding. A build id names the exact build to its maker; names of sources and compilers tell a person
whose code it is, where the file was renamed and its symbols were taken out.
"""

from collections.abc import Iterable, Iterator, Mapping

from scanner.evidence.group import Group
from scanner.model.artifact import ArtifactFacts
from scanner.model.finding import BuildFact
from scanner.model.observation import BuildTrace
from scanner.model.vocabulary import BuildWord

_MOST_FACTS = 40
"""Of one file; a report is no listing of sources."""
_ORDER = {word: number for number, word in enumerate(BuildWord)}


def build_facts(groups: Iterable[Group], facts: Mapping[str, ArtifactFacts]) -> dict[str, tuple[BuildFact, ...]]:
    """What the matched artifacts of each component (by id) tell, in the order of the artifacts' locators."""
    artifacts: dict[str, set[str]] = {}
    for group in groups:
        artifacts.setdefault(group.owner.id, set()).update(match.artifact for _, match in group.matches)
    found = {
        component: tuple(fact for locator in sorted(locators) if locator in facts for fact in _of(facts[locator]))
        for component, locators in artifacts.items()
    }
    return {component: told for component, told in found.items() if told}


def _of(item: ArtifactFacts) -> Iterator[BuildFact]:
    traces = [seen for seen in item.observations if isinstance(seen, BuildTrace)]
    for seen in sorted(traces, key=lambda trace: _ORDER[trace.what])[:_MOST_FACTS]:
        yield BuildFact(what=seen.what, value=seen.value, locator=item.artifact.locator, place=seen.place)
