"""What matches amount to together: paths, use by another component, and components that work as one."""

import pytest

from scanner.model.observation import Call, ClassName, Digest, Import, Library, Owns, Package, Requires
from scanner.model.vocabulary import Capability, CodeUse, Presence, Scope, Verdict
from tests.catalogues import facts, indicator, technology
from tests.evidence.weighing import weighed

LIBRARY = technology(indicator("library", "libface.so"))
PACKAGE = technology(indicator("package", "pkg:pypi/acme-faces"), indicator("call", "python:acme.match"))
DETECTOR = technology(
    indicator("library", "libdetect.so"), id="detector", name="Detector", capabilities=(Capability.DETECTION,)
)


def native(locator, *needed):
    needs = [Library(name=name, role="links", place=f"DT_NEEDED[{n}]") for n, name in enumerate(needed)]
    return facts(*needs, locator=locator, kind="elf")


def metadata(name, locator, *, module, asks=()):
    purl = f"pkg:pypi/{name}"
    return facts(
        Package(purl=purl, version="1", role="installed", place="Name header"),
        Owns(purl=purl, version="1", path=f"../{module}/", place="RECORD"),
        *(Package(purl=f"pkg:pypi/{ask}", role="declares", place="Requires-Dist[0]") for ask in asks),
        locator=locator,
    )


def by_component(result):
    return {finding.component.name: finding for finding in result.findings}


def test_a_path_shows_the_libraries_between_the_program_and_the_technology():
    result = weighed(
        native("bin/app", "libx.so"), native("lib/libx.so", "libface.so"), native("lib/libface.so"),
        technologies=(LIBRARY,),
    )  # fmt: skip
    found = by_component(result)
    assert found["libface.so"].path == ("target", "bin/app", "libx.so", "libface.so", "acme-faces")
    assert found["libface.so"].presence is Presence.USED
    assert found["libface.so"].evidence[0].place == "file name, used by lib/libx.so"


def test_a_path_shows_the_packages_that_brought_a_package_in():
    lock = facts(
        *(Package(purl=f"pkg:pypi/{n}", role="declares", place=n) for n in ("shop", "middle", "acme-faces")),
        Requires(by="", purls=("pkg:pypi/shop",), place="root"),
        Requires(by="pkg:pypi/shop", purls=("pkg:pypi/middle",), place="shop"),
        Requires(by="pkg:pypi/middle", purls=("pkg:pypi/acme-faces",), place="middle"),
        locator="poetry.lock",
    )
    (finding,) = weighed(lock, technologies=(PACKAGE,)).findings
    assert finding.path == ("target", "poetry.lock", "shop", "middle", "acme-faces")
    assert finding.presence is Presence.DECLARED


def test_a_path_through_installed_packages_names_packages_and_not_their_files():
    result = weighed(
        facts(Package(purl="pkg:pypi/shop", role="declares", place="line 1"), locator="requirements.txt"),
        metadata("shop", "lib/shop.dist-info/METADATA", module="shop", asks=("acme-faces",)),
        metadata("acme-faces", "lib/acme.dist-info/METADATA", module="acme"),
        technologies=(PACKAGE,),
    )
    assert by_component(result)["acme-faces"].path == ("target", "requirements.txt", "shop", "acme-faces")


def test_a_package_that_another_components_code_calls_is_used():
    site = metadata("acme-faces", "lib/acme.dist-info/METADATA", module="acme")
    alone = weighed(site, technologies=(PACKAGE,))
    assert by_component(alone)["acme-faces"].presence is Presence.PRESENT
    caller = facts(
        Call(language="python", name="acme.match", by="door", place="line 9"), locator="door.py", kind="python-source"
    )
    result = weighed(site, caller, technologies=(PACKAGE,))
    assert by_component(result)["acme-faces"].presence is Presence.USED
    assert by_component(result)["acme-faces"].path == ("target", "door.py", "acme-faces")


def test_to_import_a_package_is_not_to_use_another_technology_that_its_description_shows():
    described = facts(
        Package(purl="pkg:pypi/vision", version="1", role="installed", place="Name header"),
        Owns(purl="pkg:pypi/vision", version="1", path="../vision/", place="RECORD"),
        Digest(algorithm="sha256", value="1" * 64, place="whole file"),
        locator="lib/vision.dist-info/METADATA",
    )
    cascade = technology(indicator("hash", f"sha256:{'1' * 64}"))
    call = Call(language="python", name="vision.blur", by="door", place="line 9")
    caller = facts(call, locator="door.py", kind="python-source")
    found = by_component(weighed(described, caller, technologies=(cascade,)))
    assert found["vision"].presence is Presence.PRESENT


