"""Extensions of web browsers."""

import json

from scanner.formats import browser_extension, browser_profile
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


def test_a_name_in_several_languages_is_that_of_the_default_one_and_a_makers_key_gives_the_id():
    manifest = {"manifest_version": 3, "name": "__MSG_Called__", "version": "1", "default_locale": "en", "key": "QUJD"}
    texts = {"_locales/en/messages.json": b'{"called": {"message": "Badge"}}'}
    found = read(browser_extension, BytesSource("manifest.json", json.dumps(manifest).encode(), neighbours=texts))
    names = [p.name for p in found if isinstance(p, Product)]
    assert names == ["Badge", "lfneaefmdpeggpkjbpocmmgklohjcdck"]


def test_a_profile_tells_which_extensions_were_installed_into_it_and_when():
    own = {"location": "app-profile", "type": "extension", "version": "2.3", "path": "C:\\x\\extensions\\a@b.xpi"}
    addons = [
        {"id": "a@b", "defaultLocale": {"name": "Badge", "creator": "Acme"}, "installDate": 1717150000000, **own},
        {"id": "theme@browser", "location": "app-builtin", "type": "theme"},
    ]
    content = json.dumps({"schemaVersion": 36, "addons": addons}).encode()
    assert browser_profile.wants("extensions.json", content)
    row, owns = read(browser_profile, BytesSource("extensions.json", content))
    assert (row.name, row.publisher, row.installed_on, row.installed_for) == ("Badge", "Acme", "2024-05-31", "user")
    assert (owns.path, owns.register) == ("extensions/a@b.xpi", "./extensions.json")
    assert not browser_profile.wants("preferences", b"[settings]")


def test_the_manifest_of_a_web_app_is_none():
    assert not browser_extension.wants("manifest.json", b'{"name": "Shop", "start_url": "/"}')
