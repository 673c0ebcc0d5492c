"""Edges between artifacts: where each leads, and that nothing is found where nothing is there."""

import subprocess
import sys

import pytest

from scanner.evidence.edges import Names
from scanner.evidence.reach import MAX_STEPS, edges_leading_to
from scanner.model.observation import Call, Import, Library, Owns, Package, Requires, RunPath
from scanner.model.vocabulary import EdgeKind, Scope
from tests.catalogues import facts


def leading_to(*ends, among):
    return edges_leading_to(ends, {item.artifact.locator: item for item in among}).edges


def told(edges):
    return {(edge.source, str(edge.kind), edge.target) for edge in edges}


def declares(name, **more):
    return Package(purl=f"pkg:{name}", role="declares", place=f"line of {name}", **more)


def installed(name, locator, *more, path="./"):
    purl = f"pkg:{name}"
    about = Package(purl=purl, version="1", role="installed", place="name")
    return facts(about, Owns(purl=purl, version="1", path=path, place="name"), *more, locator=locator)


def links(name, role="links"):
    return Library(name=name, role=role, place=f"DT_NEEDED of {name}")


def test_a_program_is_linked_to_the_library_beside_it():
    program = facts(links("libx.so.2"), locator="a/bin/app", kind="elf")
    near = facts(links("libx.so.2", "is"), locator="a/lib/libx.so.2.1", kind="elf")
    far = facts(links("libx.so.2", "is"), locator="b/lib/libx.so.2.1", kind="elf")
    found = leading_to("a/lib/libx.so.2.1", "b/lib/libx.so.2.1", among=[program, near, far])
    assert told(found) == {("a/bin/app", "links", "a/lib/libx.so.2.1")}
    assert found[0].place == "DT_NEEDED of libx.so.2"


def test_a_chain_of_links_is_followed_backwards_and_what_leads_elsewhere_is_left_out():
    chain = [
        facts(links("liba.so"), locator="app", kind="elf"),
        facts(links("libface.so"), links("libother.so"), locator="liba.so", kind="elf"),
        facts(locator="libface.so", kind="elf"),
        facts(locator="libother.so", kind="elf"),
    ]
    found = leading_to("libface.so", among=chain)
    assert told(found) == {("app", "links", "liba.so"), ("liba.so", "links", "libface.so")}


def test_a_library_that_a_script_loads_by_name_is_loaded():
    script = facts(Library(name="libface.so", role="loads", place="line 3"), locator="x.py", kind="python-source")
    assert told(leading_to("libface.so", among=[script, facts(locator="libface.so", kind="elf")])) == {
        ("x.py", "loads", "libface.so")
    }


def test_a_lock_file_tells_which_of_its_packages_asks_for_which():
    lock = facts(
        declares("npm/a"),
        declares("npm/b"),
        declares("npm/other"),
        Requires(by="", purls=("pkg:npm/a", "pkg:npm/not-locked"), place="root"),
        Requires(by="pkg:npm/a", purls=("pkg:npm/b",), scope=Scope.OPTIONAL, place="a"),
        locator="package-lock.json",
    )
    found = leading_to("package-lock.json#pkg:npm/b", among=[lock])
    assert told(found) == {
        ("package-lock.json", "declares", "package-lock.json#pkg:npm/a"),
        ("package-lock.json#pkg:npm/a", "depends-on", "package-lock.json#pkg:npm/b"),
    }
    assert {edge.scope for edge in found} == {Scope.RUNTIME, Scope.OPTIONAL}


def test_an_installed_package_depends_on_what_its_metadata_asks_for():
    site = [
        installed("pypi/a", "lib/a-1.dist-info/METADATA", declares("pypi/b", scope=Scope.EXTRA)),
        installed("pypi/b", "lib/b-1.dist-info/METADATA"),
        facts(declares("pypi/a"), locator="requirements.txt"),
    ]
    found = leading_to("lib/b-1.dist-info/METADATA", among=site)
    assert told(found) == {
        ("requirements.txt", "depends-on", "lib/a-1.dist-info/METADATA"),
        ("lib/a-1.dist-info/METADATA", "depends-on", "lib/b-1.dist-info/METADATA"),
    }


