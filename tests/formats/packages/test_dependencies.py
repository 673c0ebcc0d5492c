"""Which package asks for which, and what for, in each kind of lock file and manifest."""

import json

import pytest

from scanner.formats.packages import (
    bun_lock,
    cargo,
    carthage,
    cocoapods,
    composer,
    conan,
    conda,
    gem,
    gradle,
    maven,
    npm,
    npm_locks,
    nuget,
    pnpm_lock,
    pub,
    python_locks,
    python_project,
    requirements,
    vcpkg,
    yarn_lock,
)
from scanner.model.observation import Package, Requires
from tests.formats.reading import read
from tests.sources import BytesSource

NPM_3 = {
    "packages": {
        "": {"dependencies": {"a": "^1"}, "devDependencies": {"d": "1"}},
        "node_modules/a": {"version": "1.0.0", "dependencies": {"alias": "^2"}, "optionalDependencies": {"c": "*"}},
        "node_modules/alias": {"version": "2.0.0", "name": "@s/b", "peerDependencies": {"a": "*"}},
        "node_modules/c": {"version": "1.0.0", "optional": True},
        "node_modules/d": {"version": "1.0.0", "dev": True, "devDependencies": {"never": "1"}},
    }
}
NPM_1 = {
    "dependencies": {
        "a": {"version": "1.0.0", "requires": {"b": "^1"}, "dependencies": {"b": {"version": "1.0.0"}}},
        "d": {"version": "1.0.0", "dev": True},
    }
}
DENO = {"version": "4", "npm": {"a@1.0.0": {"dependencies": ["b", "@s/c@2.0.0_b@1.0.0"]}, "b@1.0.0": {}}}
YARN_1 = """a@^1.0.0:
  version "1.0.0"
  dependencies:
    "@s/b" "^2.0.0"
  optionalDependencies:
    c "*"
"""
YARN_2 = """"a@npm:^1":
  version: 1.0.0
  resolution: "a@npm:1.0.0"
  dependencies:
    "@s/b": "npm:^2"
    alias: "npm:real@^3"
  checksum: abc

"app@workspace:.":
  version: 0.0.0-use.local
  resolution: "app@workspace:."
  dependencies:
    a: "npm:^1"
"""
PNPM_9 = """lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      a:
        specifier: ^1
        version: 1.0.0
    devDependencies:
      d:
        specifier: ^1
        version: 1.0.0

packages:

  a@1.0.0:
    resolution: {integrity: x}

snapshots:

  a@1.0.0:
    dependencies:
      '@s/b': 2.0.0
    optionalDependencies:
      c: 1.0.0

  '@s/b@2.0.0': {}
"""
PNPM_5 = """lockfileVersion: 5.4

specifiers:
  a: ^1

dependencies:
  a: 1.0.0

packages:

  /a/1.0.0:
    resolution: {integrity: x}
    dependencies:
      b: 2.0.0
    dev: false
"""
BUN = """{
  "workspaces": {
    "": {
      "name": "app",
      "dependencies": {
        "a": "^1",
      },
      "devDependencies": { "d": "1" },
    },
  },
  "packages": {
    "a": ["a@1.0.0", "", { "dependencies": { "@s/b": "^2" }, "optionalDependencies": { "c": "*" } }, "sha512-x"],
  }
}
"""
POETRY = """[[package]]
name = "A"
version = "1.0"
groups = ["main"]

[package.dependencies]
b_c = ">=1"
d = {version = "*", optional = true}

[[package]]
name = "t"
version = "1.0"
groups = ["dev"]
"""
UV = """[[package]]
name = "app"
version = "0"
source = { editable = "." }
dependencies = [{ name = "a" }]

[package.optional-dependencies]
faces = [{ name = "b" }]

[package.dev-dependencies]
dev = [{ name = "t" }]

[[package]]
name = "a"
version = "1"
dependencies = [{ name = "b", marker = "x" }]
"""
PDM = """[[package]]
name = "a"
version = "1"
groups = ["default"]
dependencies = ["b>=1; python_version > '3'", "c[x]"]
"""
CARGO = """[[package]]
name = "app"
version = "0.1.0"
dependencies = [
 "a",
]

[[package]]
name = "a"
version = "1.0.0"
source = "registry+https://registry.example.invalid/index"
dependencies = [
 "b 2.0.0",
 "c",
]
"""
GEM = """GEM
  remote: https://registry.example.invalid/
  specs:
    a (1.0.0)
      b (~> 2.0)
      c
    b (2.0.0)

PLATFORMS
  ruby

DEPENDENCIES
  a (~> 1.0)
  own!
"""
COMPOSER = {"packages": [{"name": "v/a", "version": "1.0", "require": {"php": ">=8", "v/b": "^1"}}]}
PODS = """PODS:
  - A (1.0):
    - B/Core (~> 2.0)
    - C
  - B/Core (2.0)

DEPENDENCIES:
  - A (~> 1.0)

COCOAPODS: 1.12
"""
NUGET = {
    "dependencies": {
        "net8.0": {
            "A": {"type": "Direct", "resolved": "1.0", "dependencies": {"B": "2.0"}},
            "B": {"type": "Transitive", "resolved": "2.0"},
        }
    }
}
ASSETS = {
    "libraries": {"app/1.0": {"type": "project"}, "A/1.0": {"type": "package"}, "B/1.0": {"type": "package"}},
    "targets": {"net8.0": {"app/1.0": {"dependencies": {"A": "1.0"}}, "A/1.0": {"dependencies": {"B": "1.0"}}}},
}

