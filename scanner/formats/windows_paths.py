"""Paths as Windows writes them in its registry and its tasks, as paths from the root of the system's drive."""

import posixpath
import re
from collections.abc import Iterable

_FOR_ALL = {
    "systemroot": "C:/Windows",
    "windir": "C:/Windows",
    "systemdrive": "C:",
    "programfiles": "C:/Program Files",
    "programw6432": "C:/Program Files",
    "programfiles(x86)": "C:/Program Files (x86)",
    "commonprogramfiles": "C:/Program Files/Common Files",
    "programdata": "C:/ProgramData",
    "allusersprofile": "C:/ProgramData",
    "public": "C:/Users/Public",
}
"""What these variables mean on a system that was set up as usual."""
_VARIABLE = re.compile(r"%([\w()]{1,40})%")
_OF_SYSTEM = re.compile(r"(?:/systemroot|(?=system32/))/?", re.I)
"""How drivers are written: from the system's own folder."""
_DRIVE = re.compile(r"(?:/{1,2}\?+/)?[a-z]:/+", re.I)
_COMMAND = re.compile(
    r'\s*(?:"([^"]{1,1000})"|(.{1,1000}?\.(?:exe|dll|sys|com|bat|cmd|scr))(?=[\s,]|$)|([^\s,]{1,1000}))', re.I
)
_SHARED = re.compile(
    r"/(?:[^/]*|Windows(?:/.*)?|Program Files[^/]*/Common Files|ProgramData/(?:Package Cache(?:/.*)?|Microsoft)"
    r"|Users/[^/]*(?:/[^/]*|/AppData/[^/]*(?:/(?:Programs|Temp|Microsoft|Packages|Package Cache(?:/.*)?))?)?)",
    re.I,
)
"""Folders in which many programs lie, or none: a program that says it lies there owns only its own files."""
_OF_UNINSTALLER = re.compile(r"/(?:_?uninst(?:all)?(?:er)?|installer|setup)$", re.I)


def drive_path(text: str) -> str:
    r"""`/Program Files/Acme` for `"C:\Program Files\Acme\"`; nothing for what has no drive or leads upwards."""
    path = text.strip().strip('"').strip().replace("\\", "/")
    path = _VARIABLE.sub(lambda found: _FOR_ALL.get(found[1].lower(), found[0]), path)
    path = _OF_SYSTEM.sub("C:/Windows/", path, count=1) if _OF_SYSTEM.match(path) else path
    drive = _DRIVE.match(path)
    inner = path[drive.end() :].strip("/") if drive is not None else ""
    return f"/{inner}" if inner and ".." not in inner.split("/") else ""


def program_in(command: str) -> str:
    """The program that a command line starts, as `drive_path` gives it: what is quoted, else up to its ending."""
    found = _COMMAND.match(command)
    return drive_path(found[1] or found[2] or found[3]) if found else ""


def own_folder(path: str) -> str:
    """A folder that is one program's alone, ending in a slash; nothing for one in which others lie, too."""
    folder = _OF_UNINSTALLER.sub("", path.rstrip("/"))
    return f"{folder}/" if folder and not _SHARED.fullmatch(folder) else ""


def common_folders(files: Iterable[str]) -> list[str]:
    """What a program's files amount to: folders that are its own, ending in a slash, and files in shared ones."""
    together: dict[str, list[str]] = {}
    for file in files:
        together.setdefault("/".join(file.split("/")[:3]), []).append(file)
    found: list[str] = []
    for beside in together.values():
        folder = own_folder(posixpath.commonpath([posixpath.dirname(file) for file in beside]))
        found += [folder] if folder else beside
    return found
