"""Which artifacts the catalogue speaks of: the same whether it is asked while facts come in or when all are there."""

import pytest

from scanner.catalogue.index import Index
from scanner.engine.facts import Facts
from scanner.engine.spoken_of import SpokenOf
from scanner.model.observation import ClassName, Library
from tests.catalogues import facts, indicator, technology

INDEX = Index((technology(indicator("class", "java:com.example.face.*"), indicator("library", "libface.so")),))


def named(name: str, role: str = "defines") -> ClassName:
    return ClassName(language="java", name=name, role=role, place="x")


HELPINGS = [
    facts(named("com.other.A"), locator="a/plain.dex", kind="dex"),
    facts(named("com.example.face.A"), locator="b/first.dex", kind="dex"),
    facts(named("com.other.B"), locator="c/later.dex", kind="dex"),
    facts(locator="d/libface.so", kind="elf"),
    facts(Library(name="libc.so", role="links", place="x"), locator="e/plain.so", kind="elf"),
    # What deeper readers say goes by the reader's name, and counts for the artifact as it came first.
    facts(named("com.example.face.B", "references"), locator="c/later.dex", kind="dex-references"),
    facts(named("com.example.face.C", "references"), locator="b/first.dex", kind="dex-references"),
]


@pytest.mark.parametrize("asked_between", [0, 3, 6])
def test_asking_while_facts_come_in_gives_what_asking_at_the_end_does(asked_between: int) -> None:
    store = Facts()
    at_once, at_the_end = SpokenOf(store, INDEX), SpokenOf(store, INDEX)
    for number, found in enumerate(HELPINGS):
        store.add(found)
        at_once.note(found)
        if number == asked_between:
            list(map(at_once.matches, at_once.items()))
    assert at_once.locators() == at_the_end.locators() == ["b/first.dex", "c/later.dex", "d/libface.so"]
    assert [*map(at_once.matches, at_once.items())] == [*map(at_the_end.matches, at_the_end.items())]
    assert [len(at_once.matches(item)) for item in at_once.items()] == [2, 1, 1]
