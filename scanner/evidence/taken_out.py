"""Taken out: the commands that write an artifact out of the archives around it, so that other programs can look at it.

Archives that a desk has a program for are opened by that program, so that nobody need take our word for it. From
everything else (disk images, firmware, installers, container images, whose layers lie on each other) `frscan extract`
takes it.
"""

import re
import shlex
from collections.abc import Sequence

_ZIP = frozenset(
    f".{ending}"
    for ending in (
        *("zip", "apk", "apks", "apkm", "xapk", "aab", "aar", "jar", "war", "ear", "ipa", "whl", "egg"),
        *("nupkg", "vsix", "xpi", "msix", "appx", "msixbundle", "appxbundle"),
    )
)
_COMPRESSED = {
    ".gz": "gzip", ".tgz": "gzip", ".xz": "xz", ".txz": "xz", ".bz2": "bzip2", ".tbz2": "bzip2", ".zst": "zstd",
    ".tzst": "zstd",
}  # fmt: skip
_TAR = ".tar"
_AR = frozenset({".a", ".lib", ".deb"})
_NETWORK_AT = re.compile(r"\(network at 0x([0-9a-f]+)\)")
_SCRATCH = "/tmp/frscan-check-"  # noqa: S108  (a suggestion to a person, not a path we write)


def taken_out(locator: str, *, is_in_layers: bool, ending: str = "") -> tuple[str, str]:
    """The commands, each ended by ` && `, and the file that they write: for a file of a folder, none and itself.

    `is_in_layers`: it lies in layers of a container. `ending` is what that file's name must end with.
    """
    first, *members = locator.split("!/")
    if not members:
        return "", shlex.quote(first)
    steps = None if is_in_layers else _steps(first, members)
    if steps is None:
        steps = [f"frscan extract {shlex.quote(locator)}"]
    last = len(steps) - 1
    commands = (f"{step} > {_SCRATCH}{n}{ending if n == last else ''} && " for n, step in enumerate(steps))
    return "".join(commands), f"{_SCRATCH}{last}{ending}"


def listed(locator: str, *, is_in_layers: bool) -> str:
    """A command that shows that a file of this name lies there, without what it holds."""
    container, mark, name = locator.rpartition("!/")
    if not mark:
        return f"ls -l {shlex.quote(locator)}"
    ending = _ending(container.rpartition("!/")[2])
    if is_in_layers or ending not in {_TAR, *_ZIP}:
        return f"frscan extract {shlex.quote(locator)} | wc -c"
    commands, file = taken_out(container, is_in_layers=False)
    return f"{commands}{'tar -tf' if ending == _TAR else 'unzip -l'} {file} | grep -F -- {shlex.quote(name)}"


def _steps(first: str, members: Sequence[str]) -> list[str] | None:
    """What writes each member to standard output; None where there is no program for one of the archives.

    A tar archive is read together with what compresses it.
    """
    steps: list[str] = []
    container, file = first, shlex.quote(first)
    for member, after in zip(members, [*members[1:], ""], strict=True):
        if not (after and _ending(container) in _COMPRESSED and _ending(member) == _TAR):
            step = _step(container, member, file)
            if step is None:
                return None
            file = f"{_SCRATCH}{len(steps)}"
            steps.append(step)
        container = member
    return steps


def _step(container: str, member: str, file: str) -> str | None:
    ending, name = _ending(container), shlex.quote(member)
    at = _NETWORK_AT.fullmatch(member)
    if at is not None:
        return f"tail -c +{int(at[1], 16) + 1} {file}"
    if ending in _ZIP:
        return f"unzip -p {file} {shlex.quote(_unzip_literal(member))}"
    if ending == _TAR:  # names may begin with ./ there, which locators do not tell
        return f"(tar -xOf {file} -- {name} || tar -xOf {file} -- {shlex.quote('./' + member)}) 2> /dev/null"
    if ending in _COMPRESSED:
        return f"{_COMPRESSED[ending]} -dc {file}"
    if ending in _AR:
        return f"ar p {file} {name}"
    return None


def _ending(name: str) -> str:
    return name[name.rfind(".") :].lower() if "." in name else ""


def _unzip_literal(member: str) -> str:
    """unzip reads member names as patterns: take its wildcards literally."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in member)
