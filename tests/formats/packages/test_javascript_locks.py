"""The readers of JavaScript lock files."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.formats.packages import bun_lock, npm_locks, pnpm_lock, yarn_lock
from scanner.model.observation import Package
from scanner.model.source import Reader
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

NEW = {
    "lockfileVersion": 3,
    "packages": {
        "": {"name": "app", "version": "1.0.0", "dependencies": {"one": "^1"}},
        "packages/own": {"version": "1.0.0"},
        "node_modules/own": {"resolved": "packages/own", "link": True},
        "node_modules/one": {"version": "1.2.3"},
        "node_modules/one/node_modules/@scope/two": {"version": "2.0.0", "dev": True},
        "node_modules/alias": {"name": "real", "version": "3.0.0"},
        "node_modules/odd": 1,
    },
}
OLD = {
    "lockfileVersion": 1,
    "dependencies": {
        "one": {"version": "1.2.3", "dependencies": {"@scope/two": {"version": "2.0.0"}}},
        "alias": {"version": "npm:@s/real@3.0.0"},
        "repository": {"version": "git+ssh://git@host.example/x.git#abc"},
    },
}
DENO = {"version": "4", "npm": {"one@1.2.3": {}, "@scope/two@2.0.0_one@1.2.3": {"integrity": "x"}}}
YARN_1 = """# yarn lockfile v1

"@scope/two@^2.0.0", "@scope/two@~2.0.0":
  version "2.0.0"
  dependencies:
    one "^1.0.0"

one@^1.0.0:
  version "1.2.3"

alias@npm:real@^3:
  version "3.0.0"
"""
YARN_2 = """__metadata:
  version: 8

"@scope/two@npm:^2.0.0":
  version: 2.0.0
  resolution: "@scope/two@npm:2.0.0"
  dependencies:
    version: "npm:^1"

"alias@npm:real@^3":
  version: 3.0.0
  resolution: "real@npm:3.0.0"

"app@workspace:.":
  version: 0.0.0-use.local
  resolution: "app@workspace:."
"""
PNPM = """lockfileVersion: '9.0'

importers:
  .:
    dependencies:
      one:
        specifier: ^1
        version: 1.2.3

packages:

  /five/5.0.0_one@1.2.3:
    resolution: {integrity: x}

  /six@6.0.0(one@1.2.3):
    resolution: {integrity: x}

  '@scope/two@2.0.0':
    resolution: {integrity: x}
    engines: {node: '>=6'}

  one@1.2.3: {}

snapshots:

  '@scope/two@2.0.0': {}
"""
BUN = """{
  "lockfileVersion": 1,
  "workspaces": {"": {"dependencies": {"one": "^1"}}},
  "packages": {
    "one": ["one@1.2.3", "", {}, "sha512-x"],
    "one/@scope/two": ["@scope/two@2.0.0", "", { "dependencies": {} }, "sha512-x"],
    "own": ["own@workspace:packages/own"],
  }
}
"""

CASES = {
    "new": (
        npm_locks,
        "package-lock.json",
        json.dumps(NEW),
        [
            ("pkg:npm/one", "1.2.3", 'packages["node_modules/one"]'),
            ("pkg:npm/%40scope/two", "2.0.0", 'packages["node_modules/one/node_modules/@scope/two"]'),
            ("pkg:npm/real", "3.0.0", 'packages["node_modules/alias"]'),
            ("pkg:npm/odd", "", 'packages["node_modules/odd"]'),
        ],
    ),
    "old": (
        npm_locks,
        "npm-shrinkwrap.json",
        json.dumps(OLD),
        [
            ("pkg:npm/one", "1.2.3", "dependencies.one"),
            ("pkg:npm/%40s/real", "3.0.0", "dependencies.alias"),
            ("pkg:npm/repository", "", "dependencies.repository"),
            ("pkg:npm/%40scope/two", "2.0.0", "dependencies.one.dependencies.@scope/two"),
        ],
    ),
    "deno": (
        npm_locks,
        "deno.lock",
        json.dumps(DENO),
        [
            ("pkg:npm/one", "1.2.3", 'npm["one@1.2.3"]'),
            ("pkg:npm/%40scope/two", "2.0.0", 'npm["@scope/two@2.0.0_one@1.2.3"]'),
        ],
    ),
    "yarn-1": (
        yarn_lock,
        "yarn.lock",
        YARN_1,
        [
            ("pkg:npm/%40scope/two", "2.0.0", "line 3"),
            ("pkg:npm/one", "1.2.3", "line 8"),
            ("pkg:npm/real", "3.0.0", "line 11"),
        ],
    ),
    "yarn-2": (
        yarn_lock,
        "yarn.lock",
        YARN_2,
        [("pkg:npm/%40scope/two", "2.0.0", "line 4"), ("pkg:npm/real", "3.0.0", "line 10")],
    ),
    "pnpm": (
        pnpm_lock,
        "pnpm-lock.yaml",
        PNPM,
        [
            ("pkg:npm/five", "5.0.0", "line 12"),
            ("pkg:npm/six", "6.0.0", "line 15"),
            ("pkg:npm/%40scope/two", "2.0.0", "line 18"),
            ("pkg:npm/one", "1.2.3", "line 22"),
        ],
    ),
    "bun": (
        bun_lock,
        "bun.lock",
        BUN,
        [("pkg:npm/one", "1.2.3", "line 5"), ("pkg:npm/%40scope/two", "2.0.0", "line 6")],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_lock_file_gives_each_package_with_its_version(case: str):
    reader, name, text, expected = CASES[case]
    found = [o for o in read(reader, BytesSource(name, text.encode())) if isinstance(o, Package)]
    assert [(p.purl, p.version, p.place, p.role) for p in found] == [(*each, "declares") for each in expected]


def test_a_lock_file_with_the_line_ends_of_windows_reads_the_same():
    reader, name, text, _ = CASES["yarn-1"]
    same = read(reader, BytesSource(name, text.encode()))
    assert read(reader, BytesSource(name, text.replace("\n", "\r\n").encode())) == same


@pytest.mark.parametrize("data", [b"", b"[1]", b'{"packages": {"a"', b'{"dependencies":{"a":' * 50_000])
def test_what_is_no_lock_file_is_unreadable(data: bytes):
    found, stopped = read_until_stopped(npm_locks, BytesSource("package-lock.json", data))
    assert found == []
    assert stopped is not None


@pytest.mark.parametrize("case", CASES)
@given(junk=st.binary(max_size=20), part=st.floats(0, 1))
def test_a_mutated_lock_file_gives_observations_or_unreadable(case: str, junk: bytes, part: float):
    reader: Reader
    reader, name, text, _ = CASES[case]
    sound = text.encode()
    cut = int(part * len(sound))
    read_until_stopped(reader, BytesSource(name, sound[:cut] + junk + sound[cut + len(junk) :]))
