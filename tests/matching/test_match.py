import pytest

from scanner.catalogue.index import Index
from scanner.matching.match import Match, matches_of
from scanner.model.finding import NotCounted
from scanner.model.observation import AndroidEntry, ByteHit, Call, ClassName, Config, Import, Library, Package, Symbol
from scanner.model.vocabulary import Capability, Presence, TechnologyKind
from tests.catalogues import facts, indicator, lookalike, technology


def found(tech, *observations, **where):
    return list(matches_of(facts(*observations, **where), Index((tech,))))


def presences(tech, *observations, **where):
    return [m.presence for m in found(tech, *observations, **where) if isinstance(m, Match)]


MODULE = technology(
    indicator("import", "python:acme.faces"),
    indicator("import", "js:@acme/faces.js"),
    indicator("import", "swift:AcmeFaces"),
    indicator("package", "pkg:pypi/acme", versions=">=2.1"),
    id="acme-module",
)


@pytest.mark.parametrize(
    ("observation", "presence"),
    [
        (Import(language="python", name="acme.faces.api", place="line 1"), {Presence.DECLARED}),
        (Call(language="python", name="acme.faces.api.compare", by="<module>", place="line 2"), {Presence.USED}),
        (Call(language="js", name="@acme/faces.js.detect", by="<module>", place="line 2"), {Presence.USED}),
        (Import(language="js", name="@acme/faces.js/dist/x", place="line 1"), {Presence.DECLARED}),
        (ClassName(language="swift", name="AcmeFaces.Matcher", role="defines", place="here"), {Presence.PRESENT}),
        (
            ClassName(language="swift", name="AcmeFaces.Matcher", role="references", by="a", place="here"),
            {Presence.USED},
        ),
        (ClassName(language="swift", name="AcmeFacesUI.Matcher", role="defines", place="here"), set()),
        (Import(language="python", name="acme.facespace", place="line 1"), set()),
        (Import(language="python", name="acme", place="line 1"), set()),
        (Package(purl="pkg:pypi/acme", version="2.1.3", role="installed", place="here"), {Presence.PRESENT}),
        (Package(purl="pkg:pypi/acme", version="2.0", role="installed", place="here"), set()),
        (Package(purl="pkg:pypi/acme", version="built locally", role="installed", place="here"), {Presence.PRESENT}),
        (Package(purl="pkg:pypi/acme", role="declares", place="here"), {Presence.DECLARED}),
    ],
)
def test_an_import_is_a_wish_a_call_is_use_and_a_version_may_rule_a_package_out(observation, presence):
    assert set(presences(MODULE, observation)) == presence


def test_a_module_that_calls_itself_is_present_and_not_used():
    call = Call(language="python", name="acme.faces.api.compare", by="<module>", place="line 2")
    assert presences(MODULE, call, locator="x.zip!/acme/faces/cli.py", kind="python-source") == [Presence.PRESENT]
    assert presences(MODULE, call, locator="x.zip!/app/acme.py", kind="python-source") == [Presence.USED]


def test_a_name_of_the_operating_system_in_a_program_is_use_of_it():
    system = technology(indicator("string", "SystemFaceUnlock"), kind=TechnologyKind.OS_API)
    assert presences(system, hit("acme-faces#0"), kind="macho") == [Presence.USED]
    assert presences(system, hit("acme-faces#0"), kind="text") == [Presence.PRESENT]


def test_an_sdk_that_loads_its_own_library_is_present_and_code_of_others_that_loads_it_uses_it():
    sdk = technology(indicator("class", "java:com.acme.faces.*"), indicator("library", "libacmefaces.so"))
    own, other = (
        Library(name="libacmefaces.so", role="loads", by=by, place="code")
        for by in ("com.acme.faces.Engine", "org.shop.Login")
    )
    assert presences(sdk, own, kind="dex") == [Presence.PRESENT]
    assert presences(sdk, other, kind="dex") == [Presence.USED]


SDK = technology(
    indicator("class", "java:com.acme.faces.*"),
    indicator("call", "java:com.acme.faces.Sdk.start"),
    indicator("library", "libacmefaces.so"),
    indicator("symbol", "acme_match_*"),
    indicator("package", "pkg:npm/%40acme/faces"),
    indicator("android", "meta-data:com.acme.KEY=*face*"),
    indicator("file", "acme*.dat"),
)


def class_(role, name="com.acme.faces.Sdk", by=""):
    return ClassName(language="java", name=name, role=role, by=by, place="here")


@pytest.mark.parametrize(
    ("observation", "presence"),
    [
        (class_("defines"), Presence.PRESENT),
        (class_("references", by="org.example.Main"), Presence.USED),
        (class_("references", by="com.acme.faces.Helper"), Presence.PRESENT),
        (class_("references"), Presence.PRESENT),
        (class_("defines", name="com.acme.faces.Sdk$Result"), Presence.PRESENT),
        (Call(language="java", name="com.acme.faces.Sdk.start", by="org.example.Main.go", place="here"), Presence.USED),
        (Library(name="libacmefaces.so.2.1", role="is", place="here"), Presence.PRESENT),
        (Library(name="libacmefaces.so", role="links", place="here"), Presence.USED),
        (Library(name="LIBACMEFACES.SO", role="loads", place="here"), Presence.USED),
        (Symbol(name="acme_match_faces", role="imports", place="here"), Presence.USED),
        (Symbol(name="acme_match_faces", role="exports", place="here"), Presence.PRESENT),
        (Package(purl="pkg:npm/%40acme/faces", role="declares", place="here"), Presence.DECLARED),
        (Package(purl="pkg:npm/%40acme/faces", role="installed", place="here"), Presence.PRESENT),
        (AndroidEntry(entry="meta-data", name="com.acme.KEY", value="ocr,face", place="here"), Presence.DECLARED),
    ],
)
def test_what_was_seen_decides_how_strongly_it_is_there(observation, presence):
    assert set(presences(SDK, observation)) == {presence}