ASSETS_OF_PROJECT = {
    "libraries": {"A/1.0": {"type": "package"}},
    "targets": {"net8.0": {"A/1.0": {}}},
    "project": {"frameworks": {"net8.0": {"dependencies": {"A": {"target": "Package"}}}}},
}
CONAN_1 = {
    "graph_lock": {
        "nodes": {
            "0": {"ref": "app/1.0", "requires": ["1"]},
            "1": {"ref": "face/1.2", "requires": ["2"], "build_requires": ["3"]},
            "2": {"ref": "other/2.0"},
            "3": {"ref": "tool/3.0"},
        }
    }
}
CONDA = """version: 1
metadata:
  content_hash: x
package:
- name: face
  version: 1.2
  manager: conda
  dependencies:
    other: '>=3'
    third: ''
  category: main
- name: other
  version: 3.0
  manager: conda
  dependencies: {}
  category: dev
"""

LOCKS = {
    "npm 3": (npm_locks, "package-lock.json", json.dumps(NPM_3), "npm",
              {(">", "a", "runtime"), (">", "d", "dev"), ("a", "%40s/b", "runtime"), ("a", "c", "optional"),
               ("%40s/b", "a", "runtime")}),
    "npm 1": (npm_locks, "package-lock.json", json.dumps(NPM_1), "npm", {("a", "b", "runtime")}),
    "deno": (npm_locks, "deno.lock", json.dumps(DENO), "npm", {("a", "b", "runtime"), ("a", "%40s/c", "runtime")}),
    "yarn 1": (yarn_lock, "yarn.lock", YARN_1, "npm", {("a", "%40s/b", "runtime"), ("a", "c", "optional")}),
    "yarn 2": (yarn_lock, "yarn.lock", YARN_2, "npm",
               {(">", "a", "runtime"), ("a", "%40s/b", "runtime"), ("a", "real", "runtime")}),
    "pnpm 9": (pnpm_lock, "pnpm-lock.yaml", PNPM_9, "npm",
               {(">", "a", "runtime"), (">", "d", "dev"), ("a", "%40s/b", "runtime"), ("a", "c", "optional")}),
    "pnpm 5": (pnpm_lock, "pnpm-lock.yaml", PNPM_5, "npm", {(">", "a", "runtime"), ("a", "b", "runtime")}),
    "bun": (bun_lock, "bun.lock", BUN, "npm",
            {(">", "a", "runtime"), (">", "d", "dev"), ("a", "%40s/b", "runtime"), ("a", "c", "optional")}),
    "poetry": (python_locks, "poetry.lock", POETRY, "pypi", {("a", "b-c", "runtime"), ("a", "d", "runtime")}),
    "uv": (python_locks, "uv.lock", UV, "pypi",
           {(">", "a", "runtime"), (">", "b", "extra"), (">", "t", "dev"), ("a", "b", "runtime")}),
    "pdm": (python_locks, "pdm.lock", PDM, "pypi", {("a", "b", "runtime"), ("a", "c", "runtime")}),
    "cargo": (cargo, "Cargo.lock", CARGO, "cargo",
              {(">", "a", "runtime"), ("a", "b", "runtime"), ("a", "c", "runtime")}),
    "gem": (gem, "Gemfile.lock", GEM, "gem",
            {("a", "b", "runtime"), ("a", "c", "runtime"), (">", "a", "runtime"), (">", "own", "runtime")}),
    "composer": (composer, "composer.lock", json.dumps(COMPOSER), "composer", {("v/a", "v/b", "runtime")}),
    "cocoapods": (cocoapods, "Podfile.lock", PODS, "cocoapods",
                  {("A", "B", "runtime"), ("A", "C", "runtime"), (">", "A", "runtime")}),
    "nuget": (nuget, "packages.lock.json", json.dumps(NUGET), "nuget", {(">", "A", "runtime"), ("A", "B", "runtime")}),
    "conan 1": (conan, "conan.lock", json.dumps(CONAN_1), "conan",
                {(">", "face", "runtime"), ("face", "other", "runtime"), ("face", "tool", "dev")}),
    "conda": (conda, "conda-lock.yml", CONDA, "conda", {("face", "other", "runtime"), ("face", "third", "runtime")}),
    "assets of a project": (nuget, "project.assets.json", json.dumps(ASSETS_OF_PROJECT), "nuget",
                            {(">", "A", "runtime")}),
    "assets": (nuget, "project.assets.json", json.dumps(ASSETS), "nuget",
               {(">", "A", "runtime"), ("A", "B", "runtime")}),
}  # fmt: skip
"""Reader, file, text, ecosystem, and who asks for what (`>` is the project)."""