def test_to_link_a_general_library_is_not_to_use_its_recognition():
    general = technology(indicator("library", "libface.so"), general_purpose=True)
    middle = native("libmiddle.so", "libface.so")
    found = by_component(weighed(middle, native("libface.so"), technologies=(general,)))
    assert found["libface.so"].presence is Presence.PRESENT
    assert found["libface.so"].verdict is Verdict.CAPABLE_DORMANT


def test_parts_of_one_technology_do_not_use_each_other():
    kit = technology(indicator("library", "libface.so"), indicator("library", "libface_core.so"))
    found = weighed(native("libface.so", "libface_core.so"), native("libface_core.so"), technologies=(kit,))
    assert by_component(found)["libface_core.so"].presence is Presence.PRESENT


def test_a_program_and_the_libraries_it_is_linked_to_are_one_situation():
    result = weighed(
        native("bin/app", "libdetect.so", "libmiddle.so"),
        native("lib/libmiddle.so", "libface.so"),
        native("lib/libface.so"),
        native("lib/libdetect.so"),
        technologies=(LIBRARY, DETECTOR),
    )
    (situation,) = result.situations
    assert len(situation.components) == 4
    assert situation.capability_presence[Capability.IDENTIFICATION] is Presence.USED


def test_a_program_is_as_strong_as_what_it_links_and_the_library_stays_what_it_is():
    result = weighed(
        native("bin/app", "libdetect.so", "libmiddle.so"), native("libmiddle.so", "libface.so"), native("libface.so"),
        native("libdetect.so"), technologies=(LIBRARY, DETECTOR),
    )  # fmt: skip
    verdicts = {component.name: component.verdict for component in result.components}
    assert verdicts["app"] is Verdict.RECOGNITION
    assert verdicts["libdetect.so"] is Verdict.FACE_ANALYSIS


def test_components_that_do_not_work_together_are_asked_about_apart():
    result = weighed(native("a/libdetect.so"), native("b/libface.so"), technologies=(LIBRARY, DETECTOR))
    assert len(result.situations) == 2


def test_the_same_facts_in_any_order_give_the_same_graph():
    items = [native("bin/app", "libx.so"), native("libx.so", "libface.so"), native("libface.so")]
    assert weighed(*items, technologies=(LIBRARY,)) == weighed(*reversed(items), technologies=(LIBRARY,))


def test_a_file_whose_name_looks_like_a_node_does_no_harm():
    hostile = [native("x#pkg:npm/y", "libface.so"), native("technology:acme-faces", "libface.so"), native("libface.so")]
    assert weighed(*hostile, technologies=(LIBRARY,)).findings


def python(locator, *observations):
    return facts(*observations, locator=locator, kind="python-source")


def calls(name):
    return Call(language="python", name=name, by="x", place="line 2")


def imports(name):
    return Import(language="python", name=name, place="line 1")


DECLARED = facts(Package(purl="pkg:pypi/acme-faces", role="declares", place="line 1"), locator="requirements.txt")


def declared_use(*code):
    return by_component(weighed(DECLARED, *code, technologies=(PACKAGE,)))["requirements.txt"]


def test_a_package_that_no_code_imports_is_told_so():
    found = declared_use()
    assert found.code_use is CodeUse.NOT_IMPORTED
    assert found.explanation.endswith("No code that was read imports it.")


def test_a_package_is_told_which_file_imports_it_and_where_the_code_begins():
    found = declared_use(python("app/faces.py", calls("acme.match")), python("main.py", imports("app.faces")))
    assert found.code_use is CodeUse.IMPORTED
    assert found.explanation.endswith("It is imported by app/faces.py; the code begins at main.py, which leads there.")


def test_a_package_that_tests_alone_import_is_told_so():
    found = declared_use(python("tests/test_faces.py", calls("acme.match")))
    assert found.code_use is CodeUse.ONLY_IN_TESTS
    assert "Only tests import it: tests/test_faces.py." in found.explanation