@pytest.mark.parametrize(
    "observation",
    [
        class_("defines", name="com.acme.facesx.Sdk"),
        class_("defines", name="com.acme.faces"),
        Library(name="xlibacmefaces.so", role="links", place="here"),
        Library(name="libacmefaces.so.bak", role="links", place="here"),
        Package(purl="pkg:npm/%40acme/faces-types", role="declares", place="here"),
        AndroidEntry(entry="meta-data", name="com.acme.KEY", value="ocr", place="here"),
        Symbol(name="my_acme_match_faces", role="imports", place="here"),
    ],
)
def test_patterns_are_anchored(observation):
    assert presences(SDK, observation) == []


def test_a_native_file_is_known_by_its_own_name_and_another_file_of_that_name_is_not():
    assert presences(SDK, locator="lib/libacmefaces.so", kind="elf") == [Presence.PRESENT]
    assert presences(SDK, locator="lib/libacmefaces.so", kind="text") == []


def test_a_file_name_matches_whole_and_in_any_case():
    assert presences(SDK, locator="models/ACME_v2.DAT") == [Presence.PRESENT]
    assert presences(SDK, locator="models/xacme_v2.dat") == []


def test_an_unverified_indicator_is_a_reference_at_most():
    doubtful = technology(indicator("library", "libacme.so", seen_in=""))
    assert presences(doubtful, Library(name="libacme.so", role="links", place="here")) == [Presence.REFERENCED]


def hit(key, section="", text="acme"):
    return ByteHit(pattern=key, offset=4, length=4, text=text, section=section, place="offset 0x4")


def test_words_in_prose_are_references():
    tech = technology(indicator("string", "acme face engine"))
    assert presences(tech, hit("acme-faces#0"), kind="prose") == [Presence.REFERENCED]
    assert presences(tech, hit("acme-faces#0"), kind="elf") == [Presence.PRESENT]


def test_an_address_that_recognises_is_used_and_a_mere_host_is_a_reference():
    tech = technology(
        indicator("endpoint", "api.acme.example"),
        indicator("endpoint", "api.acme.example/search", grants=(Capability.IDENTIFICATION,)),
    )
    assert presences(tech, hit("acme-faces#0"), hit("acme-faces#1")) == [Presence.REFERENCED, Presence.USED]


def test_a_symbol_in_a_name_table_is_left_to_the_reader_that_knows_import_from_export():
    assert presences(SDK, hit("acme-faces#3", section=".dynstr"), kind="elf") == []
    assert presences(SDK, hit("acme-faces#3", section=".rodata"), kind="elf") == [Presence.PRESENT]
    assert presences(SDK, hit("acme-faces#3", section=".dynstr"), kind="pe") == [Presence.PRESENT]


@pytest.mark.parametrize(
    "alike",
    [
        lookalike("path", "*/stubs/*"),
        lookalike("class", "java:com.acme.faces.noop.*"),
    ],
)
def test_a_look_alike_is_set_aside_with_its_reason(alike):
    tech = technology(indicator("class", "java:com.acme.faces.*"), lookalikes=(alike,))
    (aside,) = found(tech, class_("defines", name="com.acme.faces.noop.Sdk"), locator="a.jar!/stubs/Sdk.class")
    assert isinstance(aside, NotCounted)
    assert aside.why == "It only looks like it."
    assert aside.technology == "acme-faces"


def test_a_look_alike_hides_nothing_else():
    tech = technology(indicator("class", "java:com.acme.faces.*"), lookalikes=(lookalike("path", "*/stubs/*"),))
    assert presences(tech, class_("defines"), locator="app/classes.dex") == [Presence.PRESENT]


PACKAGE = Package(purl="pkg:golang/acme.example/other", role="declares", place="line 3")


@pytest.mark.parametrize(
    ("others", "kind", "presence"),
    [
        ([PACKAGE], "go-module", Presence.DECLARED),
        ([Package(purl="pkg:npm/own", role="installed", place="name"), PACKAGE], "npm", Presence.DECLARED),
        ([Config(name="env:ACME", place="line 1")], "settings-json", Presence.DECLARED),
        ([], "settings-yaml", Presence.DECLARED),
        ([], "settings-json", Presence.PRESENT),
        ([PACKAGE], "elf", Presence.PRESENT),
        ([PACKAGE, Import(language="js", name="other", place="line 1")], "javascript", Presence.PRESENT),
        ([Package(purl="pkg:npm/own", role="installed", place="a bundle")], "javascript", Presence.PRESENT),
    ],
)
def test_a_text_in_what_only_names_software_proves_no_more_than_that_it_is_meant_to_be_there(others, kind, presence):
    tech = technology(indicator("string", "acme_face_engine"))
    told = found(tech, *others, hit("acme-faces#0"), kind=kind)
    assert [match.presence for match in told if isinstance(match.observation, ByteHit)] == [presence]
