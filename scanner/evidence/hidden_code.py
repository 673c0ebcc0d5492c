"""Hidden code: apps whose manifest names classes that none of their code files defines.

Android starts an app's parts by the class names in its manifest, so those names survive every renaming. Where most of
them are defined nowhere, the code was packed or encrypted, or is fetched when the app runs: what can be read is a stub,
and finding nothing in it says nothing.
Source: https://developer.android.com/guide/topics/manifest/manifest-intro (components are named by class).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from scanner.model.artifact import ArtifactFacts, Unread
from scanner.model.observation import AndroidEntry, ClassName
from scanner.model.vocabulary import Cause

_MANIFEST = "AndroidManifest.xml"
_LEAST_NAMED = 2


def hidden_code(facts: Mapping[str, ArtifactFacts]) -> Iterator[Unread]:
    """Yield an app once if more than half of the classes its manifest names are in none of its DEX files.

    An app without DEX files (a split with resources alone) hides none. An unpacked app, a folder, is an app too.
    """
    manifests: dict[str, str] = {}
    code: dict[str, list[str]] = defaultdict(list)
    for locator in facts:
        folder, _, name = locator.rpartition("/")
        if name == _MANIFEST:
            manifests[folder.removesuffix("/manifest")] = locator  # the folder in a module of an app bundle
        elif name.startswith("classes") and name.endswith(".dex"):
            code[folder.removesuffix("/dex")].append(locator)
    for app, manifest in manifests.items():
        if app not in code:
            continue
        seen = facts[manifest].observations
        named = {one.name for one in seen if isinstance(one, AndroidEntry) and one.entry == "component"}
        missing = named - _defined(facts, code[app])
        if len(named) >= _LEAST_NAMED and 2 * len(missing) > len(named):
            reason = (
                f"{len(missing)} of the {len(named)} classes that its manifest names are in none of its code files. "
                "The code is packed, encrypted or loaded from elsewhere, and was not seen; ask the vendor for a "
                "build without such protection."
            )
            yield Unread(locator=app.removesuffix("!") or ".", stage="code", cause=Cause.PACKED, reason=reason)


def _defined(facts: Mapping[str, ArtifactFacts], code: list[str]) -> set[str]:
    return {
        one.name
        for locator in code
        for one in facts[locator].observations
        if isinstance(one, ClassName) and one.role == "defines"
    }