def test_node_finds_a_package_in_the_folders_around_and_nowhere_else():
    tree = [
        installed("npm/app", "p/package.json", declares("npm/%40s/x")),
        installed("npm/%40s/x", "p/node_modules/@s/x/package.json", declares("npm/y")),
        installed("npm/y", "p/node_modules/@s/x/node_modules/y/package.json"),
        installed("npm/y", "p/node_modules/y/package.json"),
        installed("npm/other", "q/package.json", declares("npm/y")),
    ]
    inner, outer = "p/node_modules/@s/x/node_modules/y/package.json", "p/node_modules/y/package.json"
    assert told(leading_to(inner, among=tree)) == {
        ("p/package.json", "depends-on", "p/node_modules/@s/x/package.json"),
        ("p/node_modules/@s/x/package.json", "depends-on", inner),
    }
    assert leading_to(outer, among=tree) == ()


@pytest.mark.parametrize(
    ("language", "seen", "package"),
    [
        ("python", "acme.match.compare", installed("pypi/acme", "s/acme.dist-info/METADATA", path="../acme/")),
        ("js", "@acme/faces.match", installed("npm/%40acme/faces", "node_modules/@acme/faces/package.json")),
        ("js", "acme.js.Matcher.match", installed("npm/acme.js", "node_modules/acme.js/package.json")),
    ],
)
def test_code_leads_to_the_package_it_calls(language, seen, package):
    code = facts(Call(language=language, name=seen, place="line 7"), locator="src/app.x")
    found = leading_to(package.artifact.locator, among=[code, package])
    assert told(found) == {("src/app.x", "calls", package.artifact.locator)}
    assert found[0].place == "line 7"


def test_javascript_leads_to_another_file_of_its_project():
    def imports(name, locator):
        return facts(Import(language="js", name=name, place="line 1"), locator=locator, kind="javascript")

    project = [
        imports("./server", "package.json"),
        imports("./src/pages/login", "server.js"),
        imports("../components", "src/pages/login.ts"),
        imports("./faces", "other/door.js"),
        imports("./faces.js", "src/components/index.ts"),
        facts(locator="src/components/faces.ts", kind="javascript"),
    ]
    assert told(leading_to("src/components/faces.ts", among=project)) == {
        ("package.json", "imports", "server.js"),
        ("server.js", "imports", "src/pages/login.ts"),
        ("src/pages/login.ts", "imports", "src/components/index.ts"),
        ("src/components/index.ts", "imports", "src/components/faces.ts"),
    }


@pytest.mark.parametrize(
    ("place", "reached"), [("main", "lib/dist/faces.js"), ("exports", "lib/dist/faces.js"), ("scripts", "lib/index.js")]
)
def test_a_folder_stands_for_what_its_package_file_says_and_otherwise_for_its_index(place, reached):
    def imports(name, locator, place="line 1"):
        return facts(Import(language="js", name=name, place=place), locator=locator, kind="javascript")

    project = [
        imports("./lib", "app.js"),
        imports("./dist/faces.js", "lib/package.json", place),
        facts(locator="lib/index.js", kind="javascript"),
        facts(locator="lib/dist/faces.js", kind="javascript"),
    ]
    others = {"lib/index.js", "lib/dist/faces.js"} - {reached}
    assert "app.js" in {source for source, _, _ in told(leading_to(reached, among=project))}
    assert all("app.js" not in {s for s, _, _ in told(leading_to(other, among=project))} for other in others)


def test_python_code_leads_to_another_file_of_its_project():
    def imports(name, locator):
        return facts(Import(language="python", name=name, place="line 1"), locator=locator, kind="python-source")

    project = [
        imports("app.faces", "src/main.py"),
        imports(".faces", "src/app/door.py"),
        imports("faces", "elsewhere/x.py"),
        facts(locator="src/app/faces.py", kind="python-source"),
    ]
    assert told(leading_to("src/app/faces.py", among=project)) == {
        ("src/main.py", "imports", "src/app/faces.py"),
        ("src/app/door.py", "imports", "src/app/faces.py"),
    }


