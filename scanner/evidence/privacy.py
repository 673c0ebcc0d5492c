"""Privacy: what a component asks people or the system for that bears on faces, so that a finding is read with it; and
who signed it, for that is whom to ask.

None of it makes a finding. An app with a camera permission is most apps; beside face recognition it says what the app
can look at.
Sources: https://developer.android.com/reference/android/Manifest.permission and
https://developer.apple.com/documentation/bundleresources/protected-resources and …/privacy-manifest-files.
"""

from collections.abc import Iterable, Iterator, Mapping

from scanner.evidence.components import Register
from scanner.model.artifact import ArtifactFacts
from scanner.model.finding import PrivacyFact
from scanner.model.locator import base_name, containers_of
from scanner.model.observation import AndroidEntry, Config, Signer

_MANIFESTS = frozenset({"androidmanifest.xml", "info.plist", "privacyinfo.xcprivacy"})
_SIGNATURES = (".rsa", ".dsa", ".ec")
_HOST = "named-host"
_CODE, _CODE_FOLDERS = (".dex", ".bundle", ".jsbundle"), (".app/", ".framework/")
"""What holds an app's code: by the ending of its name, or, for Apple's programs, which have none, by where it lies."""
_MOST_HOSTS = 30
"""A report is no listing of addresses."""
_ENTRIES = {
    "android.permission.CAMERA": "may use the camera",
    "android.permission.FOREGROUND_SERVICE_CAMERA": "may use the camera while another app is in front",
    "android.permission.SYSTEM_CAMERA": "may use cameras that are kept for the system",
    "android.permission.USE_BIOMETRIC": "may ask the system to check a fingerprint or face",
    "android.permission.USE_FINGERPRINT": "may ask the system to check a fingerprint",
    "android.permission.READ_MEDIA_IMAGES": "may read the pictures on the device",
    "android.permission.READ_EXTERNAL_STORAGE": "may read pictures and files on the device",
    "android.permission.INTERNET": "may send what it sees over a network",
    "android.permission.RECEIVE_BOOT_COMPLETED": "may start by itself when the device does",
    "android.hardware.camera.front": "asks for a camera that looks at its user",
    "android.hardware.biometrics.face": "asks for the system's face unlock",
    "android.hardware.camera": "asks for a camera",
    "android.hardware.camera.any": "asks for a camera",
    "android.hardware.camera.external": "asks for a camera outside the device",
}
_EXPLAINED = {
    "NSCameraUsageDescription": "asks for the camera",
    "NSFaceIDUsageDescription": "asks for the system's face unlock",
    "NSPhotoLibraryUsageDescription": "asks for the pictures on the device",
}
_COLLECTED = {
    "NSPrivacyCollectedDataTypePhotosorVideos": "says it collects pictures or films",
    "NSPrivacyCollectedDataTypeSensitiveInfo": "says it collects sensitive data, to which biometric data belong",
    "NSPrivacyCollectedDataTypeEnvironmentScanning": "says it collects what the device sees around it",
    "NSPrivacyCollectedDataTypeHead": "says it collects how people move their heads",
    "NSPrivacyCollectedDataTypeUserID": "says it collects by which name or number it knows a person",
}


def privacy_facts(
    facts: Mapping[str, ArtifactFacts], register: Register, components: Iterable[str]
) -> dict[str, tuple[PrivacyFact, ...]]:
    """What the manifests and signatures of these components (by id) say, by component, in the order of the manifest."""
    wanted = set(components)
    manifests = [locator for locator in facts if base_name(locator).lower() in _MANIFESTS]
    signed = [locator for locator in facts if locator.lower().endswith(_SIGNATURES)]
    around = {outer: locator for locator in manifests for outer in containers_of(locator)[-1:] if outer in facts}
    owners = register.owners_of([*manifests, *signed])
    found: dict[str, dict[str, PrivacyFact]] = {}
    for locator, owner in (*owners.items(), *((outer, owners[inner]) for outer, inner in around.items())):
        if owner.id in wanted:
            for fact in (*_of(facts[locator], locator), *_signers(facts[locator], locator)):
                found.setdefault(owner.id, {}).setdefault(fact.name, fact)
    code = [locator for locator in facts if _may_be_code(locator)] if wanted else []
    for component, hosts in _hosts(code, facts, register).items():
        if component in wanted:
            fact = _named(hosts)
            found.setdefault(component, {}).setdefault(fact.name, fact)
    return {component: tuple(told.values()) for component, told in found.items()}


def _may_be_code(locator: str) -> bool:
    return locator.endswith(_CODE) or any(folder in locator for folder in _CODE_FOLDERS)


def _hosts(
    code: Iterable[str], facts: Mapping[str, ArtifactFacts], register: Register
) -> dict[str, dict[str, tuple[str, str]]]:
    """Where each host is named, by component."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for locator, owner in register.owners_of(code).items():
        for seen in facts[locator].observations:
            if isinstance(seen, Config) and seen.name == _HOST:
                found.setdefault(owner.id, {}).setdefault(seen.value, (locator, seen.place))
    return found


def _named(hosts: Mapping[str, tuple[str, str]]) -> PrivacyFact:
    names = sorted(hosts)
    more = f" and {len(names) - _MOST_HOSTS} more" if len(names) > _MOST_HOSTS else ""
    what = f"names these hosts in its code: {', '.join(names[:_MOST_HOSTS])}{more}"
    locator, place = hosts[names[0]]
    return PrivacyFact(name="hosts", what=what, locator=locator, place=place)


def _of(item: ArtifactFacts, locator: str) -> Iterator[PrivacyFact]:
    exported: list[AndroidEntry] = []
    for seen in item.observations:
        if isinstance(seen, AndroidEntry):
            if seen.entry in ("permission", "feature") and seen.name in _ENTRIES:
                what = _ENTRIES[seen.name] + (f" ({seen.value})" if seen.value else "")
                yield PrivacyFact(name=seen.name, what=what, locator=locator, place=seen.place)
            elif seen.entry == "component" and seen.value == "exported":
                exported.append(seen)
        elif isinstance(seen, Config) and seen.name in _EXPLAINED:
            what = f"{_EXPLAINED[seen.name]} and explains: “{seen.value}”"
            yield PrivacyFact(name=seen.name, what=what, locator=locator, place=seen.place)
        elif isinstance(seen, Config) and seen.name in _COLLECTED:
            what = _COLLECTED[seen.name] + (f" ({seen.value})" if seen.value else "")
            yield PrivacyFact(name=seen.name, what=what, locator=locator, place=seen.place)
    if exported:
        many = "one part of it" if len(exported) == 1 else f"{len(exported)} parts of it"
        what = f"lets other apps start {many}"
        yield PrivacyFact(name="android:exported", what=what, locator=locator, place=exported[0].place)


def _signers(item: ArtifactFacts, locator: str) -> Iterator[PrivacyFact]:
    for seen in item.observations:
        if isinstance(seen, Signer):
            what = f"was signed in the name of “{seen.name}” (whether the signature is valid was not checked)"
            yield PrivacyFact(name=f"signer {seen.name}", what=what, locator=locator, place=seen.place)
