"""The registers of installed packages that systems keep."""

import json

import pytest

from scanner.formats.packages import (
    alpine,
    debian_control,
    debian_files,
    debian_status,
    flatpak,
    homebrew_installed,
    pacman,
    rpm_database,
    rpm_package,
    snap,
)
from scanner.formats.packages.purls import package_purl
from scanner.model.observation import Identity, Owns, Package, Product
from scanner.model.vocabulary import Cause
from tests.formats.packages import rpm_rows
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

STATUS = b"""Package: libacme4
Status: install ok installed
Maintainer: Ada Acme <ada@example.org>
Version: 2:4.1-3
Depends: libc6 (>= 2.30), gone
Description: faces
 and more: than faces

Package: old
Status: deinstall ok config-files
Version: 1

Package: held
Status: hold ok installed
Version: 3-0ubuntu1
"""


def packages(found):
    return [(p.purl, p.version, p.role) for p in found if isinstance(p, Package)]


def owned(found):
    return [(o.purl, o.path, o.register) for o in found if isinstance(o, Owns)]


def test_dpkgs_status_gives_what_is_installed_and_not_what_was_removed():
    found = read(debian_status, BytesSource("status", STATUS))
    assert packages(found) == [
        ("pkg:deb/debian/libacme4", "2:4.1-3", "registered"),
        ("pkg:deb/ubuntu/held", "3-0ubuntu1", "registered"),
    ]
    assert (found[0].publisher, found[0].installed_for, found[0].place) == ("Ada Acme", "system", "line 1")


@pytest.mark.parametrize(
    ("name", "text", "is_wanted"),
    [
        ("status", STATUS, True),
        ("base-files", b"Package: base-files\nVersion: 1\n", True),
        ("host_dists_stable_Packages", b"Package: a\nVersion: 1\nFilename: pool/a.deb\nSHA256: x\n\n", False),
        ("control", b"Package: a\nVersion: 1\n", False),
    ],
)
def test_an_index_of_what_could_be_fetched_is_no_register(name, text, is_wanted):
    assert debian_status.wants(name, text) is is_wanted


def test_dpkgs_list_gives_files_and_leaves_out_shared_folders():
    text = (
        b"/.\n/usr\n/usr/lib\n/usr/lib/libacme.so.4\n/usr/share\n/usr/share/doc\n/usr/share/doc/libacme4\n/lib/x.so\n"
    )
    found = read(debian_files, BytesSource("libacme4:amd64.list", text))
    assert [path for _, path, _ in owned(found)] == ["/usr/lib/libacme.so.4", "/usr/share/doc/libacme4", "/lib/x.so"]
    assert {(purl, register) for purl, _, register in owned(found)} == {("pkg:deb/debian/libacme4", "../status")}
    assert debian_files.wants("libacme4.list", text)
    assert debian_files.wants("libacme4.list", b"/\n/usr/\n/usr/lib/\n")
    assert not debian_files.wants("sources.list", b"deb http://example.org stable main\n")


def test_a_debian_package_names_itself_and_what_it_depends_on():
    text = b"Package: desk\nVersion: 1.0\nDepends: acme (>= 7) | acme-lite,\n libx (= 2.0)\nRecommends: more:any\n"
    found = read(debian_control, BytesSource("control", text))
    assert packages(found) == [
        ("pkg:deb/debian/desk", "1.0", "installed"),
        ("pkg:deb/debian/acme", "", "declares"),
        ("pkg:deb/debian/acme-lite", "", "declares"),
        ("pkg:deb/debian/libx", "2.0", "declares"),
        ("pkg:deb/debian/more", "", "declares"),
    ]
    assert [i.name for i in found if isinstance(i, Identity)] == ["desk"]


def test_alpines_register_gives_packages_with_their_files():
    text = b"C:Q1x=\nP:acme\nV:1.2-r0\nm:Ada <a@example.org>\nF:usr/lib\nR:libacme.so\nF:etc\n\nC:Q1y=\nP:b\nV:2-r1\n"
    found = read(alpine, BytesSource("installed", text))
    assert packages(found) == [
        ("pkg:apk/alpine/acme", "1.2-r0", "registered"),
        ("pkg:apk/alpine/b", "2-r1", "registered"),
    ]
    assert owned(found) == [("pkg:apk/alpine/acme", "/usr/lib/libacme.so", "./installed")]


def test_pacmans_register_gives_the_package_its_day_and_its_files():
    desc = b"%NAME%\nacme\n\n%VERSION%\n1.2-1\n\n%INSTALLDATE%\n1717113600\n\n%PACKAGER%\nAda <a@example.org>\n"
    files = b"%FILES%\nusr/\nusr/lib/\nusr/lib/libacme.so\n\n%BACKUP%\netc/acme\n"
    found = read(pacman, BytesSource("desc", desc, neighbours={"files": files}))
    assert packages(found) == [("pkg:alpm/arch/acme", "1.2-1", "registered")]
    assert (found[0].installed_on, found[0].publisher) == ("2024-05-31", "Ada")
    assert owned(found) == [("pkg:alpm/arch/acme", "/usr/lib/libacme.so", "./desc")]


