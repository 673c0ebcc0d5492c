"""Build: how the native files in which something was seen were made, as far as they still tell.

None of it makes a finding. A build id names the exact build to its maker; names of sources and compilers tell a person
whose code it is, where the file was renamed and its symbols were taken out.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from scanner.evidence.group import Group
from scanner.model.artifact import ArtifactFacts
from scanner.model.finding import BuildFact
from scanner.model.observation import BuildTrace
from scanner.model.vocabulary import BuildWord

_MOST_OF_FILE, _MOST_OF_COMPONENT = 40, 200
"""A report is no listing of sources."""
_ORDER = {word: number for number, word in enumerate(BuildWord)}


def build_facts(groups: Iterable[Group], facts: Mapping[str, ArtifactFacts]) -> dict[str, tuple[BuildFact, ...]]:
    """What the matched artifacts of each component (by id) tell, in the order of the artifacts' locators."""
    artifacts: dict[str, set[str]] = {}
    for group in groups:
        artifacts.setdefault(group.owner.id, set()).update(match.artifact for _, match in group.matches)
    found: dict[str, tuple[BuildFact, ...]] = {}
    for component, locators in artifacts.items():
        told = (fact for locator in sorted(locators) if locator in facts for fact in _of(facts[locator]))
        found[component] = tuple(islice(told, _MOST_OF_COMPONENT))
    return found


def _of(item: ArtifactFacts) -> Iterator[BuildFact]:
    traces = [seen for seen in item.observations if isinstance(seen, BuildTrace)]
    for seen in sorted(traces, key=lambda trace: _ORDER[trace.what])[:_MOST_OF_FILE]:
        yield BuildFact(what=seen.what, value=seen.value, locator=item.artifact.locator, place=seen.place)
