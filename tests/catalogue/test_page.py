"""The page that lists the whole catalogue."""

import re

import pytest

from scanner.catalogue.load import Catalogue, read_catalogue, signature_root
from scanner.catalogue.page import catalogue_page
from scanner.evidence.confidence import weight_of
from scanner.model.technology import Indicator, Technology
from scanner.model.vocabulary import Capability, IndicatorKind, TechnologyKind, Weight


def technology(id_: str, *, name: str = "Acme Faces", **more: object) -> Technology:
    given: dict[str, object] = {
        "vendor": "Acme",
        "kind": TechnologyKind.LIBRARY,
        "group": "libraries",
        "summary": "Finds faces.",
        "references": ("https://example.com/",),
        "capabilities": (Capability.DETECTION,),
        "indicators": (Indicator(kind=IndicatorKind.PACKAGE, value="pkg:pypi/acme", seen_in="acme 1.0"),),
        "file": f"libraries/{id_}.yaml",
    }
    return Technology(id=id_, name=name, **{**given, **more})  # type: ignore[arg-type]  # the test's own words


def is_decisive(indicator: Indicator) -> bool:
    return weight_of(indicator) is Weight.DECISIVE


def page_of(*technologies: Technology) -> str:
    return catalogue_page(Catalogue(technologies, "0" * 64), is_decisive)


@pytest.mark.source_tree
def test_the_page_beside_the_signatures_is_current(request: pytest.FixtureRequest) -> None:
    page = signature_root() / "CATALOGUE.md"
    catalogue, errors = read_catalogue()
    assert not errors
    wanted = catalogue_page(catalogue, is_decisive)
    if request.config.getoption("--update-golden"):
        page.write_text(wanted, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == wanted


def test_each_technology_stands_once_with_its_proof() -> None:
    calls = tuple(
        Indicator(kind=IndicatorKind.CALL, value=f"python:acme.{name}", seen_in="acme 1.0") for name in ("find", "tell")
    )
    unseen = Indicator(kind=IndicatorKind.FILE, value="acme.dat")
    page = page_of(technology("acme-faces", indicators=(unseen, *calls)))

    assert page.count("`acme-faces`") == 1
    assert "| 2 of 3: 2 call | acme 1.0 |" in page


def test_a_technology_that_one_indicator_proves_is_counted() -> None:
    weak = Indicator(kind=IndicatorKind.FILE, value="acme.dat", seen_in="acme 1.0")
    unseen = Indicator(kind=IndicatorKind.CLASS, value="java:com.acme.faces.*")
    page = page_of(technology("acme-faces"), technology("acme-hint", indicators=(weak, unseen)))

    assert "| **all** | 2 | 0 | 2 | 1 | 3 | 2 |" in page


def test_what_recognises_stands_apart_from_what_only_finds_faces() -> None:
    recognises = Indicator(
        kind=IndicatorKind.CALL, value="python:b.who", grants=(Capability.IDENTIFICATION,), seen_in="b 2.0"
    )
    page = page_of(
        technology("a-finder"),
        technology("b-recogniser", indicators=(recognises,)),
        technology("c-unlock", capabilities=(Capability.DEVICE_UNLOCK,)),
    )
    headings = re.findall(r"^### (.*)$|`([abc]-\w+)`", page, re.MULTILINE)

    assert [heading or id_ for heading, id_ in headings] == [
        "Recognise people",
        "b-recogniser",
        "Find, describe or hide faces; recognise nobody",
        "a-finder",
        "Unlock the device they run on",
        "c-unlock",
    ]


def test_a_technology_without_any_seen_indicator_says_so() -> None:
    unseen = Indicator(kind=IndicatorKind.FILE, value="acme.dat")

    assert "| 0 of 1 |  |" in page_of(technology("acme-faces", indicators=(unseen,)))


def test_names_stay_one_cell_and_no_markup() -> None:
    page = page_of(technology("acme-faces", name="A|me [x](y)\n<b>"))

    assert r"[A\|me \[x\](y) \<b\>](libraries/acme-faces.yaml)" in page


def test_an_unknown_group_is_listed_after_the_known_ones() -> None:
    page = page_of(technology("a", group="zeppelins"), technology("b", group="products"))

    assert page.index("## Products and appliances") < page.index("## zeppelins")