@pytest.mark.parametrize("kind", ["rpmdb.sqlite", "Packages.db", "Packages"])
def test_rpms_register_gives_packages_with_their_files_whatever_database_holds_it(kind, tmp_path):
    rows = [rpm_rows.header(), rpm_rows.header(name="b", files=("/opt/b/x", "/opt/b/y"))]
    build = {"rpmdb.sqlite": lambda r: rpm_rows.sqlite(r, tmp_path), "Packages.db": rpm_rows.ndb}
    source = BytesSource(kind, build.get(kind, rpm_rows.hash_pages)(rows))
    assert rpm_database.wants(kind.lower(), source.head)
    found = read(rpm_database, source)
    assert packages(found) == [
        ("pkg:rpm/acme-faces", "1:2.1-3", "registered"),
        ("pkg:rpm/b", "1:2.1-3", "registered"),
    ]
    assert (found[0].publisher, found[0].installed_on) == ("Acme", "2024-05-31")
    assert owned(found) == [
        ("pkg:rpm/acme-faces", "/usr/lib/libacme.so", f"./{kind}"),
        ("pkg:rpm/b", "/opt/b/x", f"./{kind}"),
        ("pkg:rpm/b", "/opt/b/y", f"./{kind}"),
    ]


def test_a_damaged_row_does_not_hide_the_others(tmp_path):
    rows = [b"\xff" * 40, rpm_rows.header()]
    found, stopped = read_until_stopped(rpm_database, BytesSource("Packages.db", rpm_rows.ndb(rows)))
    assert [p.purl for p in found if isinstance(p, Package)] == ["pkg:rpm/acme-faces"]
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED


@pytest.mark.parametrize("build", [rpm_rows.ndb, rpm_rows.hash_pages])
def test_a_cut_or_lying_register_gives_packages_or_says_why_not(build):
    data = build([rpm_rows.header(), rpm_rows.header(name="b")])
    for at in range(0, len(data), 97):
        read_until_stopped(rpm_database, BytesSource("Packages", data[:at]))
        damaged = data[:at] + b"\xff" + data[at + 1 :]
        read_until_stopped(rpm_database, BytesSource("Packages", damaged))


def test_an_rpm_package_names_itself_and_the_packages_it_requires():
    found = read(rpm_package, BytesSource("a.rpm", rpm_rows.package(rpm_rows.header())))
    assert packages(found) == [
        ("pkg:rpm/acme-faces", "1:2.1-3", "installed"),
        ("pkg:rpm/acme-core", "", "declares"),
    ]


def test_a_flatpak_a_snap_and_a_formula_own_their_folders():
    app = read(flatpak, BytesSource("metadata", b"[Application]\nname=org.example.Faces\nruntime=x\n"))
    assert (packages(app)[0][0], owned(app)[0][1]) == ("pkg:flatpak/org.example.Faces", "./")
    assert [p.name for p in app if isinstance(p, Product)] == ["org.example.Faces"]
    box = read(snap, BytesSource("snap.yaml", b"name: faces\ntitle: Acme Faces\nversion: '1.2'\napps:\n  name: x\n"))
    assert (packages(box), owned(box)[0][1]) == ([("pkg:snap/faces", "1.2", "installed")], "../")
    receipt = {"time": 1717113600, "source": {"path": "/x/Formula/acme.rb", "versions": {"stable": "1.2"}}}
    brewed = read(homebrew_installed, BytesSource("INSTALL_RECEIPT.json", json.dumps(receipt).encode()))
    assert packages(brewed) == [("pkg:brew/acme", "1.2", "installed")]
    assert brewed[0].installed_on == "2024-05-31"


def test_a_name_of_slashes_alone_is_no_package():
    assert package_purl("apk", "/", "alpine") is None
    assert package_purl("apk", " // ") is None


def test_a_schema_whose_fault_cannot_be_told_in_letters_is_damaged(tmp_path):
    data = rpm_rows.sqlite([], tmp_path)
    at = data.index(b"CREATE TABLE Packages")
    for bent in range(at + 13, at + 60):
        broken = data[:bent] + b"\xfe" + data[bent + 1 :]
        read_until_stopped(rpm_database, BytesSource("rpmdb.sqlite", broken))


def test_rows_that_are_in_the_write_ahead_log_alone_are_read(tmp_path):
    data, log = rpm_rows.sqlite_with_log([rpm_rows.header()], tmp_path)
    source = BytesSource("rpmdb.sqlite", data, neighbours={"rpmdb.sqlite-wal": log})
    assert packages(read(rpm_database, source)) == [("pkg:rpm/acme-faces", "1:2.1-3", "registered")]
    for at in range(0, len(log), 97):
        broken = log[:at] + b"\xff" + log[at + 1 :]
        for bent in (log[:at], broken):
            read_until_stopped(rpm_database, BytesSource("rpmdb.sqlite", data, neighbours={"rpmdb.sqlite-wal": bent}))
