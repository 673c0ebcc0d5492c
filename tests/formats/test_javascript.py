"""The reader of JavaScript and TypeScript."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.formats import javascript
from scanner.formats.bundled_modules import bundled_packages
from scanner.formats.javascript_files import places_of
from scanner.formats.javascript_modules import Module, installed_module, module_at, module_of
from scanner.formats.javascript_relevance import asks_for
from scanner.model.observation import Call, Import, Package
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource


def found(text: str, name: str = "app.js") -> list[object]:
    return list(read(javascript, BytesSource(name, text.encode())))


def imports(text: str, name: str = "app.js") -> list[str]:
    return [o.name for o in found(text, name) if isinstance(o, Import)]


def calls(text: str, name: str = "app.js") -> set[str]:
    return {o.name for o in found(text, name) if isinstance(o, Call)}


@pytest.mark.parametrize(
    "text",
    [
        'import pkg from "@scope/pkg";',
        "import '@scope/pkg'",
        'import type { T } from "@scope/pkg"',
        'const pkg = require("@scope/pkg")',
        "const pkg = await import(`@scope/pkg`)",
        'export { x } from "@scope/pkg"',
        'importScripts("@scope/pkg")',
        'define(["require", "@scope/pkg"], function (require, pkg) {})',
        'import pkg = require("@scope/pkg")',
        'var pkg = _interopRequireDefault(require("@scope/pkg"))',
        'import pkg from "npm:@scope/pkg@^1"',
        'var x = __webpack_require__("./node_modules/@scope/pkg")',
    ],
)
def test_every_way_to_ask_for_a_module_gives_an_import(text: str):
    assert imports(text, "app.ts") == ["@scope/pkg"]


def test_modules_of_the_platform_and_unknown_names_are_no_imports():
    assert imports('import "node:fs"; require(name); require("a b"); import "//cdn.example/x.js"') == []


def test_a_file_is_imported_once():
    assert imports('import "./a"; require("./a")') == ["./a"]


def test_files_are_imported_under_the_names_that_the_text_gives_them():
    text = 'import "./a"; require("../b.js"); import("@/c"); import "/d?raw"; import "style!./e.css"; require(".")'
    assert imports(text) == ["./a", "../b.js", "@/c", "/d", "./e.css", "."]


@pytest.mark.parametrize(
    ("text", "is_asked"),
    [
        ('import "../lib/faces"', True),
        ("require('./faces.js')", True),
        ('import("faces.mjs")', True),
        ('import "./faces/inner"', True),
        ('import "./surfaces"', False),
        ('import "./faces2"', False),
        ("// the faces of people", False),
    ],
)
def test_a_text_is_read_for_a_file_where_a_specifier_ends_in_its_name(text: str, is_asked: bool):
    assert asks_for(text.encode(), ["./faces"]) is is_asked


def test_a_text_is_read_for_an_index_where_it_asks_for_a_folder_around():
    assert asks_for(b'require("..")', ["./"])
    assert not asks_for(b'require("x")', ["./"])


def places(specifier: str, *folders: str) -> list[str]:
    return list(places_of(specifier, folders))


def test_a_file_is_looked_for_with_each_ending_and_then_as_a_folder():
    found = places("./x", "src/", "")
    assert found[:3] == ["src/x", "src/x.js", "src/x.mjs"]
    assert found.index("src/x/package.json") < found.index("src/x/index.js") < found.index("src/x/index.tsx")


def test_typescript_names_the_file_that_will_be_made_of_its_own():
    assert places("../x.js", "src/app/")[:3] == ["src/x.js", "src/x.ts", "src/x.tsx"]


def test_the_root_of_a_project_is_looked_for_in_the_folders_around():
    assert {"p/lib/x.ts", "p/src/lib/x.ts", "src/lib/x.ts"} <= set(places("@/lib/x", "p/app/", "p/", ""))


def test_no_file_is_looked_for_outside_of_its_container_or_the_target():
    assert places("../../x", "a.zip!/src/") == places("../x", "") == []
    assert places("../x", "a.zip!/src/")[0] == "a.zip!/x"


def test_a_module_inside_a_package_is_named_twice():
    assert imports('import a from "@scope/pkg/inner/a.js"') == ["@scope/pkg", "@scope/pkg/inner/a.js"]
    assert calls('require("pkg/inner").open()') == {"pkg.open", "pkg/inner.open"}


def test_an_import_stands_in_its_line():
    assert found('\n\nimport "pkg"') == [Import(language="js", name="pkg", place="line 3")]


def test_an_address_gives_the_package_with_its_version():
    assert found('import x from "https://cdn.example/npm/pkg@1.2.3/dist/x.js"') == [
        Import(language="js", name="pkg", place="line 1"),
        Import(language="js", name="pkg/dist/x.js", place="line 1"),
        Package(purl="pkg:npm/pkg", version="1.2.3", role="declares", place="line 1"),
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('const { Client: C } = require("pkg"); new C()', "pkg.Client"),
        ('const A = require("pkg"); const r = new A.Client(); r.send()', "pkg.Client.send"),
        ('import * as a from "pkg"; a.one(x).two().three()', "pkg.one.two.three"),
        ('import a from "pkg"; a.default.run()', "pkg.run"),
        ('import { default as a } from "pkg"; a.run()', "pkg.run"),
        ('import { open as o } from "pkg"; o()', "pkg.open"),
        ('var p = __importStar(require("pkg")); (0, p.open)()', "pkg.open"),
        ('import("pkg").then(({ open }) => open())', "pkg.open"),
        ('import("pkg").then(function (p) { p.open() })', "pkg.open"),
        ('define(["other", "pkg"], (o, p) => p.open())', "pkg.open"),
        ('f(); function f() { r.send() } const r = new (require("pkg").Client)()', "pkg.Client.send"),
        ('class A { c = new X(); run() { this.c.go() } } import { X } from "pkg"', "pkg.X.go"),
        ('import X from "pkg"; class A { constructor() { this.c = new X() } run() { this.c.go() } }', "pkg.go"),
        ('let p; p = require("pkg"); p.open()', "pkg.open"),
        ('const all = { p: require("pkg") }; all.p.open()', "pkg.open"),
        ('import p from "pkg"; p["open"]()', "pkg.open"),
        ('import p from "pkg"; const q = await p.load(); q.run()', "pkg.load.run"),
        ('import { View } from "pkg"; const a = <View x={1} />', "pkg.View"),
        ('import * as p from "pkg"; const a = <p.View></p.View>', "pkg.View"),
        ('import p from "pkg"; { var { a: { b } } = p } b.go()', "pkg.a.b.go"),
        ("lib.nets.load()", "lib.nets.load"),
        ("window.lib.load()", "lib.load"),
        ("new Finder()", "Finder"),
        ("(e) => e.a().startRecording()", ".startRecording"),
    ],
)
def test_a_call_is_named_by_where_it_comes_from(text: str, name: str):
    assert name in calls(text)


@pytest.mark.parametrize(
    "text",
    [
        'import { open } from "pkg"; function f(open) { open() }',
        'import { open } from "pkg"; { const open = g; open() }',
        'import { open } from "pkg"; open',
        'import { open } from "./pkg"; open()',
    ],
)
def test_a_name_that_stands_for_something_else_is_no_call_of_the_module(text: str):
    assert not any(name.startswith("pkg") for name in calls(text))


def test_what_every_page_has_is_no_call():
    assert calls("document.write(); console.log(1); JSON.parse(x); window.alert(); fetch(y); e.map(z)") == set()


def test_a_call_says_which_function_calls():
    text = """