def test_the_technologys_own_code_does_not_count_as_code_that_imports_it():
    kit = technology(indicator("package", "pkg:pypi/acme-faces"), indicator("import", "python:acme"))
    own = python("site/acme/inner.py", imports("acme.x"))
    (found,) = (
        f for f in weighed(DECLARED, own, technologies=(kit,)).findings if f.component.name == "requirements.txt"
    )
    assert found.code_use is CodeUse.NOT_IMPORTED


def test_what_code_does_not_name_has_no_code_use():
    assert by_component(weighed(native("libface.so"), technologies=(LIBRARY,)))["libface.so"].code_use is None


def test_an_extra_of_an_installed_package_is_a_mention_and_that_of_a_project_is_declared():
    extra = Package(purl="pkg:pypi/acme-faces", role="declares", scope=Scope.EXTRA, place="Requires-Dist[0]")
    installed = facts(extra, locator="x.dist-info/METADATA", kind="python-distribution")
    project = facts(extra, locator="pyproject.toml", kind="python-project")
    found = by_component(weighed(installed, project, technologies=(PACKAGE,)))
    assert found["METADATA"].presence is Presence.REFERENCED
    assert found["pyproject.toml"].presence is Presence.DECLARED


def test_a_constraint_installs_nothing_and_is_a_mention():
    pinned = Package(purl="pkg:pypi/acme-faces", role="declares", scope=Scope.CONSTRAINT, place="line 3")
    listed = facts(pinned, locator="constraints.txt", kind="python-requirements")
    found = by_component(weighed(listed, technologies=(PACKAGE,)))
    assert found["constraints.txt"].presence is Presence.REFERENCED


def test_a_package_that_binds_a_kit_of_another_language_uses_it():
    kit = technology(
        indicator("package", "pkg:npm/face-plugin"),
        indicator("class", "java:com.vendor.*"),
        indicator("call", "js:x.y"),
    )
    reference = ClassName(language="java", name="com.vendor.Face", role="references", by="org.plugin.A", place="line 1")
    call = Call(language="js", name="x.y", by="plugin", place="line 1")
    purl = "pkg:npm/face-plugin"
    plugin = facts(
        Package(purl=purl, version="1", role="installed", place="name"),
        Owns(purl=purl, version="1", path="./", place="name"),
        locator="face-plugin/package.json",
    )
    java = facts(reference, locator="face-plugin/android/A.java", kind="java-source")
    script = facts(call, locator="face-plugin/index.js", kind="javascript")
    assert by_component(weighed(plugin, java, technologies=(kit,)))["face-plugin"].presence is Presence.USED
    assert by_component(weighed(plugin, script, technologies=(kit,)))["face-plugin"].presence is Presence.PRESENT


@pytest.mark.parametrize(("said", "shown"), [(Presence.USED, Presence.USED), (None, Presence.PRESENT)])
def test_a_package_that_is_known_to_use_a_technology_is_not_the_technology_itself(said, shown):
    kit = technology(indicator("package", "pkg:pypi/finder", presence=said), indicator("call", "python:x.y"))
    purl, call = "pkg:pypi/finder", Call(language="python", name="x.y", by="main", place="line 1")
    package = Package(purl=purl, version="1", role="installed", place="line 1")
    described = facts(package, Owns(purl=purl, version="1", path="./", place="line 1"), locator="finder/METADATA")
    script = facts(call, locator="finder/main.py", kind="python-source")
    assert by_component(weighed(described, script, technologies=(kit,)))["finder"].presence is shown


@pytest.mark.parametrize("folder", ["shop.apk!/", "shop/"], ids=["packed", "unpacked"])
def test_what_an_app_is_linked_to_is_used_whether_it_is_packed_or_not(folder):
    result = weighed(
        native(f"{folder}app", "libx.so"),
        native(f"{folder}libx.so", "libface.so"),
        native(f"{folder}libface.so"),
        technologies=(LIBRARY,),
    )
    assert {finding.presence for finding in result.findings} == {Presence.USED}


def test_in_a_package_of_the_technology_its_own_code_does_not_make_it_used():
    package = metadata("acme-faces", "lib/acme.dist-info/METADATA", module="acme")
    kit = technology(indicator("package", "pkg:pypi/acme-faces"), indicator("library", "libface.so"))
    found = weighed(package, native("lib/acme/tool", "libface.so"), native("lib/acme/libface.so"), technologies=(kit,))
    (finding,) = (f for f in found.findings if f.component.name == "acme-faces")
    assert {e.presence for e in finding.evidence if e.locator.endswith(("METADATA", "libface.so"))} == {
        Presence.PRESENT
    }
