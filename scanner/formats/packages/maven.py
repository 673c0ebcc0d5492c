"""Maven: the package a jar was built from (pom.properties), and the packages a project asks for (pom.xml)."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from scanner.formats.packages.purls import maven_purl
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause, Scope

INFO = Info(
    name="maven",
    version=3,
    line="Maven packages: what a jar was built from, what a project depends on",
    specification="Maven POM reference: https://maven.apache.org/pom.html",
    limits="Of parent projects only the one in the folder above is known; a dependency named by a value of another one "
    "is left out.",
    names=("pom.properties", "pom.xml"),
)

_CHUNK_BYTES = 65_536
_MAX_DEPTH = 200
_MAX_TEXT = 4096
_PROPERTY = re.compile(r"\$\{([^${}]{1,200})\}")
_DEPENDENCY_LISTS = (
    ("project", "dependencies", "dependency"),
    ("project", "profiles", "profile", "dependencies", "dependency"),
)
_MANAGED = ("project", "dependencyManagement", "dependencies", "dependency")
_PROPERTIES = ("project", "properties")
_COORDINATES = ("groupId", "artifactId", "version", "scope", "optional")


def wants(name: str, head: bytes) -> bool:
    """Whether a pom.xml looks like a project; properties are told by their name."""
    return name == "pom.properties" or b"<project" in head or b"<\0p\0r\0o\0j" in head


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the package installed (pom.properties), or the packages declared (pom.xml).

    Raises:
        Unreadable: damaged, when the text is not what its name says; unsupported, when it defines a document type.
    """
    if source.name.lower() == "pom.properties":
        yield from _installed(source, budget)
    else:
        yield from _declared(source, budget)


def _installed(source: Source, budget: Budget) -> Iterator[Package]:
    budget.spend_bytes(source.size)
    values: dict[str, str] = {}
    for line in bytes(source.view()).decode("latin-1").splitlines():
        budget.spend_items()
        key, separator, value = line.partition("=")
        if separator and not line.startswith(("#", "!")):
            values[key.strip()] = value.strip()
    purl = maven_purl(values.get("groupId", ""), values.get("artifactId", ""))
    if purl is None:
        raise Unreadable(Cause.DAMAGED, "The properties name no group and artifact, so the package is not known.")
    yield Package(purl=purl, version=values.get("version", ""), role="installed", place="artifactId")


@dataclass(slots=True)
class _Project:
    """What a POM says of its dependencies, before properties are put in."""

    properties: dict[str, str] = field(default_factory=dict)
    dependencies: list[dict[str, str]] = field(default_factory=list)
    managed: list[dict[str, str]] = field(default_factory=list)

    def resolved(self, value: str) -> str:
        """The value with properties put in, two levels deep; empty if one is not defined here."""
        for _ in range(2):
            value = _PROPERTY.sub(lambda match: self.properties.get(match[1], match[0])[:_MAX_TEXT], value[:_MAX_TEXT])
        return "" if "${" in value else value.strip()


def _declared(source: Source, budget: Budget) -> Iterator[Package]:
    project = _Project()
    problem: Unreadable | None = None
    try:
        _parse(source, budget, project)
    except Unreadable as error:
        problem = error
    if b"<parent" in source.head:
        _add_parent(source, budget, project)
    versions: dict[tuple[str, str], str] = {}
    for managed in project.managed:
        budget.spend_bytes(_MAX_TEXT)
        key = (project.resolved(managed.get("groupId", "")), project.resolved(managed.get("artifactId", "")))
        versions.setdefault(key, project.resolved(managed.get("version", "")))
    for index, dependency in enumerate(project.dependencies):
        budget.spend_bytes(_MAX_TEXT)
        group, artifact = (project.resolved(dependency.get(name, "")) for name in ("groupId", "artifactId"))
        purl = maven_purl(group, artifact)
        if purl is not None:
            version = project.resolved(dependency.get("version", "")) or versions.get((group, artifact), "")
            scope = f" scope {dependency['scope']}" if dependency.get("scope") else ""
            yield Package(
                purl=purl,
                version=version,
                role="declares",
                scope=_scope(dependency),
                place=f"dependency[{index}]{scope}",
            )
    if problem:
        raise problem


