"""What Python code shows of other people's code: the modules it imports, what it calls of them, libraries it loads."""

from collections.abc import Iterator

from scanner.formats.python_values import MAX_NAME
from scanner.model.observation import Call, Import, Library, Observation
from scanner.model.source import Budget

STANDARD = frozenset(
    (  # noqa: SIM905  (a literal list would take three pages)
        "__future__ _thread abc argparse array ast asyncio atexit base64 binascii bisect builtins bz2 calendar cgi "
        "cmath cmd codecs collections concurrent configparser contextlib contextvars copy copyreg csv ctypes curses "
        "dataclasses datetime decimal difflib dis distutils doctest email encodings ensurepip enum errno faulthandler "
        "fcntl filecmp fileinput fnmatch fractions ftplib functools gc getopt getpass gettext glob graphlib grp gzip "
        "hashlib heapq hmac html http imaplib imp importlib inspect io ipaddress itertools json keyword linecache "
        "locale logging lzma mailbox marshal math mimetypes mmap multiprocessing netrc numbers operator optparse os "
        "parser pathlib pdb pickle pickletools pkgutil platform plistlib poplib posix posixpath pprint profile pstats "
        "pty pwd py_compile queue quopri random re readline reprlib resource runpy sched secrets select selectors "
        "shelve shlex shutil signal site smtplib socket socketserver sqlite3 ssl stat statistics string stringprep "
        "struct subprocess symtable sys sysconfig syslog tarfile telnetlib tempfile termios textwrap threading time "
        "timeit tkinter token tokenize tomllib trace traceback tracemalloc tty turtle types typing unicodedata "
        "unittest urllib uuid venv warnings wave weakref webbrowser winreg wsgiref xml xmlrpc zipapp zipfile "
        "zipimport zlib zoneinfo "
    ).split()
)
"""The standard library: what every program imports says nothing. Written out, for it differs between interpreters."""

_IMPORTING = frozenset(
    {"importlib.import_module", "importlib.__import__", "__import__", "runpy.run_module", "pytest.importorskip"}
)
_LOADING = frozenset(
    f"ctypes.{name}"
    for name in ("CDLL", "PyDLL", "WinDLL", "OleDLL", "cdll.LoadLibrary", "windll.LoadLibrary", "oledll.LoadLibrary")
) | {"cffi.FFI.dlopen", "numpy.ctypeslib.load_library"}
_FINDING = "ctypes.util.find_library"
_FACTORIES = ("client", "resource", "create_client", "create_resource")
"""Methods of service kits that make a client for the service whose name is their first argument."""


def imported_by(callee: str, name: str) -> str:
    """The module that a call with the constant `name` imports; empty if it imports none."""
    return name if callee in _IMPORTING and _is_dotted(name) else ""


def service_of(callee: str, name: str) -> str:
    """`kit.name` for a call `kit.….client("name")`: operations of that client count as its attributes."""
    root, _, path = callee.partition(".")
    is_factory = path.rpartition(".")[2] in _FACTORIES and name.replace("-", "").replace("_", "").isalnum()
    return f"{root}.{name}" if is_factory else ""


def library_of(callee: str, name: str) -> str:
    """The file name of the native library that a call with the constant `name` loads; empty if it loads none."""
    base = name.replace("\\", "/").rpartition("/")[2]
    if callee == _FINDING and base:
        return f"lib{base}.so"
    return base if callee in _LOADING else ""


def _is_dotted(name: str) -> bool:
    return 0 < len(name) <= MAX_NAME and all(part.isidentifier() for part in name.split("."))


class Facts:
    """Collects each import, call and load once, at the first line where it stands."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._part, self._place = 0, "line {line}"
        self._found: dict[tuple[str, ...], tuple[tuple[int, int], Observation]] = {}

    def begin(self, part: int, place: str) -> None:
        """What is added from now on stands in that part of the file; `{line}` in `place` becomes its line."""
        self._part, self._place = part, place

    def __iter__(self) -> Iterator[Observation]:
        """In the order of parts and lines, then of names."""
        for key in sorted(self._found, key=lambda key: (self._found[key][0], key)):
            yield self._found[key][1]

    def add_import(self, name: str, line: int = 0) -> None:
        """A module, or a name in it, is imported or referred to."""
        key = ("import", name)
        if name.partition(".")[0] not in STANDARD and self._is_new(key, line):
            self._found[key] = (self._part, line), Import(language="python", name=name, place=self._placed(line))

    def add_call(self, name: str, by: str, line: int = 0) -> None:
        """A function, method or class of an imported module is called by `by`."""
        key = ("call", name, by)
        if name.partition(".")[0] not in STANDARD and self._is_new(key, line):
            call = Call(language="python", name=name, by=by, place=self._placed(line))
            self._found[key] = (self._part, line), call

    def add_library(self, name: str, line: int = 0) -> None:
        """A native library is loaded by its file name."""
        key = ("library", name)
        if self._is_new(key, line):
            self._found[key] = (self._part, line), Library(name=name, role="loads", place=self._placed(line))

    def _placed(self, line: int) -> str:
        return self._place.replace("{line}", str(line))

    def _is_new(self, key: tuple[str, ...], line: int) -> bool:
        length = sum(map(len, key))
        if length > 3 * MAX_NAME:
            return False
        known = self._found.get(key)
        if known is None:
            self._budget.spend_items()
            self._budget.spend_bytes(2 * length)
        return known is None or (self._part, line) < known[0]
