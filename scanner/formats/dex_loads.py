"""Which class of an app loads which native library: the text that its code hands to `System.loadLibrary` and its like.

The second depth reader of `dex`: asked about the libraries of the same app in which something matched
(`source.focus`), it names the classes that load them, which ties an app's code to what its libraries hold.
"""

from collections.abc import Iterator

from scanner.formats.dalvik import texts_given
from scanner.formats.dex_bodies import members_of, method_name, units_at
from scanner.formats.dex_tables import Damage, DexTables, dex_headers
from scanner.formats.java_loads import LOADERS, RUNTIME, RUNTIME_LOADERS
from scanner.model.observation import Library, Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="dex-loads",
    version=1,
    line="Which classes of an Android app load the native libraries asked about",
    specification="https://docs.oracle.com/javase/8/docs/api/java/lang/System.html#loadLibrary-java.lang.String-",
    limits="Only a name that stands in the same method as the call is followed, not one put together or handed on. "
    "At most 200 loads a file are told.",
    depth=True,
    deepens=("dex",),
    asks_after=("elf",),
)

_RUNTIME = frozenset(f"L{name.replace('.', '/')};" for name in RUNTIME)
_MOST_LOADS = 200


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield a `Library` with `by` for each class that loads a library of `source.focus`, once a pair.

    Raises:
        Unreadable: After everything readable, where the file is damaged.
    """
    files = {text: name for name in source.focus if name.endswith(".so") for text in _spellings(name)}
    if not files:
        return
    damage = Damage()
    told = set[tuple[str, str]]()
    for tables in dex_headers(source, budget, damage):
        for load in _loads(tables, files, budget):
            if (load.name, load.by) not in told and len(told) < _MOST_LOADS:
                told.add((load.name, load.by))
                yield load
    damage.stop()


def _spellings(name: str) -> Iterator[str]:
    """How code names the file `libface.so`: `face`, or the whole name."""
    if not name.isascii():
        return
    yield name
    if name.startswith("lib"):
        yield name[len("lib") : -len(".so")]


def _loads(tables: DexTables, files: dict[str, str], budget: Budget) -> Iterator[Library]:
    constants = tables.constants(files)
    loaders = _loaders(tables) if constants else frozenset()
    if not loaders:
        return
    texts = frozenset(constants)
    for number, row in enumerate(tables.class_defs()):
        by = tables.class_name(row[0])
        for member in members_of(tables, row, tables.place("class_defs", number), budget):
            if not member.code:
                continue
            place = tables.place("method_ids", member.number)
            units = units_at(tables, member.code, place)
            for text, _, at in texts_given(units, texts, loaders, budget):
                where = f"code of {place} at {at:04x}"
                yield Library(name=files[constants[text]], role="loads", by=by, place=where)


def _loaders(tables: DexTables) -> frozenset[int]:
    """The rows of method_ids that load a library by the name they are given."""
    methods = tables.methods()
    known = tables.descriptors
    named = tables.constants(LOADERS | RUNTIME_LOADERS)
    found = set()
    for number, (owner, _, name) in enumerate(methods):
        if name in named and owner < len(known):
            text = method_name(tables, methods, number)
            if text in LOADERS or known[owner] in _RUNTIME:
                found.add(number)
    return frozenset(found)
