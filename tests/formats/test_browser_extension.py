"""Extensions of web browsers."""

import json

from scanner.formats import browser_extension
from scanner.model.observation import Owns, Product
from tests.formats.reading import read
from tests.sources import BytesSource


def test_an_extension_is_a_product_by_name_and_id_and_owns_its_folder():
    manifest = {
        "manifest_version": 3,
        "name": "Acme Proctor",
        "version": "1.2",
        "author": "Acme",
        "browser_specific_settings": {"gecko": {"id": "proctor@acme.example"}},
    }
    source = BytesSource("manifest.json", json.dumps(manifest).encode())
    assert browser_extension.wants("manifest.json", source.head)
    found = read(browser_extension, source)
    assert [(p.name, p.version, p.role) for p in found if isinstance(p, Product)] == [
        ("Acme Proctor", "1.2", "is"),
        ("proctor@acme.example", "1.2", "is"),
    ]
    assert [(o.name, o.path) for o in found if isinstance(o, Owns)] == [("Acme Proctor", "./")]


def test_the_manifest_of_a_web_app_is_none():
    assert not browser_extension.wants("manifest.json", b'{"name": "Shop", "start_url": "/"}')