import { open } from "pkg";
open();
function one() { open() }
const two = () => open();
class A { three() { open() } }
const o = { four() { open() } };
"""
    assert [(o.by, o.place) for o in found(text) if isinstance(o, Call)] == [
        ("app.js", "line 3"),
        ("one", "line 4"),
        ("two", "line 5"),
        ("A.three", "line 6"),
        ("four", "line 7"),
    ]


def test_types_do_not_hide_calls():
    text = 'import { Client } from "pkg"; const c: Client<string> = new Client() as any; c!.send<string>(1);'
    for name in ("a.ts", "a.tsx", "a.mts", "a.js"):
        assert {"pkg.Client", "pkg.Client.send"} <= calls(
            text if name != "a.tsx" else text.replace("<string>", ""), name
        )


def test_names_that_go_in_circles_come_to_an_end():
    assert calls("let a = b, b = a; a.openTheDoor()") == {".openTheDoor"}


def test_traces_of_bundlers_give_packages_once():
    text = """/*! named v1.2.3 | MIT */
// node_modules/@scope/one/dist/index.js
// node_modules/@scope/one/dist/other.js
var require_two = __commonJS({
  "node_modules/two/index.js"(exports, module) {
/***/ "./node_modules/three/a.js":
  !*** ./node_modules/four/a.js ***!
;// ./node_modules/.pnpm/five@5.0.1/node_modules/five/index.js
const path = "node_modules/no/x.js";
/*! Bundled license information:

@scope/six/dist/a.js:
*/
"""
    packages = [(o.purl, o.version, o.role, o.place) for o in bundled_packages(text.encode(), CountingBudget())]
    assert packages == [
        ("pkg:npm/named", "1.2.3", "installed", "line 1"),
        ("pkg:npm/%40scope/one", "", "installed", "line 2"),
        ("pkg:npm/two", "", "installed", "line 5"),
        ("pkg:npm/three", "", "installed", "line 6"),
        ("pkg:npm/four", "", "installed", "line 7"),
        ("pkg:npm/five", "5.0.1", "installed", "line 8"),
        ("pkg:npm/%40scope/six", "", "installed", "line 12"),
    ]


def test_text_in_utf_16_is_read():
    data = 'require("pkg")'.encode("utf-16")
    assert read(javascript, BytesSource("a.js", data)) == [Import(language="js", name="pkg", place="line 1")]


def test_what_is_too_long_to_be_parsed_still_gives_what_it_loads():
    data = b'import a from "pkg";\n' + b"a();" * 3_200_000
    reading = javascript.observe(BytesSource("a.js", data), CountingBudget())
    assert next(reading) == Import(language="js", name="pkg", place="line 1")
    with pytest.raises(Unreadable, match="longer than 12 MiB"):
        next(reading)


def test_what_is_no_script_gives_its_imports_and_says_so():
    seen, stopped = read_until_stopped(javascript, BytesSource("a.js", b'from "pkg"\n' + b"}{ @ = ? ) " * 400))
    assert Import(language="js", name="pkg", place="line 1") in seen
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED


@pytest.mark.parametrize("text", ["a([" * 30_000, "!" * 100_000 + "a", "a" + ".b()" * 20_000, "`${" * 10_000])
def test_deep_nesting_is_no_harm(text: str):
    read_until_stopped(javascript, BytesSource("a.js", text.encode()))


@pytest.mark.parametrize(
    ("name", "head", "wanted"),
    [
        ("a.ts", b"let a", True),
        ("a.ts", b"G@\x00\x10", False),
        ("a.ts", b'<?xml version="1"', False),
        ("a.js", b"", True),
    ],
)
def test_a_film_or_a_translation_is_no_script(name: str, head: bytes, wanted: bool):
    assert javascript.wants(name, head) is wanted


@pytest.mark.parametrize(
    ("specifier", "module"),
    [
        ("pkg", Module("pkg")),
        ("pkg.js", Module("pkg.js")),
        ("@scope/pkg/a", Module("@scope/pkg", "a")),
        ("npm:pkg@1.2.3/a", Module("pkg", "a", "1.2.3")),
        ("style-loader!pkg/a.css", Module("pkg", "a.css")),
        ("//cdn.example/pkg@2.0.0", Module("pkg", "", "2.0.0")),
        ("@/components/a", None),
        ("~/a", None),
        ("", None),
        ("#internal", None),
    ],
)
def test_a_specifier_names_a_module(specifier: str, module: Module | None):
    assert module_of(specifier) == module


@pytest.mark.parametrize(
    ("address", "module"),
    [
        ("https://a.example/npm/pkg@1.0.0/x.js", Module("pkg", "x.js", "1.0.0")),
        ("//a.example/@s/pkg@^1/x.js", Module("@s/pkg", "x.js")),
        ("https://a.example/ajax/libs/pkg/1.2.3/pkg.min.js", Module("pkg", "pkg.min.js", "1.2.3")),
        ("https://a.example/npm/@s/pkg/x.js", Module("@s/pkg", "x.js")),
        ("https://a.example/x.js", None),
        ("x.js", None),
    ],
)
def test_an_address_names_a_module(address: str, module: Module | None):
    assert module_at(address) == module


def test_the_innermost_folder_of_packages_counts():
    assert installed_module("a/node_modules/b/node_modules/@s/c/d.js") == Module("@s/c", "d.js")
    assert installed_module("node_modules/.pnpm/@s+c@1.0.0_x@2/node_modules/@s/c/d.js") == Module(
        "@s/c", "d.js", "1.0.0"
    )
    assert installed_module("src/a.js") is None


SOUND = b'import {a as b} from "pkg"; const {c: {d}} = b(), e = new d.F(); class G { h() { this.i = e; e.j() } }\n'


@given(junk=st.binary(max_size=30), cut=st.integers(0, len(SOUND)), name=st.sampled_from(["a.js", "a.ts", "a.tsx"]))
def test_a_mutated_script_gives_observations_or_unreadable(junk: bytes, cut: int, name: str):
    read_until_stopped(javascript, BytesSource(name, SOUND[:cut] + junk + SOUND[cut + len(junk) :]))
