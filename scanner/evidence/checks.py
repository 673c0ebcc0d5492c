"""Checks: for each piece of evidence, a command that a person can run to see it with their own eyes.

Only programs that a Linux or macOS desk has or installs in a minute: unzip, tar, ar, strings, readelf,
javap, sha256sum.
Names from the target are quoted for a POSIX shell; a name that cannot be typed safely gives no command.
"""

import re
import shlex

from scanner.matching.match import FILE_NAME, FileName
from scanner.model.observation import (
    AndroidEntry,
    ByteHit,
    Call,
    ClassName,
    Digest,
    Library,
    Network,
    Observation,
    Package,
    Product,
    Signer,
    Symbol,
)

_COMPRESSED = {".gz": "gzip", ".xz": "xz", ".bz2": "bzip2", ".zst": "zstd"}
_AR = frozenset({".a", ".lib", ".deb"})
_NETWORK_AT = re.compile(r"\(network at 0x([0-9a-f]+)\)")


def check_for(observation: Observation | FileName, locator: str, artifact_type: str) -> str:
    """A shell command, run where the target lies; empty where no simple one exists."""
    if not locator.isprintable() or "\\" in locator:
        return ""
    look = _look(observation, artifact_type)
    if not look:
        return ""
    parts = locator.split("!/")
    if len(parts) == 1:
        return look.replace("{}", shlex.quote(parts[0]))
    if isinstance(observation, FileName):
        return _listing(parts)
    return _unpacked(parts, look)


def _unpacked(parts: list[str], look: str) -> str:
    """Write each nested member to a scratch file and look at the last one."""
    steps = []
    current = shlex.quote(parts[0])
    for number, member in enumerate(parts[1:]):
        scratch = f"/tmp/frscan-check-{number}"  # noqa: S108  (a suggestion to a person, not a path we write)
        steps.append(f"{_taken_out(parts[number], member, current)} > {scratch}")
        current = scratch
    return " && ".join([*steps, look.replace("{}", current)])


def _taken_out(container: str, member: str, file: str) -> str:
    """What writes a member to standard output, by the name of the container that `file` is."""
    ending = container[container.rfind(".") :].lower()
    at = _NETWORK_AT.fullmatch(member)
    if at is not None:
        return f"tail -c +{int(at[1], 16) + 1} {file}"
    if ending in _COMPRESSED:
        return f"{_COMPRESSED[ending]} -dc {file}"
    if ending in _AR:
        return f"ar p {file} {shlex.quote(member)}"
    if ending == ".tar":
        return f"tar -xOf {file} -- {shlex.quote(member)}"
    return f"unzip -p {file} {shlex.quote(_unzip_literal(member))}"


def _listing(parts: list[str]) -> str:
    if len(parts) > 2:
        return _unpacked(parts[:-1], "unzip -l {} " + shlex.quote(_unzip_literal(parts[-1])))
    return f"unzip -l {shlex.quote(parts[0])} {shlex.quote(_unzip_literal(parts[-1]))}"


def _unzip_literal(member: str) -> str:
    """unzip reads member names as patterns: take its wildcards literally."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in member)


def _look(observation: Observation | FileName, artifact_type: str) -> str:
    """What to run on the file itself, which stands as `{}`."""
    match observation:
        case ClassName(name=name) | Call(name=name):
            return _look_for_class(name, is_call=isinstance(observation, Call), artifact_type=artifact_type)
        case Library() | Symbol() | FileName():
            return _look_for_native_name(observation, artifact_type)
        case ByteHit(offset=offset, length=length):
            return f"tail -c +{offset + 1} {{}} | head -c {max(length, 1)} | xxd"
        case Digest() | Network():
            return _look_at_network(observation)
        case AndroidEntry(name=name):
            return _text_search(name.rsplit(".", 1)[-1])
        case Product(name=name) | Signer(name=name):
            return _text_search(name)
        case Package(purl=purl):
            return f"grep -iF -- {shlex.quote(purl.rsplit('/', 1)[-1])} {{}}"
        case _:
            return ""


def _text_search(text: str) -> str:
    """Look for a text in UTF-8 and in UTF-16, in which Windows and Android write."""
    return f"(strings -a {{}}; strings -a -el {{}}) | grep -F -- {shlex.quote(text)}"


def _look_for_native_name(observation: Library | Symbol | FileName, artifact_type: str) -> str:
    name = shlex.quote(observation.name)
    if isinstance(observation, Symbol) and artifact_type == "elf":
        return f"readelf -W --dyn-syms {{}} | grep -F -- {name}"
    if observation.place == FILE_NAME:
        return "ls -l {}"
    if artifact_type == "dex":  # code loads a library without what stands around its name in the file's
        return _text_search(observation.name.removeprefix("lib").removesuffix(".so"))
    if artifact_type != "elf" or isinstance(observation, FileName):
        return _text_search(observation.name)
    return f"readelf -d {{}} | grep -iF -- {name}"


def _look_at_network(observation: Digest | Network) -> str:
    """Of its weights nothing but a scan tells the digest."""
    if isinstance(observation, Network):
        return "head -c 256 {} | xxd"
    return "sha256sum {}" if observation.algorithm == "sha256" else "frscan scan --format json {}"


def _look_for_class(name: str, *, is_call: bool, artifact_type: str) -> str:
    if artifact_type == "java-class":
        return f"javap -p -c {{}} | grep -F -- {shlex.quote(name.rsplit('.', 1)[-1])}"
    if artifact_type == "dex":
        word = name.rsplit(".", 1)[-1] if is_call else "L" + name.replace(".", "/") + ";"
        return f"strings -a {{}} | grep -F -- {shlex.quote(word)}"
    if artifact_type == "dotnet":  # the name space stands apart
        name = name.replace("$", ".").rsplit(".", 1)[-1]
    return f"strings -a {{}} | grep -F -- {shlex.quote(name)}"
