"""Locators: how an artifact is named inside a target, as valid Unicode that leads back to the bytes.

Undecodable bytes become `\\xNN`, a literal backslash `\\\\`, a literal `!` before `/` becomes `\\x21`; the separator
is `/` on every system and `!/` leads into a container.
"""

import re
from pathlib import PurePosixPath

_NATIVE_FOLDER = re.compile(r"(?:^|/)(?:lib|jni|jniLibs)/[^/]+/[^/]+$")
"""How an app (APK, AAR, sources) keeps its native libraries, by processor."""
_SETS_OF_SPLITS = (".apks", ".apkm", ".xapk")


def text_name(raw: str | bytes) -> str:
    """Escape a name from a file system or a container into locator text.

    A `str` may hold surrogates, as Python gives for undecodable file names.
    """
    if isinstance(raw, bytes):
        raw = raw.decode("utf-8", "surrogateescape")
    if raw.isascii() and "\\" not in raw and "!" not in raw:
        return raw
    text = raw.replace("\\", "\\\\").replace("!/", "\\x21/")
    if text.endswith("!"):
        text = text[:-1] + "\\x21"
    return "".join(_escaped(c) if 0xD800 <= ord(c) <= 0xDFFF else c for c in text)


def _escaped(surrogate: str) -> str:
    code = ord(surrogate)
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def inside(container: str, member: str) -> str:
    """The locator of a container's member; `member` is already locator text."""
    return f"{container}!/{member}"


def below(folder: str, name: str) -> str:
    """The locator of a folder's entry; an empty `folder` is a folder target itself."""
    return f"{folder}/{name}" if folder else name


def base_name(locator: str) -> str:
    """The last name of a locator."""
    name = locator.rpartition("!/")[2].rpartition("/")[2]
    return name if name not in {"", "."} else PurePosixPath(locator.rpartition("!/")[2]).name


def containers_of(locator: str) -> tuple[str, ...]:
    """Locators of the containers around an artifact, outermost first."""
    parts = locator.split("!/")
    return tuple("!/".join(parts[: n + 1]) for n in range(len(parts) - 1))


def app_of(locator: str) -> str:
    """The container that an artifact of an app lies in; of an app that comes in splits, the archive with all of them.

    Of an app that was unpacked into a folder that folder, with a `/` at its end, or `./` at the root of the target: the
    one in which the artifact lies, or for a native library, which lies two deep in it, the one around `lib/arm64-v8a/`.
    """
    container = locator.rpartition("!/")[0]
    if not container:
        within = _NATIVE_FOLDER.search(locator)
        folder = locator[: within.start() if within else locator.rfind("/") + 1]
        return f"{folder.removesuffix('/')}/" if folder else "./"
    around = container.rpartition("!/")[0]
    return around if around.lower().endswith(_SETS_OF_SPLITS) else container
