"""Hybrid apps (Cordova, Capacitor): the plugins that tie a web page to the phone.

`cordova_plugins.js` lists modules with their `pluginId` and, at its end, every plugin with its version;
`capacitor.plugins.json` lists npm packages with the class that each brings.
Specification: https://cordova.apache.org/docs/en/latest/plugin_ref/spec.html and
https://capacitorjs.com/docs/plugins.
"""

import json
import re
from collections.abc import Iterator

from scanner.formats.packages.purls import npm_purl
from scanner.formats.text_lines import text_of
from scanner.model.observation import ClassName, Observation, Package
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="hybrid-plugins",
    version=1,
    line="Plugins of Cordova and Capacitor apps",
    specification="https://cordova.apache.org/docs/en/latest/plugin_ref/spec.html",
    limits="Plugins that an app holds without listing them are known by their code alone.",
    names=("cordova_plugins.js", "capacitor.plugins.json"),
)

_LIMIT_BYTES = 1 << 20
_MODULE = re.compile(r"""["']pluginId["']\s*:\s*["']([@\w./-]{1,200})["']""")
_METADATA = re.compile(r"\.metadata\s*=\s*\{([^}]{0,65536})\}")
_VERSION = re.compile(r"""["']([@\w./-]{1,200})["']\s*:\s*["'](\d[\w.+-]{0,60})["']""")


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each plugin as declared; of Capacitor's also the class, as named by another than itself.

    Raises:
        Unreadable: limit, when the file is too large; damaged, when a list in JSON is none.
    """
    text = text_of(source, budget, _LIMIT_BYTES)
    if source.name.lower().endswith(".json"):
        yield from _capacitor(text, budget)
    else:
        yield from _cordova(text, budget)


def _cordova(text: str, budget: Budget) -> Iterator[Observation]:
    metadata = _METADATA.search(text)
    versions = dict(_VERSION.findall(metadata[1])) if metadata else {}
    for name in dict.fromkeys((*_MODULE.findall(text), *versions)):
        budget.spend_items()
        yield from _plugin(name, versions.get(name, ""), f"plugin {name}")


def _capacitor(text: str, budget: Budget) -> Iterator[Observation]:
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(Cause.DAMAGED, "The list of plugins is no JSON.") from error
    for number, plugin in enumerate(listed if isinstance(listed, list) else ()):
        budget.spend_items()
        name, path = (plugin.get(key) for key in ("pkg", "classpath")) if isinstance(plugin, dict) else (None, None)
        if isinstance(name, str):
            yield from _plugin(name, "", f"[{number}].pkg")
        if isinstance(path, str) and 0 < len(path) <= _LONGEST_CLASS:
            yield ClassName(language="java", name=path, role="references", place=f"[{number}].classpath")


_LONGEST_CLASS = 300


def _plugin(name: str, version: str, place: str) -> Iterator[Observation]:
    purl = npm_purl(name)
    if purl is not None:
        yield Package(purl=purl, version=version, role="declares", place=place)