def test_a_programs_script_leads_to_the_modules_that_the_program_was_made_with_and_to_no_others():
    def imports(name, locator):
        return facts(Import(language="python", name=name, place="code"), locator=locator, kind="python-bytecode")

    programs = [
        imports("app.door", "x.exe!/main.pyc"),
        imports(".faces", "x.exe!/PYZ-00.pyz!/app/door.pyc"),
        *(facts(locator=f"{name}.exe!/PYZ-00.pyz!/app/faces.pyc", kind="python-bytecode") for name in "xy"),
        imports("app.faces", "y.exe!/main.pyc"),
    ]
    assert told(leading_to("x.exe!/PYZ-00.pyz!/app/faces.pyc", among=programs)) == {
        ("x.exe!/main.pyc", "imports", "x.exe!/PYZ-00.pyz!/app/door.pyc"),
        ("x.exe!/PYZ-00.pyz!/app/door.pyc", "imports", "x.exe!/PYZ-00.pyz!/app/faces.pyc"),
    }


@pytest.mark.parametrize("is_known", [True, False], ids=["the package's file is known", "nothing is known of it"])
def test_an_import_leads_to_an_installed_package_whatever_is_known_of_its_files(is_known):
    package = installed("pypi/acme", "site/acme-1.dist-info/METADATA", path="../acme/")
    code = facts(Import(language="python", name="acme.match.fast", place="line 1"), locator="site/shop/door.py")
    file = facts(locator="site/acme/__init__.py", kind="python-source")
    deep = facts(locator="site/acme/match/fast.py", kind="python-source")
    ends = {item.artifact.locator for item in (package, file, deep)}
    among = [package, code, deep, *([file] if is_known else [])]
    expected = {"site/acme-1.dist-info/METADATA", "site/acme/match/fast.py"}
    expected |= {"site/acme/__init__.py"} if is_known else set()
    assert told(leading_to(*ends, among=among)) == {("site/shop/door.py", "imports", end) for end in expected}


def test_a_packages_own_code_leads_to_its_files_and_not_to_the_package_itself():
    package = installed("pypi/acme", "site/acme-1.dist-info/METADATA", path="../acme/")
    code = facts(Import(language="python", name="acme.match", place="line 1"), locator="site/acme/app/door.py")
    file = facts(locator="site/acme/match.py", kind="python-source")
    other = installed("pypi/acme", "other/acme-1.dist-info/METADATA", path="../acme/match.py")
    ends = {item.artifact.locator for item in (package, file, other)}
    found = leading_to(*ends, among=[package, code, file, other])
    assert told(found) == {("site/acme/app/door.py", "imports", "site/acme/match.py")}


def test_a_circle_ends_and_a_chain_without_end_is_cut_and_said_so():
    count = MAX_STEPS + 3
    chain = [facts(links(f"lib{n}.so"), locator=f"lib{n + 1}.so", kind="elf") for n in range(count)]
    circle = facts(links(f"lib{count}.so"), locator="lib0.so", kind="elf")
    known = {item.artifact.locator: item for item in [*chain, circle]}
    reach = edges_leading_to({"lib0.so"}, known)
    assert len(reach.edges) == MAX_STEPS
    assert reach.left_out == 1


def test_of_many_that_bear_a_name_the_nearest_is_meant_whatever_their_order():
    known = Names()
    for folder in ("z", "a/b", "a/b/c", "a/bb", ""):
        known.add(facts(locator=f"{folder}/libx.so" if folder else "libx.so", kind="elf"))
    assert known.nearest("library:libx.so", "a/b/c/d/app") == "a/b/c/libx.so"
    assert known.nearest("library:libx.so", "a/b/app") in {"a/b/libx.so", "a/b/c/libx.so"}
    assert known.nearest("library:libx.so", "q/app") == "libx.so"
    assert known.nearest("library:liby.so", "q/app") is None


