"""Which sources are worth parsing: what is cheaper to ask must never say no where parsing would find something."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.formats import python_source, settings_json
from scanner.formats.javascript_relevance import asks_for, declares_with
from scanner.formats.python_relevance import may_concern
from scanner.formats.settings_relevance import may_hold_settings
from scanner.model.observation import Call
from tests.formats.reading import read
from tests.sources import BytesSource


@pytest.mark.parametrize(
    "source",
    [
        "import acme_faces",
        "import os, acme_faces as a",
        "import os, \\\n    acme_faces",
        "if x:\n\tfrom acme_faces.deep import thing",
        "from  acme_faces import (\n    one,  # first (of two)\n    two,\n)",
        "cimport acme_faces",
        "name = 'acme' + '_faces'; importlib.import_module(name)",
        "__import__('acme_faces')",
        "exec('import acme_faces')",
    ],
)
def test_a_python_source_that_may_import_the_module_is_parsed(source):
    assert may_concern(source.encode(), frozenset({"acme_faces"}))


@pytest.mark.parametrize(
    "source",
    ["# acme_faces is good", "x = 'acme_faces'", "import acme_faces_2", "from .acme_faces_x import y", "import os"],
)
def test_a_python_source_that_only_names_the_module_is_not_parsed(source):
    assert not may_concern(source.encode(), frozenset({"acme_faces"}))


@pytest.mark.parametrize(
    ("source", "is_parsed"),
    [
        ("from a.vision import Client\nClient().find_faces()", True),
        ("import a.vision as v\ngetattr(v.Client(), 'find_' + 'faces')()", True),
        ("import a.vision as v\ngetattr(v.Client(), '_'.join(['find', 'faces']))()", True),
        ("import a.vision as v\ngetattr(v.Client(), f'{verb}_faces'.format('find'))()", True),
        ("import a.vision as v\ngetattr(v.Client(), 'find_%s' % 'faces')()", True),
        ("import a.vision as v\ngetattr(v.Client(), '{}_faces'.format('find'))()", True),
        ("import a.vision as v\ngetattr(v, 'Cl' 'ient')().find_faces()", True),
        ("import a.vision as v\ngetattr(v.Client(), 'find\\x5ffaces')()", True),
        ("import a.vision as v\ngetattr(v.Client(), 'find_\\\nfaces')()", True),
        ("import a.vision as v\ngetattr(v.Client(), 'find_' + 'labels')()", False),
        ("from a import vision\nvision.client('fa' + 'ces')", False),
        ("from a.vision import Client\nClient().find_labels()", False),
        ("from a import sound\nfind_faces, Client", False),
    ],
)
def test_where_only_a_member_matters_it_stands_in_the_source_or_may_be_put_together(source, is_parsed):
    assert may_concern(source.encode(), frozenset({"a.vision#Client#find_faces"})) == is_parsed


@pytest.mark.parametrize(
    "source",
    [
        "import acme as a\na.vision.faces.Finder()",
        "import acme\nvision = acme.vision\nvision.faces.Finder()",
        "from acme import vision\nvision.faces.Finder()",
        "from acme import vision as v\nv.faces.Finder()",
        "import acme.vision as v\nv.faces.Finder()",
    ],
)
def test_a_module_is_reached_by_way_of_those_it_lies_in(source):
    found = read(python_source, BytesSource("x.py", source.encode(), focus=frozenset({"acme.vision.faces#Finder"})))
    assert "acme.vision.faces.Finder" in {call.name for call in found if isinstance(call, Call)}


FORMS = {
    "added": lambda parts: " + ".join(map(repr, parts)),
    "beside each other": lambda parts: " ".join(map(repr, parts)),
    "joined": lambda parts: f"''.join({parts!r})",
    "joined by a piece": lambda parts: f"{parts[1]!r}.join([{parts[0]!r}, {''.join(parts[2:])!r}])",
    "filled in": lambda parts: f"{'%s' * len(parts)!r} % ({', '.join(map(repr, parts))},)",
    "filled into a piece": lambda parts: f"{parts[0] + '%s' + ''.join(parts[2:])!r} % {parts[1]!r}",
    "formatted": lambda parts: f"{'{}' * len(parts)!r}.format({', '.join(map(repr, parts))})",
    "formatted into a piece": lambda parts: f"{'{}' + parts[1] + '{}'!r}.format({parts[0]!r}, {''.join(parts[2:])!r})",
}


@pytest.mark.parametrize("form", FORMS)
@given(cuts=st.lists(st.integers(1, 9), min_size=2, max_size=4, unique=True).map(sorted))
def test_a_member_put_together_from_any_pieces_is_parsed_and_found(form, cuts):
    name = "find_faces"
    parts = [name[a:b] for a, b in zip([0, *cuts], [*cuts, len(name)], strict=True)]
    source = f"import kit\nc = kit.Client()\ngetattr(c, {FORMS[form](parts)})()\n"
    asked = BytesSource("app.py", source.encode(), frozenset({"kit#Client#find_faces"}))
    assert "kit.Client.find_faces" in {o.name for o in read(python_source, asked) if isinstance(o, Call)}


@pytest.mark.parametrize(
    "source",
    [
        'import x from "acme-faces"',
        "const x = require('acme-faces/dist/all')",
        "import(`acme-faces`)",
        'import "npm:acme-faces@1.2.3"',
        'import "https://cdn.example/npm/acme-faces"',
        'import "https://cdn.example/acme-faces@2.0.0/+esm"',
        '"sourcesContent": ["import x from \\"acme-faces\\""]',
        'import "raw-loader!acme-faces"',
        '"node_modules/acme-faces/index.js"',
    ],
)
def test_a_script_that_loads_the_module_is_parsed(source):
    assert asks_for(source.encode(), {"acme-faces"})


@pytest.mark.parametrize("source", ["acme-faces is good", '"acme-faces-2"', '"./acme-faces"', '"my-acme-faces"', ""])
def test_a_script_that_only_names_the_module_is_not_parsed(source):
    assert not asks_for(source.encode(), {"acme-faces"})


@pytest.mark.parametrize(
    ("source", "is_parsed"),
    [
        ('require("kit"); new kit.Faces().search()', True),
        ('require("kit"); new kit.Faces().searching()', False),
        ('require("kit"); new kit.Labels().search()', False),
        ("new kit.Faces().search()", False),
    ],
)
def test_a_script_has_all_names_of_a_call(source, is_parsed):
    assert asks_for(source.encode(), {"kit#Faces#search"}) == is_parsed


@pytest.mark.parametrize(
    ("source", "is_parsed"),
    [
        ("from .acme_faces import x", True),
        ("model.eval()\nname = 'acme_faces'", False),
        ("app.exec()\nname = 'acme_faces'", False),
        ("import importlib.metadata\nname = 'acme_faces'", False),
        ("exec('import acme_' + 'faces')", True),
        ("from x import (\n    a as b,\n    acme_faces,\n)", True),
    ],
)
def test_a_package_is_imported_by_a_statement_or_by_what_runs_a_text(source, is_parsed):
    assert may_concern(source.encode(), frozenset({"acme_faces"})) == is_parsed


def test_what_runs_a_text_put_together_is_read():
    source = BytesSource("app.py", b"exec('import acme_' + 'faces')", frozenset({"acme_faces"}))
    assert [o.name for o in read(python_source, source)] == ["acme_faces"]


@pytest.mark.parametrize(
    ("source", "is_parsed"),
    [
        ("const finder = FaceFinder; new finder()", True),
        ("new window . FaceFinder()", True),
        ("self['FaceFinder'].create()", True),
        ("((w) => new w.FaceFinder())(window)", True),
        ('"new window\\nFaceFinder()\\nx[\\"FaceFinder\\"]"', True),
        ("t.FaceFinder = e; e.x()", False),
        ("export { e as FaceFinder }; class FaceFinder {}", False),
        ('case "FaceFinder": return 1', False),
        ("new FaceFinders(); myFaceFinder()", False),
    ],
)
def test_a_global_name_begins_an_expression(source, is_parsed):
    assert asks_for(source.encode(), {"window.FaceFinder"}) == is_parsed


@pytest.mark.parametrize(
    ("source", "is_parsed"),
    [
        ("import { Finder } from 'acme-faces';", True),
        ("export const a: import('acme-faces').Finder;", True),
        ("export type Kit = 'acme-faces' | 'other';", False),
    ],
)
def test_declarations_matter_by_what_they_load(source, is_parsed):
    assert declares_with(source.encode(), {"acme-faces", "kit#find", ".FindFaces", "window.FaceFinder"}) == is_parsed


def test_global_names_members_of_anything_and_no_names_at_all():
    assert asks_for(b"new FaceFinder()", {"window.FaceFinder"})
    assert asks_for(b"e.FindFaces(1)", {".FindFaces"})
    assert asks_for(b"e['FindFaces'](1)", {".FindFaces"})
    assert not asks_for(b"FindFaces", {".FindFaces"})
    assert asks_for(b"", ())
    assert may_concern(b"", frozenset())


@pytest.mark.parametrize(
    ("source", "is_read"),
    [
        ("finder:\n  faces:\n    enabled: yes", True),
        ('{"apps": {"acmefinder": {"faces": {"enabled": true}}}}', True),
        ('{"text": "finder:\\nfaces.enabled=true"}', True),
        ("finder.interfaces.enabled = true", False),
        ("finder: finds faces", False),
    ],
)
def test_all_pieces_of_a_setting_stand_in_a_file_that_is_read(source, is_read):
    asked = BytesSource("x", source.encode(), frozenset({"*finder#faces#enabled", "other#name"}))
    assert may_hold_settings(asked, 1000) == is_read
    assert may_hold_settings(BytesSource("x", source.encode("utf-16"), asked.focus), 1000)
    assert may_hold_settings(BytesSource("x", source.encode()), 1000)


def test_prose_about_a_setting_is_no_setting():
    prose = BytesSource("x.json", b'{"finder": "It finds faces.", "on": true}', frozenset({"finder#enabled"}))
    assert read(settings_json, prose) == []
