"""Import maps in files of their own, and those of Deno: which package a name in code stands for."""

from collections.abc import Iterator

from scanner.formats.javascript_modules import module_of
from scanner.formats.json_pieces import lenient_json
from scanner.formats.json_tree import Json, part
from scanner.formats.packages.purls import npm_purl
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="import-map",
    version=1,
    line="Import maps and Deno's settings: packages that names in code stand for",
    specification="https://html.spec.whatwg.org/multipage/webappapis.html#import-maps, "
    "https://docs.deno.com/runtime/fundamentals/configuration/",
    limits="Packages of npm only, also by the addresses of content networks.",
    names=("deno.json", "deno.jsonc", "import_map.json", "importmap.json", "import-map.json"),
)

_MAX_BYTES = 4 * 1024 * 1024


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each package as declared, by the name it goes by.

    Raises:
        Unreadable: damaged, where it breaks off; limit, when it is too large or nested too deeply.
    """
    tree, problem = lenient_json(source, budget, _MAX_BYTES)
    for place, names in _maps(tree):
        for name, address in names.items():
            budget.spend_items()
            is_of_package = isinstance(address, str) and (":" in address or address.startswith("//"))
            module = module_of(address) if is_of_package else None
            purl = npm_purl(module.package) if module is not None else None
            if module is not None and purl is not None:
                yield Package(purl=purl, version=module.version, role="declares", place=f"{place}.{name}")
    if problem is not None:
        raise problem


def _maps(tree: Json) -> Iterator[tuple[str, Json]]:
    yield "imports", part(tree, "imports")
    for scope in part(tree, "scopes"):
        yield f"scopes.{scope}", part(tree, "scopes", scope)
