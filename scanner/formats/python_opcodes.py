"""What differs between versions of Python in compiled files: magic, header, code object, numbers of instructions.

Specification: CPython's Lib/importlib/_bootstrap_external.py (magic numbers) and Lib/opcode.py of each version. Only
the instructions that `python_bytecode` follows are listed; the tests compare them with xdis and with the interpreter.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from scanner.formats.marshal_tree import CodeLayout


class Act(Enum):
    """What an instruction does, as far as it matters here."""

    EXTEND = auto()
    CONSTANT = auto()
    SMALL_NUMBER = auto()
    NAME = auto()
    LOCAL = auto()
    TWO_LOCALS = auto()
    CELL = auto()
    ATTRIBUTE = auto()
    IMPORT = auto()
    IMPORT_FROM = auto()
    STORE_NAME = auto()
    STORE_LOCAL = auto()
    STORE_TWO_LOCALS = auto()
    STORE_LOAD_LOCAL = auto()
    STORE_CELL = auto()
    STORE_ATTRIBUTE = auto()
    CALL = auto()
    RETURN = auto()
    END = auto()
    """A statement ends, or its value is decided upon."""


@dataclass(frozen=True, slots=True)
class PythonVersion:
    """How one version of Python writes compiled files."""

    name: str
    header_bytes: int
    layout: CodeLayout
    acts: Mapping[int, Act]
    shifts: Mapping[int, int]
    """Instructions whose argument holds flags below the number of a name: how many bits."""
    is_wordcode: bool = True
    """Two bytes an instruction; before 3.6 one, or three from number 90 on."""

    def instructions(self, code: bytes) -> Iterator[tuple[Act, int]]:
        """The instructions that matter, each with its argument."""
        at, extension = 0, 0
        while at < len(code):
            number = code[at]
            width = 2 if self.is_wordcode else 3 if number >= _FIRST_WITH_ARGUMENT else 1
            argument = int.from_bytes(code[at + 1 : at + width], "little") | extension
            act = self.acts.get(number)
            extension = 0
            if act is Act.EXTEND:
                extension = (argument << 8 * (width - 1)) & 0xFFFFFFFF
            elif act is not None:
                yield act, argument >> self.shifts.get(number, 0)
            at += width


_FIRST_WITH_ARGUMENT = 90

_OLD = {
    1: Act.END, 83: Act.RETURN, 84: Act.END, 90: Act.STORE_NAME, 95: Act.STORE_ATTRIBUTE, 97: Act.STORE_NAME,
    100: Act.CONSTANT, 101: Act.NAME, 106: Act.ATTRIBUTE, 108: Act.IMPORT, 109: Act.IMPORT_FROM, 114: Act.END,
    115: Act.END, 116: Act.NAME, 124: Act.LOCAL, 125: Act.STORE_LOCAL, 131: Act.CALL, 136: Act.CELL,
    137: Act.STORE_CELL, 140: Act.CALL, 141: Act.CALL, 142: Act.CALL, 148: Act.CELL,
}  # fmt: skip
_PYTHON_2_7 = {key: act for key, act in _OLD.items() if key != 148} | {145: Act.EXTEND}
_PYTHON_3 = _OLD | {144: Act.EXTEND}
_PYTHON_3_7 = _PYTHON_3 | {160: Act.ATTRIBUTE, 161: Act.CALL}
_PYTHON_3_11 = {key: act for key, act in _PYTHON_3_7.items() if key not in (131, 136, 140, 141, 161)} | {
    128: Act.END, 129: Act.END, 137: Act.CELL, 138: Act.STORE_CELL, 171: Act.CALL,
    **dict.fromkeys(range(173, 177), Act.END),
}  # fmt: skip
_PYTHON_3_12 = {key: act for key, act in _PYTHON_3_11.items() if key not in (84, 148, 160, 173, 174, 175, 176)} | {
    121: Act.RETURN, 127: Act.LOCAL, 141: Act.ATTRIBUTE, 143: Act.LOCAL, 175: Act.NAME, 176: Act.CELL,
}  # fmt: skip
_PYTHON_3_13 = {
    32: Act.END, 36: Act.RETURN, 53: Act.CALL, 54: Act.CALL, 57: Act.CALL, 71: Act.EXTEND, 74: Act.IMPORT_FROM,
    75: Act.IMPORT, 82: Act.ATTRIBUTE, 83: Act.CONSTANT, 84: Act.CELL, 85: Act.LOCAL, 86: Act.LOCAL, 87: Act.LOCAL,
    88: Act.TWO_LOCALS, 89: Act.CELL, 90: Act.NAME, 91: Act.NAME, 92: Act.NAME, 93: Act.ATTRIBUTE, 97: Act.END,
    98: Act.END, 99: Act.END, 100: Act.END, 103: Act.RETURN, 108: Act.STORE_ATTRIBUTE, 109: Act.STORE_CELL,
    110: Act.STORE_LOCAL, 111: Act.STORE_LOAD_LOCAL, 112: Act.STORE_TWO_LOCALS, 113: Act.STORE_NAME,
    114: Act.STORE_NAME,
}  # fmt: skip
_PYTHON_3_14 = {
    4: Act.CALL, 31: Act.END, 35: Act.RETURN, 52: Act.CALL, 55: Act.CALL, 69: Act.EXTEND, 72: Act.IMPORT_FROM,
    73: Act.IMPORT, 80: Act.ATTRIBUTE, 82: Act.CONSTANT, 83: Act.CELL, 84: Act.LOCAL, 85: Act.LOCAL, 86: Act.LOCAL,
    87: Act.TWO_LOCALS, 88: Act.LOCAL, 89: Act.TWO_LOCALS, 90: Act.CELL, 91: Act.NAME, 92: Act.NAME, 93: Act.NAME,
    94: Act.SMALL_NUMBER, 96: Act.ATTRIBUTE, 100: Act.END, 101: Act.END, 102: Act.END, 103: Act.END,
    110: Act.STORE_ATTRIBUTE, 111: Act.STORE_CELL, 112: Act.STORE_LOCAL, 113: Act.STORE_LOAD_LOCAL,
    114: Act.STORE_TWO_LOCALS, 115: Act.STORE_NAME, 116: Act.STORE_NAME,
}  # fmt: skip

_CODE_2 = CodeLayout(numbers=4, has_locals_plus=False)
_CODE_3 = CodeLayout(numbers=5, has_locals_plus=False)
_CODE_3_8 = CodeLayout(numbers=6, has_locals_plus=False)
_CODE_3_11 = CodeLayout(numbers=5, has_locals_plus=True)


def _old(name: str, header: int, layout: CodeLayout, acts: Mapping[int, Act]) -> PythonVersion:
    return PythonVersion(name, header, layout, acts, {}, is_wordcode=False)


VERSIONS: Mapping[int, PythonVersion] = {
    62211: _old("2.7", 8, _CODE_2, _PYTHON_2_7),
    3180: _old("3.2", 8, _CODE_3, _PYTHON_3),
    3230: _old("3.3", 12, _CODE_3, _PYTHON_3),
    3310: _old("3.4", 12, _CODE_3, _PYTHON_3),
    3350: _old("3.5", 12, _CODE_3, _PYTHON_3),
    3351: _old("3.5", 12, _CODE_3, _PYTHON_3),
    3379: PythonVersion("3.6", 12, _CODE_3, _PYTHON_3, {}),
    3394: PythonVersion("3.7", 16, _CODE_3, _PYTHON_3_7, {}),
    3413: PythonVersion("3.8", 16, _CODE_3_8, _PYTHON_3_7, {}),
    3425: PythonVersion("3.9", 16, _CODE_3_8, _PYTHON_3_7, {}),
    3439: PythonVersion("3.10", 16, _CODE_3_8, _PYTHON_3_7, {}),
    3495: PythonVersion("3.11", 16, _CODE_3_11, _PYTHON_3_11, {116: 1}),
    3531: PythonVersion("3.12", 16, _CODE_3_11, _PYTHON_3_12, {116: 1, 106: 1, 141: 2}),
    3571: PythonVersion("3.13", 16, _CODE_3_11, _PYTHON_3_13, {91: 1, 82: 1, 93: 2}),
    3627: PythonVersion("3.14", 16, _CODE_3_11, _PYTHON_3_14, {92: 1, 80: 1, 96: 2}),
}
"""By the magic number of each version's releases; those of alpha and beta versions are not listed."""

UNKNOWN = PythonVersion("unknown", 16, _CODE_3_11, {}, {})
"""How the newest known version lays out a file: a guess for one that is not known."""