def _add_parent(source: Source, budget: Budget, project: _Project) -> None:
    """What the project in the folder above defines, which is where a parent is looked for first."""
    above, parent = source.group("../pom.xml"), _Project()
    if above is None:
        return
    # What is wrong with that file is said where it is read itself.
    with suppress(Unreadable):
        _parse(above, budget, parent)
    project.properties = {**parent.properties, **project.properties}
    project.managed += parent.managed


def _scope(dependency: dict[str, str]) -> Scope:
    if dependency.get("scope") == "test":
        return Scope.DEV
    return Scope.EXTRA if dependency.get("optional") == "true" else Scope.RUNTIME


def _parse(source: Source, budget: Budget, project: _Project) -> None:
    from xml.parsers import expat

    parser = expat.ParserCreate()
    handler = _Handler(project, budget)
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.characters
    parser.StartDoctypeDeclHandler = handler.refuse_document_type
    parser.buffer_text = True
    try:
        for offset in range(0, source.size, _CHUNK_BYTES):
            chunk = source.view(offset, _CHUNK_BYTES)
            budget.spend_bytes(len(chunk))
            parser.Parse(bytes(chunk), False)  # noqa: FBT003 (expat's own parameter)
        parser.Parse(b"", True)  # noqa: FBT003
    except (expat.ExpatError, ValueError, LookupError) as error:
        # ValueError and LookupError: an encoding that Python does not know or that expat cannot use.
        raise Unreadable(Cause.DAMAGED, f"The project file is no well-formed XML: {error}.") from error


class _Handler:
    """Collects coordinates by the path of elements; keeps the text of leaves only."""

    def __init__(self, project: _Project, budget: Budget) -> None:
        self._project = project
        self._budget = budget
        self._path: list[str] = []
        self._text: list[str] = []
        self._text_length = 0
        self._entry: dict[str, str] = {}

    def start(self, tag: str, _attributes: object) -> None:
        self._budget.spend_items()
        if len(self._path) >= _MAX_DEPTH:
            raise Unreadable(Cause.LIMIT, f"The project file is nested deeper than {_MAX_DEPTH} elements.")
        self._path.append(tag[:_MAX_TEXT])
        self._clear_text()
        if tuple(self._path) in (*_DEPENDENCY_LISTS, _MANAGED):
            self._entry = {}

    def characters(self, data: str) -> None:
        if self._text_length < _MAX_TEXT:
            self._text.append(data)
            self._text_length += len(data)

    def end(self, _tag: str) -> None:
        path, text = tuple(self._path), "".join(self._text)[:_MAX_TEXT].strip()
        self._path.pop()
        self._clear_text()
        if path in _DEPENDENCY_LISTS:
            self._project.dependencies.append(self._entry)
        elif path == _MANAGED:
            self._project.managed.append(self._entry)
        elif path[:-1] in (*_DEPENDENCY_LISTS, _MANAGED) and path[-1] in _COORDINATES:
            self._entry[path[-1]] = text
        else:
            self._keep_property(path, text)

    def _keep_property(self, path: tuple[str, ...], text: str) -> None:
        properties = self._project.properties
        if path[:-1] == _PROPERTIES:
            properties[path[-1]] = text
        elif path[:-1] == ("project",) and path[-1] in _COORDINATES:
            properties[f"project.{path[-1]}"] = properties[f"pom.{path[-1]}"] = text
        elif path[:-1] == ("project", "parent") and path[-1] in _COORDINATES:
            # A project inherits its parent's group and version.
            properties[f"project.parent.{path[-1]}"] = text
            properties.setdefault(f"project.{path[-1]}", text)

    def refuse_document_type(self, *_parts: object) -> None:
        raise Unreadable(Cause.UNSUPPORTED, "The project file defines a document type, which may hold entities.")

    def _clear_text(self) -> None:
        self._text.clear()
        self._text_length = 0
