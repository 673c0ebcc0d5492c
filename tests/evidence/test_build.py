"""How native files were made stands with the component in which something was seen, and makes no finding."""

from scanner.model.observation import BuildTrace, Library
from scanner.model.vocabulary import BuildWord
from tests.catalogues import facts, indicator, technology
from tests.evidence.weighing import weighed

LIBRARY = technology(indicator("library", "libface.so"))


def native(name: str, *traces: BuildTrace, linked: str = "libface.so"):
    return facts(Library(name=linked, role="links", place="DT_NEEDED[0]"), *traces, locator=name, kind="elf")


def trace(what: BuildWord, value: str) -> BuildTrace:
    return BuildTrace(what=what, value=value, place="here")


def test_what_a_matched_file_tells_of_its_making_stands_with_its_component_in_one_order():
    door = native("door", trace(BuildWord.SOURCE, "door.c"), trace(BuildWord.BUILD_ID, "ab12"))
    (component,) = weighed(door, technologies=(LIBRARY,)).components
    assert [(fact.what, fact.value, fact.locator) for fact in component.build] == [
        ("build-id", "ab12", "door"),
        ("source", "door.c", "door"),
    ]


def test_a_file_in_which_nothing_matched_tells_nothing():
    other = native("other", trace(BuildWord.BUILD_ID, "cd34"), linked="libc.so.6")
    found = weighed(native("door"), other, technologies=(LIBRARY,))
    assert [component.build for component in found.components] == [()]
    assert [finding.component.name for finding in found.findings] == ["door"]


def test_a_thousand_sources_are_no_listing():
    sources = [trace(BuildWord.SOURCE, f"{number}.c") for number in range(1000)]
    members = [native(f"libx.a!/{number}.o", *sources) for number in range(20)]
    (component,) = weighed(*members, technologies=(LIBRARY,)).components
    assert component.name == "libx.a"
    assert len(component.build) == 200
