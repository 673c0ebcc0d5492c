"""Pages and components: the scripts they load from packages, their import maps, and the scripts written in them."""

import json
from collections.abc import Iterator

from scanner.formats.bundled_modules import bundled_packages
from scanner.formats.html_elements import Element, elements_of
from scanner.formats.javascript import as_utf8
from scanner.formats.javascript_facts import Text, dialect_of, javascript_facts
from scanner.formats.javascript_files import file_specifier, names_a_file
from scanner.formats.javascript_modules import Module, installed_module, module_at, module_of
from scanner.formats.packages.purls import npm_purl
from scanner.model.observation import Import, Observation, Package
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="html",
    version=2,
    line="HTML pages, Vue and Svelte components: packages loaded over the network, import maps, inline scripts",
    specification="HTML: https://html.spec.whatwg.org/multipage/scripting.html",
    limits="Handlers in attributes and expressions in templates are not read. Above 8 MiB nothing is.",
    suffixes=(".html", ".htm", ".xhtml", ".vue", ".svelte"),
    after_words=("js",),
)

_MAX_BYTES = 8 * 1024 * 1024
_SCRIPT_TYPES = frozenset({"", "module", "text/javascript", "application/javascript", "text/babel", "text/jsx"})
_LINKED = frozenset({"modulepreload", "preload", "prefetch"})


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield packages that scripts are loaded from, as declared, and what the page's own scripts import and call.

    Raises:
        Unreadable: limit, when the page is longer than 8 MiB; damaged, when much of a script cannot be parsed.
    """
    if source.size > _MAX_BYTES:
        raise Unreadable(Cause.LIMIT, "The page is longer than 8 MiB and its scripts were not read.")
    budget.spend_bytes(2 * source.size)
    page = as_utf8(bytes(source.view())).decode("utf-8", "replace")
    seen: set[str] = set()
    stopped: Unreadable | None = None
    for element in elements_of(page, budget):
        try:
            yield from _of_element(element, source.name, seen, budget)
        except Unreadable as error:
            if error.cause is Cause.LIMIT:
                raise
            stopped = error
    if stopped is not None:
        raise stopped


def _of_element(element: Element, name: str, seen: set[str], budget: Budget) -> Iterator[Observation]:
    attributes, place = element.attributes, f"line {element.line}"
    if element.tag == "link":
        if attributes.get("rel", "").lower() in _LINKED:
            yield from _loaded(_module_at(attributes.get("href", "")), place, seen)
        return
    if attributes.get("src"):
        yield from _loaded(_module_at(attributes["src"]), place, seen)
        yield from _file_of_site(attributes["src"], place, seen)
        return
    kind = attributes.get("type", "").lower()
    if kind == "importmap":
        for specifier, address in _import_map(element.text):
            budget.spend_items()
            yield from _mapped(specifier, address, f"{place}, import map", seen)
    elif kind in _SCRIPT_TYPES:
        data = element.text.encode("utf-8", "replace")
        text = Text(data, dialect_of(f".{attributes.get('lang', '')}"), name, first_line=element.text_line)
        for package in bundled_packages(data, budget):
            yield Package(purl=package.purl, version=package.version, role="installed", place=place)
        yield from javascript_facts(text, budget)


def _file_of_site(address: str, place: str, seen: set[str]) -> Iterator[Import]:
    """A script of the site itself; `js/x.js` means `./js/x.js` here."""
    if _module_at(address) is not None or ":" in address:
        return
    file = file_specifier(address if names_a_file(address) else f"./{address}")
    if file and file not in seen:
        seen.add(file)
        yield Import(language="js", name=file, place=place)


def _module_at(address: str) -> Module | None:
    return module_at(address) or installed_module(address)


def _import_map(text: str) -> Iterator[tuple[str, str]]:
    """Specifiers and addresses of an import map, those of scopes too; a broken one gives none, as in browsers."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return
    scopes = content.get("scopes") if isinstance(content, dict) else None
    lists = [content.get("imports")] if isinstance(content, dict) else []
    for imports in (*lists, *(scopes.values() if isinstance(scopes, dict) else ())):
        if isinstance(imports, dict):
            yield from ((key, value) for key, value in imports.items() if isinstance(value, str))


def _mapped(specifier: str, address: str, place: str, seen: set[str]) -> Iterator[Import | Package]:
    """A package by the address; where that is a file of the site, the name alone."""
    at = _module_at(address)
    yield from _loaded(at, place, seen)
    named = module_of(specifier.rstrip("/"))
    if at is None and named is not None and named.package not in seen:
        seen.add(named.package)
        yield Import(language="js", name=named.package, place=place)


def _loaded(module: Module | None, place: str, seen: set[str]) -> Iterator[Import | Package]:
    purl = npm_purl(module.package) if module is not None else None
    if module is None or purl is None or f"{purl}@{module.version}" in seen:
        return
    seen.add(f"{purl}@{module.version}")
    yield Package(purl=purl, version=module.version, role="declares", place=place)
    yield Import(language="js", name=module.package, place=place)
