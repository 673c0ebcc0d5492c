import pytest

from scanner.evidence.components import owners_of
from scanner.model.observation import Identity, Library, Owns
from tests.catalogues import facts


def owner(locator, *known):
    return owners_of([locator], {item.artifact.locator: item for item in known})[locator]


def owns(path, purl="pkg:pypi/acme"):
    return Owns(purl=purl, version="1.2", path=path, place="here")


def test_everything_in_an_app_belongs_to_the_app_under_the_name_it_gives_itself():
    manifest = facts(
        Identity(subject="container", name="Lobby", version="2", bundle="org.example.lobby", place="manifest"),
        locator="a.zip!/lobby.apk!/AndroidManifest.xml",
    )
    found = owner("a.zip!/lobby.apk!/lib/libx.so", manifest)
    assert (found.locator, found.name, found.identity) == ("a.zip!/lobby.apk", "Lobby", "org.example.lobby")


def test_an_app_is_known_by_its_manifest_whatever_the_file_is_called():
    manifest = facts(
        Identity(subject="container", name="Lobby", bundle="org.example.lobby", place="manifest"),
        locator="data.bin!/AndroidManifest.xml",
    )
    assert owner("data.bin!/classes.dex", manifest).locator == "data.bin"


def test_a_library_inside_a_jar_inside_an_app_is_the_apps():
    assert owner("app.apk!/assets/sdk.jar!/A.class").locator == "app.apk"


def test_a_plain_archive_is_looked_through():
    assert owner("files.zip!/bin/tool").locator == "files.zip!/bin/tool"


def test_a_file_belongs_to_the_package_whose_metadata_claims_it():
    metadata = facts(owns("../acme/"), owns("../acme_tool.py"), locator="lib/acme-1.2.dist-info/METADATA")
    for claimed in ("lib/acme/a/b.so", "lib/acme_tool.py", "lib/acme-1.2.dist-info/METADATA"):
        found = owner(claimed, metadata)
        assert (found.name, found.version, found.identity) == ("acme", "1.2", "pkg:pypi/acme")
    assert owner("lib/acme_extra/a.so", metadata).identity == "path:lib/acme_extra/a.so"


def test_the_longest_claim_wins():
    outer = facts(owns("./", "pkg:npm/app"), locator="package.json")
    inner = facts(owns("./", "pkg:npm/acme"), locator="node_modules/acme/package.json")
    assert owner("node_modules/acme/dist/x.js", outer, inner).identity == "pkg:npm/acme"
    assert owner("src/x.js", outer, inner).identity == "pkg:npm/app"


def test_a_claim_does_not_reach_out_of_its_container():
    metadata = facts(owns("../../../../"), locator="a.tgz!/p/package.json")
    assert owner("other/x.js", metadata).identity == "path:other/x.js"
    assert owner("a.tgz!/p/x.js", metadata).identity == "pkg:pypi/acme"


def test_a_wheel_is_the_package_it_holds():
    metadata = facts(owns("../acme/"), locator="acme-1.2.whl!/acme-1.2.dist-info/METADATA")
    found = owner("acme-1.2.whl!/acme/x.py", metadata)
    assert (found.locator, found.identity) == ("acme-1.2.whl", "pkg:pypi/acme")


def test_a_loose_library_is_known_by_its_soname_and_a_loose_file_by_its_path_without_version():
    library = facts(Library(name="libacme.so.3", role="is", place="DT_SONAME"), locator="lib/libacme.so.3.1")
    assert owner("lib/libacme.so.3.1", library).identity == "soname:libacme.so.3"
    assert owner("srv/tool-1.2.3/tool").identity == "path:srv/tool-/tool"


def test_a_file_that_names_itself_is_known_by_that_name_unless_a_package_claims_it():
    program = facts(
        Identity(
            subject="self", name="Acme Kiosk (kiosk.exe)", version="3", bundle="acme/kiosk", place="version resource"
        ),
        locator="lib/acme/x.exe",
    )
    alone = owner("lib/acme/x.exe", program)
    assert (alone.name, alone.version, alone.identity) == ("Acme Kiosk (kiosk.exe)", "3", "acme/kiosk")
    metadata = facts(owns("../acme/"), locator="lib/acme-1.2.dist-info/METADATA")
    assert owner("lib/acme/x.exe", program, metadata).identity == "pkg:pypi/acme"
    assert owner("lib/acme/x.exe!/inside.dll", program).identity == "acme/kiosk"


def test_a_program_in_one_file_is_a_component_of_its_own_even_with_a_single_package_inside():
    metadata = facts(owns("../acme/"), locator="door.pyz!/acme-1.2.dist-info/METADATA")
    assert owner("door.pyz!/acme/x.py", metadata).identity == "path:door.pyz"
    assert owner("door.pyz!/main.py", metadata).locator == "door.pyz"


def test_a_program_is_one_component_with_its_archive_of_modules():
    inside = ["door!/PYZ-00.pyz!/door.pyc", "door!/libface.so"]
    assert {found.locator for found in owners_of(inside, {}).values()} == {"door"}


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("bin/kiosk!/(network at 0x90)", "bin/kiosk"),
        ("bin/kiosk!/(unpacked)", "bin/kiosk"),
        ("kiosk!/(unpacked)!/(network at 0x1f0)", "kiosk"),
        ("lib/libface.a!/match.o", "lib/libface.a"),
        ("sdk.zip!/facesdk.lib!/facesdk.dll~4", "sdk.zip!/facesdk.lib"),
        ("usr/bin/door!/.gnu_debugdata!/.gnu_debugdata", "usr/bin/door"),
        ("photos.zip!/(1) face.so", "photos.zip!/(1) face.so"),
        ("setup.exe!/(appended).zip!/face.dll", "setup.exe!/(appended).zip!/face.dll"),
    ],
)
def test_a_part_without_a_name_of_its_own_and_a_member_of_a_static_library_are_the_files_around_them(part, whole):
    assert owner(part).locator == whole


def test_a_part_of_a_file_belongs_to_the_package_that_claims_the_file():
    metadata = facts(owns("../acme/"), locator="lib/acme-1.2.dist-info/METADATA")
    assert owner("lib/acme/x.so!/(network at 0x90)", metadata).purl == "pkg:pypi/acme"


@pytest.mark.parametrize(
    ("root", "locator"), [("", "manifest.json"), ("a.zip!/", "a.zip"), (".config/x/", ".config/x"), ("x/", "x")]
)
def test_what_is_removed_as_one_has_all_that_lies_in_it_wherever_it_lies(root, locator):
    manifest = facts(Owns(name="Badge", path="./", as_one=True, place="name"), locator=f"{root}manifest.json")
    inner = facts(Owns(purl="pkg:npm/inner", path="./", place="name"), locator=f"{root}node_modules/inner/package.json")
    found = owner(f"{root}node_modules/inner/x.js", manifest, inner)
    assert (found.name, found.locator, found.own_names) == ("Badge", locator, ("pkg:npm/inner",))
