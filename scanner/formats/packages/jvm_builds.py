"""Builds for the Java machine beside Maven and Gradle: sbt, Mill, Bazel and Clojure name Maven's packages."""

import re
from collections.abc import Iterator

from scanner.formats.packages.purls import maven_purl
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source
from scanner.model.vocabulary import Scope

INFO = Info(
    name="jvm-builds",
    version=1,
    line="sbt, Mill, Bazel (its Maven lists) and Clojure: packages of Maven that builds name literally",
    specification="https://www.scala-sbt.org/1.x/docs/Library-Dependencies.html, https://mill-build.org, "
    "https://github.com/bazel-contrib/rules_jvm_external, https://clojure.org/reference/deps_edn, "
    "https://github.com/technomancy/leiningen",
    limits="Names put together by code are not read; what Scala adds to a name (`_2.13`) is left out.",
    names=(
        "build.sbt", "build.sc", "build.mill", "workspace", "workspace.bazel", "module.bazel", "maven_install.json",
        "project.clj", "deps.edn",
    ),
    suffixes=(".sbt", ".bzl"),
)  # fmt: skip

_MAX_BYTES = 16 * 1024 * 1024
_GROUP = r"[A-Za-z0-9_-]{1,60}(?:\.[A-Za-z0-9_-]{1,60}){1,8}"
_NAME = r"[A-Za-z0-9_][\w.-]{0,150}"
_VERSION = r"\d[\w.+-]{0,60}"
_FORMS = (
    # sbt: "group" %% "name" % "1.0"
    re.compile(rf'"({_GROUP}|[a-z][\w-]{{0,60}})"\s*%{{1,3}}\s*"({_NAME})"(?:\s*%\s*"({_VERSION})")?'),
    # Mill and Bazel: "group:name:1.0", mvn"group::name:1.0"
    re.compile(rf'"({_GROUP}):{{1,3}}({_NAME})(?::(?:jar:|aar:)?({_VERSION}))?[^"\s]{{0,40}}"'),
    # Leiningen: [group/name "1.0"]; deps.edn: group/name {:mvn/version "1.0"}
    re.compile(rf'(?<![\w/."-])({_GROUP})/({_NAME})\s+(?:\{{\s*:mvn/version\s+)?"({_VERSION})"'),
)
_COMMENTS = ("//", "#", ";")


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each package as declared, by the line that names it.

    Raises:
        Unreadable: limit, when the file is larger than 16 MiB.
    """
    for number, line in numbered_lines(source, budget, _MAX_BYTES):
        if line.lstrip().startswith(_COMMENTS):
            continue
        scope = Scope.DEV if re.search(r"%\s*\"?[Tt]est\b", line) else Scope.RUNTIME
        for form in _FORMS:
            for found in form.finditer(line):
                purl = maven_purl(found[1], found[2])
                if purl is not None:
                    version = found[3] or ""
                    yield Package(purl=purl, version=version, role="declares", scope=scope, place=f"line {number}")