def test_networkx_is_loaded_only_when_something_matched():
    program = (
        "import sys; from scanner.evidence.weigh import weigh; "
        "weigh([], {}, None, ''); print('networkx' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def test_use_is_proved_by_what_runs_and_not_by_an_import_alone():
    assert {kind for kind in EdgeKind if kind.proves_use} == {EdgeKind.LOADS, EdgeKind.LINKS, EdgeKind.CALLS}


def library(locator, soname="libface.so.1", kind="elf"):
    return facts(links(soname, "is"), locator=locator, kind=kind)


def led_to(user, *libraries):
    """Which of the libraries the user's loader takes."""
    found = leading_to(*(each.artifact.locator for each in libraries), among=[user, *libraries])
    return [edge.target for edge in found]


def test_the_run_path_decides_between_two_libraries_of_one_name():
    near, far = library("app/bin/libface.so.1"), library("app/private/lib/libface.so.1.4")
    path = RunPath(value="/nowhere:$ORIGIN/../private/lib", place="DT_RUNPATH")
    user = facts(links("libface.so.1"), path, locator="app/bin/door", kind="elf")
    assert led_to(user, near, far) == ["app/private/lib/libface.so.1.4"]


def test_a_run_path_begins_at_the_root_of_the_system_that_the_program_lies_in():
    own, other = library("image/opt/acme/lib/libface.so.1"), library("other/opt/acme/lib/libface.so.1")
    user = facts(
        links("libface.so.1"), RunPath(value="/opt/acme/lib", place="x"), locator="image/usr/bin/door", kind="elf"
    )
    assert led_to(user, own, other) == ["image/opt/acme/lib/libface.so.1"]


@pytest.mark.parametrize("folder", ["lib", "usr/lib64", "usr/lib/aarch64-linux-gnu", "usr/local/lib"])
def test_the_folders_of_the_system_come_before_a_copy_elsewhere(folder):
    system, copy = library(f"r.tar!/{folder}/libface.so.1"), library("r.tar!/usr/bin/copies/libface.so.1")
    user = facts(links("libface.so.1"), locator="r.tar!/usr/bin/door", kind="elf")
    assert led_to(user, system, copy) == [f"r.tar!/{folder}/libface.so.1"]


def test_the_settings_of_the_loader_add_folders_to_their_own_system_only():
    settings = facts(
        RunPath(value="/opt/acme", place="line 1"), locator="a/etc/ld.so.conf.d/x.conf", kind="loader-settings"
    )
    named, copy = library("a/opt/acme/libface.so.1"), library("a/usr/bin/copies/libface.so.1")
    user = facts(links("libface.so.1"), locator="a/usr/bin/door", kind="elf")
    found = leading_to(named.artifact.locator, copy.artifact.locator, among=[settings, named, copy, user])
    assert [edge.target for edge in found] == ["a/opt/acme/libface.so.1"]


def test_a_windows_program_takes_the_library_of_its_own_folder():
    own = library("App/Face.dll", "face.dll", "pe")
    system, other = library("Windows/System32/face.dll", "face.dll", "pe"), library("Other/face.dll", "face.dll", "pe")
    user = facts(links("FACE.DLL"), locator="App/door.exe", kind="pe")
    assert led_to(user, own, system, other) == ["App/Face.dll"]
    assert led_to(user, system, other) == ["Windows/System32/face.dll"]


def test_an_apple_program_takes_the_library_that_its_run_path_leads_to():
    own = library("A.app/Contents/Frameworks/libface.dylib", "libface.dylib", "macho")
    other = library("A.app/Contents/MacOS/old/libface.dylib", "libface.dylib", "macho")
    path = RunPath(value="@executable_path/../Frameworks", place="LC_RPATH[0]")
    user = facts(links("libface.dylib"), path, locator="A.app/Contents/MacOS/A", kind="macho")
    assert led_to(user, own, other) == ["A.app/Contents/Frameworks/libface.dylib"]


def test_a_path_that_leads_out_of_the_target_leads_nowhere():
    user = facts(links("libface.so.1"), RunPath(value="$ORIGIN/../../..", place="x"), locator="door", kind="elf")
    assert led_to(user, library("libface.so.1")) == ["libface.so.1"]


def test_nothing_is_linked_to_an_apple_program_that_is_no_library():
    user = facts(links("Vision"), locator="A.app/A", kind="macho")
    assert led_to(user, facts(locator="B.app/Vision", kind="macho")) == []
