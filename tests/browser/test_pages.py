"""The HTML reports in a real browser: no barrier that axe knows, no script, nothing cut off, readable in print.

`pytest tests/browser --screenshots FOLDER` keeps pictures to look at.
"""

from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from scanner.audits import Store, write_site
from scanner.reports import RenderOptions, formats, public_edition, with_baseline
from scanner.reports.graphs import graph_formats, view_graph
from tests.audits.auditing import AS_OF, decisions, two_audits
from tests.reports.sample import detector, empty_report, finding, rich_report
from tests.reports.test_hostile import HOSTILE, hostile_report

pytestmark = pytest.mark.browser

PAGES = {
    "rich": rich_report,
    "empty": empty_report,
    "public": lambda: public_edition(rich_report()),
    "compared": lambda: with_baseline(rich_report(), msgspec.structs.replace(rich_report(), findings=(detector(),))),
    "many": lambda: msgspec.structs.replace(rich_report(), findings=tuple(finding(n) for n in range(1, 104))),
    "hostile": lambda: hostile_report(HOSTILE[0]),
    "long-names": lambda: hostile_report(HOSTILE[7]),
}
VIEWS = {
    "light": {"viewport": {"width": 1280, "height": 900}},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "narrow": {"viewport": {"width": 320, "height": 800}},
    "print": {"viewport": {"width": 794, "height": 1123}},
}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


@pytest.fixture
def open_page(browser, tmp_path):
    """Open a report as a file, as its reader does; scripts of the page itself stay off."""
    contexts = []

    def opened(report, view, *, scripts=True):
        file = tmp_path / "report.html"
        file.write_text(formats()["html"].render(report, RenderOptions()), encoding="utf-8")
        context = browser.new_context(**VIEWS[view], java_script_enabled=scripts, offline=True, bypass_csp=True)
        contexts.append(context)
        page = context.new_page()
        page.goto(file.as_uri())
        if view == "print":
            page.emulate_media(media="print")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize(
    ("name", "view"),
    [
        *(("rich", view) for view in VIEWS),
        *((name, "light") for name in ("empty", "public", "compared")),
        ("hostile", "narrow"),
    ],
)
def test_axe_finds_no_barrier(name, view, open_page, request):
    page = open_page(PAGES[name](), view)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    folder = request.config.getoption("--screenshots")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}-{view}.png", full_page=True)
    assert barriers(page) == []


def barriers(page):
    """What axe finds on a page."""
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    return page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})"
        ".then(result => result.violations.map(v => [v.id, v.help, v.nodes.map(n => n.html)]))",
        RULES,
    )


@pytest.mark.parametrize("name", PAGES)
def test_nothing_has_to_be_scrolled_sideways_at_320_points(name, open_page):
    page = open_page(PAGES[name](), "narrow")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_page_says_everything_without_scripts(open_page):
    page = open_page(rich_report(), "light", scripts=False)
    assert "can recognise people by their faces" in page.inner_text("#summary")
    assert page.locator("svg[role=img]").count() == 1


def test_the_keyboard_leads_past_the_navigation_first(open_page):
    page = open_page(rich_report(), "light")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_what_is_folded_is_in_print(open_page, tmp_path):
    page = open_page(rich_report(), "print")
    folded = page.locator("details").last
    assert folded.evaluate("one => one.getBoundingClientRect().height") > 40


@pytest.mark.parametrize("view", VIEWS)
def test_the_overview_of_an_audit_has_no_barrier_and_fits(view, browser, tmp_path):
    plan, audit = two_audits(tmp_path)
    with Store(plan.store) as store:
        known = decisions(store, audit, decided=None)
        write_site(store, store.audits(plan.name)[0], tmp_path / "site", determinations=known, as_of=AS_OF)
    with browser.new_context(**VIEWS[view], offline=True, bypass_csp=True) as context:
        page = context.new_page()
        page.goto((tmp_path / "site" / "index.html").as_uri())
        if view == "print":
            page.emulate_media(media="print")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert barriers(page) == []


@pytest.mark.parametrize("view", VIEWS)
def test_the_page_of_a_graph_has_no_barrier_and_fits(view, browser, tmp_path):
    file = tmp_path / "graph.html"
    file.write_text(graph_formats()["html"].render(view_graph(rich_report())), encoding="utf-8")
    with browser.new_context(**VIEWS[view], offline=True, bypass_csp=True) as context:
        page = context.new_page()
        page.goto(file.as_uri())
        if view == "print":
            page.emulate_media(media="print")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert barriers(page) == []