@pytest.mark.parametrize("case", LOCKS)
def test_a_lock_file_tells_who_asks_for_what(case):
    reader, name, text, ecosystem, expected = LOCKS[case]
    start = f"pkg:{ecosystem}/"
    found = {
        (o.by.removeprefix(start) or ">", purl.removeprefix(start), str(o.scope))
        for o in read(reader, BytesSource(name, text.encode()))
        if isinstance(o, Requires)
        for purl in o.purls
    }
    assert found == expected


MANIFESTS = {
    "package.json": (npm, {"dependencies": {"a": "1"}, "devDependencies": {"d": "1"},
                           "optionalDependencies": {"o": "1"},
                           "peerDependencies": {"p": "1", "q": "1"}, "peerDependenciesMeta": {"q": {"optional": True}}},
                     {"a": "runtime", "d": "dev", "o": "optional", "p": "runtime", "q": "optional"}),
    "composer.json": (composer, {"require": {"v/a": "1"}, "require-dev": {"v/d": "1"}},
                      {"v/a": "runtime", "v/d": "dev"}),
    "pyproject.toml": (python_project,
                       '[project]\ndependencies = ["a"]\n[project.optional-dependencies]\nfaces = ["e"]\n'
                       '[dependency-groups]\ntest = ["t"]\n[build-system]\nrequires = ["b"]\n'
                       '[tool.poetry.dependencies]\np = {version = "1", optional = true}\n',
                       {"a": "runtime", "e": "extra", "t": "dev", "b": "dev", "p": "extra"}),
    "setup.cfg": (python_project, "[options]\ninstall_requires =\n  a\ntests_require =\n  t\n"
                                  "[options.extras_require]\nfaces =\n  e\n",
                  {"a": "runtime", "t": "dev", "e": "extra"}),
    "setup.py": (python_project, "setup(install_requires=['a'], extras_require={'x': ['e']}, setup_requires='b')",
                 {"a": "runtime", "e": "extra", "b": "dev"}),
    "requirements.txt": (requirements, "a\nb; extra == 'faces'\n", {"a": "runtime", "b": "extra"}),
    "requirements-dev.txt": (requirements, "a\n", {"a": "dev"}),
    "Cargo.toml": (cargo, '[dependencies]\na = "1"\nf = {version = "1", optional = true}\n'
                          '[dev-dependencies]\nd = "1"\n',
                   {"a": "runtime", "f": "extra", "d": "dev"}),
    "pubspec.yaml": (pub, "dependencies:\n  a: 1.0.0\ndev_dependencies:\n  d: 1.0.0\n", {"a": "runtime", "d": "dev"}),
    "pubspec.lock": (pub, 'packages:\n  a:\n    dependency: "direct main"\n    version: "1.0.0"\n'
                          '  d:\n    dependency: "direct dev"\n    version: "1.0.0"\n  t:\n    version: "1.0.0"\n',
                     {"a": "runtime", "d": "dev", "t": "runtime"}),
    "gradle.lockfile": (gradle, "g:a:1=runtimeClasspath,testRuntimeClasspath\ng:t:1=testCompileClasspath\n",
                        {"g/a": "runtime", "g/t": "dev"}),
    "Gemfile": (gem, "gem 'a'\ngroup :development, :test do\n  gem 'd'\nend\ngem 't', group: :test\n"
                     "group :production do\n  gem 'p'\nend\n",
                {"a": "runtime", "d": "dev", "t": "dev", "p": "runtime"}),
    "packages.config": (nuget, '<packages><package id="A" version="1"/>'
                               '<package id="D" version="1" developmentDependency="true"/></packages>',
                        {"A": "runtime", "D": "dev"}),
    "conanfile.txt": (conan, "[requires]\nface/1.0\n[tool_requires]\ntool/1.0\n", {"face": "runtime", "tool": "dev"}),
    "conda-lock.yml": (conda, CONDA, {"face": "runtime", "other": "dev"}),
    "vcpkg.json": (vcpkg, {"dependencies": ["a"], "features": {"f": {"dependencies": ["e"]}}},
                   {"a": "runtime", "e": "extra"}),
    "Cartfile.private": (carthage, 'github "o/d" "1.0"\n', {"github.com/o/d": "dev"}),
    "build.gradle": (gradle, "dependencies {\n implementation 'g:a:1'\n testImplementation 'g:t:1'\n}\n",
                     {"g/a": "runtime", "g/t": "dev"}),
    "pom.xml": (maven, "<project><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId></dependency>"
                       "<dependency><groupId>g</groupId><artifactId>t</artifactId><scope>test</scope></dependency>"
                       "<dependency><groupId>g</groupId><artifactId>o</artifactId><optional>true</optional></dependency>"
                       "</dependencies></project>", {"g/a": "runtime", "g/t": "dev", "g/o": "extra"}),
    "a-1.json": (conda, {"build_number": 0, "name": "a", "version": "1", "depends": ["python >=3", "libface"]},
                 {"python": "runtime", "libface": "runtime"}),
}  # fmt: skip


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_tells_what_each_package_is_asked_for(name):
    reader, content, expected = MANIFESTS[name]
    text = content if isinstance(content, str) else json.dumps(content)
    found = [o for o in read(reader, BytesSource(name, text.encode())) if isinstance(o, Package)]
    assert {o.purl.partition("/")[2]: str(o.scope) for o in found if o.role == "declares"} == expected
