"""The readers of manifests and lock files of ecosystems other than Maven, Python and JavaScript."""

from types import ModuleType
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.formats.packages import (
    cargo,
    cocoapods,
    composer,
    conan,
    gem,
    go_modules,
    gradle,
    homebrew,
    nuget,
    pub,
    swift_package,
    vcpkg,
)
from scanner.model.observation import Owns, Package
from scanner.model.vocabulary import Cause
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource


class Case(NamedTuple):
    reader: ModuleType
    name: str
    text: str
    declares: list[tuple[str, str, str]]
    """Package URL, version, place."""
    installed: tuple[str, str] | None = None
    """Package URL and version of the package itself."""
    owns: str = ""
    """The folder that belongs to it."""


CASES = [
    Case(
        gradle,
        "gradle.lockfile",
        "# This is a Gradle generated file\ncom.example:face:1.2.3=compileClasspath,runtimeClasspath\nempty=x\n",
        [("pkg:maven/com.example/face", "1.2.3", "line 2")],
    ),
    Case(
        gradle,
        "build.gradle",
        """dependencies {
  // implementation 'com.example:no:1'
  implementation 'com.example:face:1.2.3@aar'
  api("com.example:other:$version")
  /* api "com.example:no:1"
  */
  compileOnly group: 'com.example', name: 'third', version: '3.0'
  implementation platform("com.example:bom:1.+")
}
def url = "https://host.example:8080/x"
""",
        [
            ("pkg:maven/com.example/face", "1.2.3", "line 3"),
            ("pkg:maven/com.example/other", "", "line 4"),
            ("pkg:maven/com.example/third", "3.0", "line 7"),
            ("pkg:maven/com.example/bom", "", "line 8"),
        ],
    ),
    Case(
        gradle,
        "libs.versions.toml",
        """[versions]
face = "1.2.3"
rich = { strictly = "4.0" }
[libraries]
a = "com.example:a:1.0"
b = { module = "com.example:b", version.ref = "face" }
c = { group = "com.example", name = "c", version.ref = "rich" }
d = { module = "com.example:d" }
e = 1
""",
        [
            ("pkg:maven/com.example/a", "1.0", "libraries.a"),
            ("pkg:maven/com.example/b", "1.2.3", "libraries.b"),
            ("pkg:maven/com.example/c", "4.0", "libraries.c"),
            ("pkg:maven/com.example/d", "", "libraries.d"),
        ],
    ),
    Case(
        nuget,
        "packages.config",
        '<?xml version="1.0"?>\n<packages>\n <package id="Example.Face" version="1.2.3"/>\n</packages>',
        [("pkg:nuget/Example.Face", "1.2.3", "line 3")],
    ),
    Case(
        nuget,
        "App.csproj",
        """<Project Sdk="X"><ItemGroup>
<PackageReference Include="Example.Face" Version="[1.2.3]" />
<PackageReference Include="Example.Other"><Version>2.0.0</Version></PackageReference>
<PackageReference Include="Example.Third" Version="3.*" />
</ItemGroup></Project>""",
        [
            ("pkg:nuget/Example.Face", "1.2.3", "line 2"),
            ("pkg:nuget/Example.Other", "2.0.0", "line 3"),
            ("pkg:nuget/Example.Third", "", "line 4"),
        ],
    ),
    Case(
        nuget,
        "packages.lock.json",
        '{"version": 1, "dependencies": {"net8.0": {"Example.Face": {"type": "Direct", "resolved": "1.2.3"},'
        ' "app": {"type": "Project"}}}}',
        [("pkg:nuget/Example.Face", "1.2.3", 'dependencies["net8.0"].Example.Face')],
    ),
    Case(
        nuget,
        "App.deps.json",
        '{"libraries": {"App/1.0.0": {"type": "project"}, "Example.Face/1.2.3": {"type": "package"}}}',
        [("pkg:nuget/Example.Face", "1.2.3", 'libraries["Example.Face/1.2.3"]')],
    ),
    Case(
        nuget,
        "example.face.nuspec",
        """<package xmlns="x"><metadata><id>Example.Face</id><version>1.2.3</version>
<dependencies><group><dependency id="Example.Core" version="2.0.0"/></group></dependencies></metadata></package>""",
        [("pkg:nuget/Example.Core", "2.0.0", "line 2")],
        ("pkg:nuget/Example.Face", "1.2.3"),
        "./",
    ),
    Case(
        cocoapods,
        "Podfile.lock",
        """PODS:
  - ExampleKit (1.2.3):
    - ExampleCore (~> 2.0)
  - ExampleKit/Face (1.2.3)
DEPENDENCIES:
  - ExampleKit (1.2.3)
""",
        [
            ("pkg:cocoapods/ExampleKit", "1.2.3", "line 2"),
            ("pkg:cocoapods/ExampleKit", "1.2.3", "line 4"),
            ("pkg:cocoapods/ExampleKit#Face", "1.2.3", "line 4"),
        ],
    ),
    Case(
        cocoapods,
        "Podfile",
        "target 'App' do\n  pod 'ExampleKit', '~> 1.2'\n  pod 'Exact', '= 2.0.0'\n  # pod 'No'\nend\n",
        [("pkg:cocoapods/ExampleKit", "", "line 2"), ("pkg:cocoapods/Exact", "2.0.0", "line 3")],
    ),
    Case(
        cocoapods,
        "wrapper.podspec",
        "Pod::Spec.new do |s|\n  s.name = 'Wrapper'\n  s.dependency 'ExampleKit', '1.2.3'\nend\n",
        [("pkg:cocoapods/ExampleKit", "1.2.3", "line 3")],
    ),
    Case(
        cocoapods,
        "ExampleKit.podspec.json",
        '{"name": "ExampleKit", "version": "1.2.3", "dependencies": {"ExampleCore": ["~> 2.0"], "Plain": []}}',
        [
            ("pkg:cocoapods/ExampleCore", "", "dependencies.ExampleCore"),
            ("pkg:cocoapods/Plain", "", "dependencies.Plain"),
            ("pkg:cocoapods/ExampleKit", "1.2.3", "name"),
        ],
    ),
    Case(
        swift_package,
        "Package.swift",
        'let p = Package(dependencies: [\n .package(url: "https://host.example/Owner/face.git", exact: "1.2.3"),\n'
        ' .package(name: "x", url: "git@host.example:owner/b.git", from: "2.0.0"),\n .package(path: "../c")])',
        [("pkg:swift/host.example/Owner/face", "1.2.3", "line 2"), ("pkg:swift/host.example/owner/b", "", "line 3")],
    ),
    Case(
        swift_package,
        "Package.resolved",
        '{"pins": [{"identity": "face", "location": "https://host.example/owner/face", "state": {"version": "1.2.3"}}],'
        ' "object": {"pins": [{"repositoryURL": "https://host.example/owner/old.git", "state": {"version": null}}]}}',
        [
            ("pkg:swift/host.example/owner/face", "1.2.3", "pins[0]"),
            ("pkg:swift/host.example/owner/old", "", "object.pins[0]"),
        ],
    ),
    Case(
        pub,
        "pubspec.yaml",
        """name: app
version: 1.0.0
environment:
  sdk: ^3.0.0
dependencies:
  flutter:
    sdk: flutter
  face_kit: ^1.2.0
  exact: 2.0.0 # pinned
dev_dependencies:
  lints: any
""",
        [
            ("pkg:pub/flutter", "", "line 6"),
            ("pkg:pub/face_kit", "", "line 8"),
            ("pkg:pub/exact", "2.0.0", "line 9"),
            ("pkg:pub/lints", "", "line 11"),
        ],
        ("pkg:pub/app", "1.0.0"),
        "./",
    ),
    Case(
        pub,
        "pubspec.lock",
        """packages:
  face_kit:
    dependency: "direct main"
    description:
      name: face_kit
      url: "https://host.example"
    source: hosted
    version: "1.2.3"
sdks:
  dart: ">=3.0.0"
""",
        [("pkg:pub/face_kit", "1.2.3", "line 2")],
    ),
    Case(
        go_modules,
        "go.mod",
        """module host.example/app

go 1.22

require host.example/owner/face v1.2.3 // indirect
require (
\thost.example/other v0.0.0-20200101000000-abcdefabcdef
)
replace host.example/x => host.example/fork/x v2.0.0
""",
        [
            ("pkg:golang/host.example/owner/face", "v1.2.3", "line 5"),
            ("pkg:golang/host.example/other", "v0.0.0-20200101000000-abcdefabcdef", "line 7"),
            ("pkg:golang/host.example/fork/x", "v2.0.0", "line 9"),
        ],
    ),
    Case(
        go_modules,
        "go.sum",
        "host.example/owner/face v1.2.3 h1:x=\nhost.example/owner/face v1.2.3/go.mod h1:y=\n",
        [("pkg:golang/host.example/owner/face", "v1.2.3", "line 1")],
    ),
    Case(
        go_modules,
        "modules.txt",
        "# host.example/owner/face v1.2.3\n## explicit; go 1.20\nhost.example/owner/face/inner\n",
        [("pkg:golang/host.example/owner/face", "v1.2.3", "line 1")],
    ),
    Case(
        cargo,
        "Cargo.toml",
        """[package]
name = "app"
[dependencies]
face = "1.2"
alias = { package = "real", version = "=2.0.0" }
[target.'cfg(unix)'.dev-dependencies]
third = { path = "../third" }
""",
        [
            ("pkg:cargo/face", "", "dependencies.face"),
            ("pkg:cargo/real", "2.0.0", "dependencies.alias"),
            ("pkg:cargo/third", "", "target.cfg(unix).dev-dependencies.third"),
        ],
    ),
    Case(
        cargo,
        "Cargo.lock",
        'version = 3\n\n[[package]]\nname = "face"\nversion = "1.2.3"\ndependencies = [\n "other",\n]\n\n'
        '[[package]]\nname = "other"\nversion = "2.0.0"\n',
        [("pkg:cargo/face", "1.2.3", "line 3"), ("pkg:cargo/other", "2.0.0", "line 10")],
    ),
    Case(
        gem,
        "Gemfile.lock",
        "GEM\n  remote: x\n  specs:\n    face (1.2.3)\n      other (~> 2.0)\n\nDEPENDENCIES\n  face\n",
        [("pkg:gem/face", "1.2.3", "line 4")],
    ),
    Case(gem, "Gemfile", "source 'x'\ngem 'face', '~> 1.2'\n# gem 'no'\n", [("pkg:gem/face", "", "line 2")]),
    Case(
        gem,
        "face-1.2.3.gemspec",
        'Gem::Specification.new do |s|\n  s.name = "face".freeze\n  s.version = "1.2.3"\n'
        '  s.add_runtime_dependency(%q<other>.freeze, [">= 0"])\nend\n',
        [("pkg:gem/other", "", "line 4")],
        ("pkg:gem/face", "1.2.3"),
    ),
    Case(
        composer,
        "composer.json",
        '{"require": {"php": ">=8", "vendor/face": "1.2.3"}, "require-dev": {"vendor/other": "^2"}}',
        [
            ("pkg:composer/vendor/face", "1.2.3", "require.vendor/face"),
            ("pkg:composer/vendor/other", "", "require-dev.vendor/other"),
        ],
    ),
    Case(
        composer,
        "composer.lock",
        '{"packages": [{"name": "vendor/face", "version": "v1.2.3"}], "packages-dev": [{"name": "vendor/other"}]}',
        [("pkg:composer/vendor/face", "1.2.3", "packages[0]"), ("pkg:composer/vendor/other", "", "packages-dev[0]")],
    ),
    Case(
        composer,
        "installed.json",
        '{"packages": [{"name": "vendor/face", "version": "1.2.3", "install-path": "../vendor/face"}]}',
        [],
        ("pkg:composer/vendor/face", "1.2.3"),
        "../vendor/face/",
    ),
    Case(
        conan,
        "conanfile.txt",
        "[requires]\nface/1.2.3\nother/[>1.0]@user/channel\n[generators]\nno/1.0\n",
        [("pkg:conan/face", "1.2.3", "line 2"), ("pkg:conan/other", "", "line 3")],
    ),
    Case(
        conan,
        "conanfile.py",
        'class A:\n    requires = "face/1.2.3"\n\n    def f(self):\n        self.requires("other/2.0.0@u/c")\n',
        [("pkg:conan/face", "1.2.3", "line 2"), ("pkg:conan/other", "2.0.0", "line 5")],
    ),
    Case(
        conan,
        "conan.lock",
        '{\n "requires": [\n  "face/1.2.3#abc%1",\n  "other/2.0.0#def"\n ]\n}\n',
        [("pkg:conan/face", "1.2.3", "line 3"), ("pkg:conan/other", "2.0.0", "line 4")],
    ),
    Case(
        vcpkg,
        "vcpkg.json",
        '{"dependencies": ["face", {"name": "other"}], "features": {"x": {"dependencies": ["third"]}}}',
        [
            ("pkg:vcpkg/face", "", "dependencies[0]"),
            ("pkg:vcpkg/other", "", "dependencies[1]"),
            ("pkg:vcpkg/third", "", "features.x.dependencies[0]"),
        ],
    ),
    Case(vcpkg, "vcpkg.spdx.json", '{\n"name": "face:x64-linux@1.2.3#1 abc"\n}', [], ("pkg:vcpkg/face", "1.2.3")),
    Case(
        homebrew,
        "Brewfile",
        'tap "a/b"\nbrew "owner/tap/face", args: ["x"]\ncask "viewer"\n# brew "no"\n',
        [("pkg:brew/face", "", "line 2"), ("pkg:brew/viewer", "", "line 3")],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_manifest_or_lock_gives_its_packages(case: Case):
    found = read(case.reader, BytesSource(case.name, case.text.encode()))
    packages = [o for o in found if isinstance(o, Package)]
    assert [(p.purl, p.version, p.place) for p in packages if p.role == "declares"] == case.declares
    itself = [(p.purl, p.version) for p in packages if p.role == "installed"]
    assert itself == ([case.installed] if case.installed else [])
    assert [o.path for o in found if isinstance(o, Owns)] == ([case.owns] if case.owns else [])


@pytest.mark.parametrize(
    ("reader", "name", "data", "cause"),
    [
        (nuget, "a.csproj", b"<Project>", Cause.DAMAGED),
        (nuget, "a.csproj", b'<!DOCTYPE a [<!ENTITY b "c">]><Project/>', Cause.UNSUPPORTED),
        (nuget, "a.csproj", b"<a>" * 1000, Cause.LIMIT),
        (nuget, "a.deps.json", b"[]", Cause.DAMAGED),
        (cargo, "Cargo.toml", b"a = ", Cause.DAMAGED),
        (gradle, "libs.versions.toml", b"[", Cause.DAMAGED),
        (composer, "composer.lock", b"{", Cause.DAMAGED),
        (swift_package, "Package.resolved", b"\xff", Cause.DAMAGED),
    ],
)
def test_what_is_not_what_its_name_says_is_unreadable(reader: ModuleType, name: str, data: bytes, cause: Cause):
    _, stopped = read_until_stopped(reader, BytesSource(name, data))
    assert stopped is not None
    assert stopped.cause is cause


@pytest.mark.parametrize(
    ("reader", "name", "head", "wanted"),
    [
        (nuget, "a.props", b"<Project>", True),
        (nuget, "a.props", b"key=value", False),
        (nuget, "a.csproj", b"", True),
        (go_modules, "modules.txt", b"# host.example/a v1", True),
        (go_modules, "modules.txt", b"a list", False),
        (composer, "installed.json", b'{"packages": [{"name"', True),
        (composer, "installed.json", b"{}", False),
        (gradle, "build.gradle.kts", b"", True),
    ],
)
def test_a_common_name_is_wanted_for_what_it_holds(reader: ModuleType, name: str, head: bytes, wanted: bool):
    assert reader.wants(name, head) is wanted


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
@given(junk=st.binary(max_size=20), part=st.floats(0, 1))
def test_a_mutated_file_gives_observations_or_unreadable(case: Case, junk: bytes, part: float):
    sound = case.text.encode()
    cut = int(part * len(sound))
    read_until_stopped(case.reader, BytesSource(case.name, sound[:cut] + junk + sound[cut + len(junk) :]))
