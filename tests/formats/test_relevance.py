"""Which sources are worth parsing: what is cheaper to ask must never say no where parsing would find something."""

import pytest

from scanner.formats.javascript_relevance import asks_for
from scanner.formats.python_relevance import may_concern


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
        ("from a import vision\nvision.client('fa' + 'ces')", True),
        ("from a.vision import Client\nClient().find_labels()", False),
        ("from a import sound\nfind_faces, Client", False),
    ],
)
def test_where_only_a_member_matters_it_stands_in_the_source_or_may_be_put_together(source, is_parsed):
    assert may_concern(source.encode(), frozenset({"a.vision#Client#find_faces"})) == is_parsed


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


def test_global_names_members_of_anything_and_no_names_at_all():
    assert asks_for(b"new FaceFinder()", {"window.FaceFinder"})
    assert asks_for(b"e.FindFaces(1)", {".FindFaces"})
    assert asks_for(b"e['FindFaces'](1)", {".FindFaces"})
    assert not asks_for(b"FindFaces", {".FindFaces"})
    assert asks_for(b"", ())
    assert may_concern(b"", frozenset())
