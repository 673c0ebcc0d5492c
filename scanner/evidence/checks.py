"""Checks: for each piece of evidence, a command that a person can run to see it with their own eyes.

Only programs that a Linux or macOS desk has or installs in a minute (unzip, tar, ar, strings, readelf, javap …), and
`frscan extract` where none of them opens what the artifact lies in. Names from the target are quoted for a POSIX
shell; a name that cannot be typed safely gives no command. What a command prints is short, whatever is in the file.
"""

import re
import shlex

from scanner.evidence.taken_out import listed, taken_out
from scanner.matching.match import FILE_NAME, FileName
from scanner.model.observation import (
    AndroidEntry,
    ByteHit,
    Call,
    ClassName,
    Config,
    Digest,
    Import,
    Library,
    Network,
    Observation,
    Package,
    Product,
    Signer,
    Symbol,
)

_LINE = re.compile(r"line ([0-9]+)")
_SHORTEST = 4
"""Of what `strings` shows."""


def check_for(
    observation: Observation | FileName, locator: str, artifact_type: str, *, is_in_layers: bool = False
) -> str:
    """A shell command, run where the target lies; empty where no simple one exists.

    `is_in_layers`: the artifact lies in layers of a container, where no other program finds it by its locator.
    """
    if not locator.isprintable() or "\\" in locator:
        return ""
    if observation.place == FILE_NAME:
        return listed(locator, is_in_layers=is_in_layers)
    look = _look(observation, artifact_type)
    if not look:
        return ""
    ending = ".class" if artifact_type == "java-class" else ""  # javap takes no other
    commands, file = taken_out(locator, is_in_layers=is_in_layers, ending=ending)
    return commands + look.replace("{}", file)


def _look(observation: Observation | FileName, artifact_type: str) -> str:
    """What to run on the file itself, which stands as `{}`."""
    match observation:
        case ByteHit(offset=offset, length=length):
            return f"tail -c +{offset + 1} {{}} | head -c {max(length, 1)} | xxd"
        case Digest() | Network():
            return _look_at_network(observation)
        case Package(purl=purl):
            return _look_for_package(purl)
        case Library() | Symbol():
            return _look_for_native_name(observation, artifact_type)
        case Call() | Import() | ClassName():
            return _look_for_reference(observation, artifact_type)
        case AndroidEntry(name=name) | Config(name=name):
            return _text_search(name.rsplit(".", 1)[-1])
        case Product(name=name) | Signer(name=name):
            return _text_search(name)
        case _:
            return ""


def _text_search(text: str) -> str:
    """Look for a text in UTF-8 and in UTF-16, in which Windows and Android write."""
    return f"(strings -a {{}}; strings -a -el {{}}) | grep -F -- {shlex.quote(text)}"


def _look_for_native_name(observation: Library | Symbol, artifact_type: str) -> str:
    name = shlex.quote(observation.name)
    if artifact_type == "elf" and isinstance(observation, Symbol) and not observation.place.startswith("offset"):
        return f"readelf -W -s {{}} | grep -F -- {name}"
    if artifact_type == "elf" and isinstance(observation, Library) and observation.place.startswith("DT_"):
        return f"readelf -d {{}} | grep -iF -- {name}"
    if artifact_type == "dex":  # code loads a library without what stands around its name in the file's
        return _text_search(observation.name.removeprefix("lib").removesuffix(".so"))
    return _text_search(observation.name)


def _look_for_package(purl: str) -> str:
    """By its name, which lists write with any of three marks between words."""
    name = purl.partition("@")[0].rsplit("/", 1)[-1]
    words = map(re.escape, re.split(r"[-_.]", name))
    return f"grep -aoiE -- {shlex.quote(_in_its_line('[-_.]'.join(words)))} {{}}"


def _in_its_line(expression: str) -> str:
    return f".{{0,60}}{expression}.{{0,60}}"


def _look_at_network(observation: Digest | Network) -> str:
    """Of its weights nothing but a scan tells the digest."""
    if isinstance(observation, Network):
        return "head -c 256 {} | xxd"
    return "sha256sum {}" if observation.algorithm == "sha256" else "frscan scan --format json {}"


def _look_for_reference(observation: Call | Import | ClassName, artifact_type: str) -> str:
    """The line of a source; of JavaScript, which may be one line of megabytes, what is around the name."""
    line = _LINE.match(observation.place)
    if line is None:
        return _look_in_code(observation, artifact_type)
    if artifact_type == "javascript":
        around = _in_its_line(re.escape(_telling_part(observation.name)))
        return f"grep -aoE -- {shlex.quote(around)} {{}}"
    return f"sed -n {line[1]}p {{}}"


def _look_in_code(observation: Call | Import | ClassName, artifact_type: str) -> str:
    """What compiled code keeps of the name of a class, function or module."""
    name = observation.name
    owner, _, member = name.rpartition(".")
    is_call = isinstance(observation, Call)
    if artifact_type == "java-class":
        # Without its package a name may be a single letter, where names were shortened.
        kept = f"{owner.replace('.', '/')}.{member}" if is_call else name.replace(".", "/")
        return f"javap -p -v {{}} | grep -F -- {shlex.quote(kept)}"
    if artifact_type == "dex":
        kept = member if is_call else "L" + name.replace(".", "/") + ";"
    else:  # .NET keeps the name space apart
        kept = _telling_part(name.replace("$", ".") if artifact_type == "dotnet" else name)
    return f"strings -a {{}} | grep -F -- {shlex.quote(kept)}"


def _telling_part(name: str) -> str:
    """The last part of a dotted name that `strings` would show."""
    parts = re.split(r"[./]", name)
    return next((part for part in reversed(parts) if len(part) >= _SHORTEST), max(parts, key=len))
