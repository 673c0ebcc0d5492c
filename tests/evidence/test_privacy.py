"""What a component's own manifest asks for is told beside a finding, and makes none."""

from scanner.model.observation import AndroidEntry, ClassName, Config, Identity, Library, Owns, Signer
from tests.catalogues import facts, indicator, technology
from tests.evidence.weighing import weighed

SDK = technology(indicator("class", "java:com.acme.face.*"))
LIBRARY = technology(indicator("library", "libface.so"))


def manifest(locator, *entries):
    return facts(
        Identity(subject="container", name="Door", version="2", bundle="org.example.door", place="manifest"),
        *entries,
        locator=locator,
        kind="android-manifest",
    )


def entry(kind, name, value=""):
    return AndroidEntry(entry=kind, name=name, value=value, place=f"manifest/{kind}")


CODE = facts(
    ClassName(language="java", name="com.acme.face.Sdk", role="defines", place="class_defs[0]"),
    locator="door.apk!/classes.dex",
    kind="dex",
)


def test_permissions_features_and_exported_parts_stand_with_the_component():
    asked = manifest(
        "door.apk!/AndroidManifest.xml",
        entry("permission", "android.permission.CAMERA"),
        entry("permission", "android.permission.VIBRATE"),
        entry("feature", "android.hardware.camera", "not required"),
        entry("component", "org.example.door.Main", "exported"),
        entry("component", "org.example.door.Inner"),
    )
    (component,) = weighed(asked, CODE, technologies=(SDK,)).components
    assert [(fact.name, fact.what) for fact in component.privacy] == [
        ("android.permission.CAMERA", "may use the camera"),
        ("android.hardware.camera", "asks for a camera (not required)"),
        ("android:exported", "lets other apps start one part of it"),
    ]
    assert {fact.locator for fact in component.privacy} == {"door.apk!/AndroidManifest.xml"}


def test_what_an_apple_app_explains_to_people_is_quoted():
    bundle = facts(
        Owns(purl="", name="Door", version="2", path="./", place="CFBundleIdentifier"),
        Config(name="NSFaceIDUsageDescription", value="To open the door.", place="NSFaceIDUsageDescription"),
        Config(name="NSMicrophoneUsageDescription", value="To hear.", place="NSMicrophoneUsageDescription"),
        locator="Payload/Door.app/Info.plist",
        kind="info-plist",
    )
    code = facts(
        Library(name="libface.so", role="links", place="LC_LOAD_DYLIB[0]"),
        locator="Payload/Door.app/Door",
        kind="macho",
    )
    (component,) = weighed(bundle, code, technologies=(LIBRARY,)).components
    assert [fact.what for fact in component.privacy] == [
        "asks for the system's face unlock and explains: “To open the door.”"
    ]


def test_what_an_apple_app_says_it_collects_of_faces_is_told():
    bundle = facts(
        Owns(purl="", name="Door", version="2", path="./", place="CFBundleIdentifier"),
        locator="Payload/Door.app/Info.plist",
        kind="info-plist",
    )
    said = facts(
        Config(name="NSPrivacyCollectedDataTypePhotosorVideos", value="linked to the person", place="[0]"),
        Config(name="NSPrivacyCollectedDataTypeCrashData", value="", place="[1]"),
        locator="Payload/Door.app/PrivacyInfo.xcprivacy",
        kind="apple-privacy",
    )
    code = facts(
        Library(name="libface.so", role="links", place="LC_LOAD_DYLIB[0]"),
        locator="Payload/Door.app/Door",
        kind="macho",
    )
    (component,) = weighed(bundle, said, code, technologies=(LIBRARY,)).components
    assert [fact.what for fact in component.privacy] == ["says it collects pictures or films (linked to the person)"]


def test_the_manifest_of_another_app_says_nothing_of_this_one():
    other = manifest("other.apk!/AndroidManifest.xml", entry("permission", "android.permission.CAMERA"))
    own = manifest("door.apk!/AndroidManifest.xml")
    (component,) = weighed(other, own, CODE, technologies=(SDK,)).components
    assert component.privacy == ()


def test_permissions_alone_make_no_finding():
    asked = manifest("door.apk!/AndroidManifest.xml", entry("permission", "android.permission.CAMERA"))
    assert weighed(asked, technologies=(SDK,)).findings == ()


def test_who_signed_an_app_is_told_by_the_file_in_it_and_by_the_block_around_it():
    signature = facts(Signer(name="Acme", place="certificates"), locator="door.apk!/META-INF/A.RSA", kind="jar-signer")
    block = facts(Signer(name="Acme Root", place="signing block"), locator="door.apk", kind="zip")
    other = facts(Signer(name="Other", place="certificates"), locator="other.apk!/META-INF/A.RSA", kind="jar-signer")
    known = (manifest("door.apk!/AndroidManifest.xml"), CODE, signature, block, other)
    (component,) = weighed(*known, technologies=(SDK,)).components
    assert sorted((fact.name, fact.locator) for fact in component.privacy) == [
        ("signer Acme", "door.apk!/META-INF/A.RSA"),
        ("signer Acme Root", "door.apk"),
    ]


def test_hosts_that_the_code_of_an_app_names_are_listed_once_and_not_all_of_them():
    hosts = [Config(name="named-host", value=f"h{n:02}.example.org", place=f"offset {n}") for n in range(40)]
    more = facts(*hosts, hosts[0], locator="door.apk!/classes2.dex", kind="dex")
    other = facts(hosts[0], locator="other.apk!/classes.dex", kind="dex")
    known = (manifest("door.apk!/AndroidManifest.xml"), CODE, more, other)
    (component,) = weighed(*known, technologies=(SDK,)).components
    (fact,) = component.privacy
    assert fact.what.startswith("names these hosts in its code: h00.example.org, h01.example.org, ")
    assert fact.what.endswith(", h29.example.org and 10 more")
    assert (fact.locator, fact.place) == ("door.apk!/classes2.dex", "offset 0")
