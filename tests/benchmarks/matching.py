"""`python -m tests.benchmarks.matching`: CPU seconds to match a million observations against the whole catalogue.

The observations are those of ordinary software (names that match nothing) with one in a thousand taken from the
signatures' own examples.
"""

import time
from itertools import cycle, islice

import msgspec

from scanner.catalogue.index import Index
from scanner.catalogue.load import load_catalogue
from scanner.matching.match import matches_of
from scanner.model.artifact import Artifact, ArtifactFacts
from scanner.model.observation import Call, ClassName, Import, Library, Observation, Package, Symbol

_MILLION = 1_000_000
_A_FILE = 1000


def _ordinary(number: int) -> Observation:
    place, kind = f"row {number}", number % 6
    name = f"acme{number % 9973}"
    if kind == 0:
        return ClassName(language="java", name=f"org.{name}.shop.Cart{number % 89}", role="references", place=place)
    if kind == 1:
        return Call(language="java", name=f"org.{name}.shop.Cart.add{number % 97}", place=place)
    if kind == 2:
        return Symbol(name=f"_ZN4{name}5shop{number % 83}Ev", role="imports", place=place)
    if kind == 3:
        return Import(language="python", name=f"{name}.shop.cart", place=place)
    if kind == 4:
        return Library(name=f"lib{name}.so.{number % 7}", role="links", place=place)
    return Package(purl=f"pkg:npm/{name}", version="1.0.0", role="declares", place=place)


def main() -> None:
    """Print CPU seconds per million observations and how many matched."""
    catalogue = load_catalogue()
    index = Index(catalogue.technologies)
    told = [o for t in catalogue.technologies for e in t.examples for o in e.observations if o.get("kind") != "network"]
    telling = cycle(msgspec.convert(told, list[Observation]))
    files = [
        ArtifactFacts(
            artifact=Artifact(locator=f"{start}.bin", name=f"{start}.bin", type="data", size=1),
            observations=(*map(_ordinary, range(start, start + _A_FILE - 1)), *islice(telling, 1)),
        )
        for start in range(0, _MILLION, _A_FILE)
    ]
    begun = time.process_time()
    matched = sum(1 for item in files for _ in matches_of(item, index))
    took = time.process_time() - begun
    count = len(catalogue.technologies)
    print(f"{took:.1f} CPU seconds for 1,000,000 observations, {count} technologies; {matched} matched")


if __name__ == "__main__":
    main()
