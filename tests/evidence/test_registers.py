"""What a register of installed software says is whose."""

from scanner.evidence.components import owners_of
from scanner.evidence.registers import registered
from scanner.model.observation import Owns, Package, Product
from tests.catalogues import facts

ROW = Package(
    purl="pkg:deb/ubuntu/libacme4",
    version="4.1",
    role="registered",
    publisher="Ada",
    installed_on="2024-05-31",
    installed_for="system",
    place="line 1",
)


def listed(path, register="../status", **more):
    more = more or {"purl": "pkg:deb/debian/libacme4"}
    return Owns(path=path, register=register, place="the list", **more)


def owner(locator, *known):
    return owners_of([locator], {item.artifact.locator: item for item in known})[locator]


def system(root, *paths):
    return (
        facts(ROW, locator=f"{root}var/lib/dpkg/status"),
        facts(*(listed(path) for path in paths), locator=f"{root}var/lib/dpkg/info/libacme4.list"),
    )


def test_a_file_belongs_to_the_package_that_a_person_can_remove():
    for root in ("", "copy/of/a/system/", "disk.img!/", "disk.img!/volume 2/"):
        found = owner(f"{root}usr/lib/libacme.so.4", *system(root, "/usr/lib/libacme.so.4"))
        assert (found.name, found.version, found.purl) == ("libacme4", "4.1", "pkg:deb/ubuntu/libacme4")
        assert (found.publisher, found.installed_on, found.installed_for) == ("Ada", "2024-05-31", "system")
        assert found.locator == f"{root}var/lib/dpkg/status"


def test_the_row_and_the_files_of_a_package_are_one_component():
    status, files = system("", "/usr/lib/libacme.so.4")
    row = registered(status.artifact.locator, ROW)
    assert row is not None
    assert row.id == owner("usr/lib/libacme.so.4", status, files).id


def test_a_list_from_before_the_usr_merge_holds_for_what_lies_below_usr_now():
    assert owner("usr/lib/libacme.so.4", *system("", "/lib/libacme.so.4")).name == "libacme4"
    assert owner("usr/opt/x", *system("", "/opt/x")).identity == "path:usr/opt/x"


def test_a_register_does_not_speak_of_another_system_beside_it():
    found = owner("other/usr/lib/libacme.so.4", *system("copy/", "/usr/lib/libacme.so.4"))
    assert found.identity == "path:other/usr/lib/libacme.so."
    nested = owner("copy/b.img!/usr/lib/libacme.so.4", *system("copy/", "/usr/lib/libacme.so.4"))
    assert nested.name == "libacme.so.4"


def test_a_python_package_inside_a_systems_package_is_removed_with_that():
    metadata = facts(
        Owns(purl="pkg:pypi/acme", version="1", path="../acme/", place="RECORD"),
        locator="usr/lib/python3/dist-packages/acme-1.dist-info/METADATA",
    )
    file = "usr/lib/python3/dist-packages/acme/core.py"
    found = owner(file, metadata, *system("", f"/{file}"))
    assert (found.name, found.own_names) == ("libacme4", ("pkg:pypi/acme",))


def test_a_product_owns_its_folder_however_its_name_is_spelled():
    product = Product(name="Acme Faces", publisher="Acme", version="2", place="key")
    hive = facts(
        product,
        listed("/Program Files/Acme/", register="./SOFTWARE", name="Acme Faces"),
        locator="Windows/System32/config/SOFTWARE",
    )
    found = owner("PROGRAM FILES/acme/bin/faces.dll", hive)
    assert (found.name, found.version, found.identity) == ("Acme Faces", "2", "product:acme/acme faces")


def test_claims_at_the_root_of_an_archive_hold():
    manifest = facts(Owns(purl="pkg:npm/acme", path="./", place="name"), locator="a.tgz!/package.json")
    assert owner("a.tgz!/x.js", manifest).identity == "pkg:npm/acme"
