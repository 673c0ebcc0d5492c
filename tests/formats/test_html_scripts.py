"""The reader of scripts in pages and components."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.formats import html_scripts
from scanner.model.observation import Call, Import, Package
from scanner.model.vocabulary import Cause
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

PAGE = b"""<!doctype html>
<script src="https://cdn.example/npm/one@1.2.3/dist/one.min.js"></script>
<SCRIPT SRC='//cdn.example/@scope/two@latest/x.js' defer></SCRIPT>
<link rel=modulepreload href="/node_modules/three/index.js">
<link rel="stylesheet" href="https://cdn.example/npm/style@1.0.0/a.css">
<!-- <script src="https://cdn.example/npm/no@1.0.0/a.js"></script> -->
<script type="importmap">{"imports": {"four": "https://cdn.example/four@4.0.0/a.js", "five/": "/lib/five/"}}</script>
<script type="text/template">lib.no()</script>
<script>

  lib.start(); // <script> in a script
</script>
<script type="module">import six from "six"; six.go()
"""


def test_scripts_of_a_page_give_packages_imports_and_calls():
    assert read(html_scripts, BytesSource("page.html", PAGE)) == [
        Package(purl="pkg:npm/one", version="1.2.3", role="declares", place="line 2"),
        Import(language="js", name="one", place="line 2"),
        Package(purl="pkg:npm/%40scope/two", role="declares", place="line 3"),
        Import(language="js", name="@scope/two", place="line 3"),
        Package(purl="pkg:npm/three", role="declares", place="line 4"),
        Import(language="js", name="three", place="line 4"),
        Package(purl="pkg:npm/four", version="4.0.0", role="declares", place="line 7, import map"),
        Import(language="js", name="four", place="line 7, import map"),
        Import(language="js", name="five", place="line 7, import map"),
        Call(language="js", name="lib.start", by="page.html", place="line 11"),
        Import(language="js", name="six", place="line 13"),
        Call(language="js", name="six.go", by="page.html", place="line 13"),
    ]


def test_a_component_may_be_written_in_typescript():
    text = b'<p/>\n<script setup lang="ts">\nimport { a } from "pkg";\nconst b: T<X> = a<Y>(1);\n</script>'
    assert read(html_scripts, BytesSource("a.vue", text)) == [
        Import(language="js", name="pkg", place="line 3"),
        Call(language="js", name="pkg.a", by="a.vue", place="line 4"),
    ]


@pytest.mark.parametrize("text", [b"[", b"[]", b'{"imports": []}', b'{"scopes": {"/": 1}}', b"[" * 100_000])
def test_a_broken_import_map_gives_nothing(text: bytes):
    assert read(html_scripts, BytesSource("a.html", b"<script type=importmap>" + text + b"</script>")) == []


def test_a_comment_that_nothing_closes_hides_nothing():
    assert read(html_scripts, BytesSource("a.html", b'<!-- <script>require("pkg")</script>')) == [
        Import(language="js", name="pkg", place="line 1")
    ]


def test_a_broken_script_does_not_cost_the_next():
    text = b"<script>" + b"}{ @ = ? ) " * 400 + b'</script><script>require("pkg")</script>'
    seen, stopped = read_until_stopped(html_scripts, BytesSource("a.html", text))
    assert seen == [Import(language="js", name="pkg", place="line 1")]
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED


def test_a_very_long_page_is_not_read():
    _, stopped = read_until_stopped(html_scripts, BytesSource("a.html", b" " * (9 * 1024 * 1024)))
    assert stopped is not None
    assert stopped.cause is Cause.LIMIT


@pytest.mark.parametrize("text", [b"<!--" * 100_000, b"<link a='" * 50_000, b"<script x" + b" " * 500_000])
def test_markup_without_an_end_is_no_harm(text: bytes):
    read_until_stopped(html_scripts, BytesSource("a.html", text))


@given(junk=st.binary(max_size=30), cut=st.integers(0, len(PAGE)))
def test_a_mutated_page_gives_observations_or_unreadable(junk: bytes, cut: int):
    read_until_stopped(html_scripts, BytesSource("a.html", PAGE[:cut] + junk + PAGE[cut + len(junk) :]))
