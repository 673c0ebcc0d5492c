"""Following names through Python code: reading again only what may have learned something loses nothing."""

import ast
import random
import textwrap
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.engine.budget import Allowance, Limits
from scanner.formats.python_facts import Facts
from scanner.formats.python_flow import Flow
from scanner.model.observation import Observation

FIXTURES = Path(__file__).parents[2] / "fixtures"


class Thorough(Flow):
    """Reads every statement in each round."""

    def read(self, body: list[ast.stmt]) -> None:
        for _ in range(4):
            self._names.has_grown = False
            self._first_readings(body)
            if not self._names.has_grown:
                return


def learned(kind: type[Flow], *cells: str) -> tuple[list[Observation], int]:
    """What is seen, and how many items it took."""
    budget = Allowance.for_file(Limits())
    facts = Facts(budget)
    flow = kind("given", facts, budget)
    for number, cell in enumerate(cells):
        facts.begin(number, f"cell {number} line {{line}}")
        flow.read(ast.parse(cell).body)
    return list(facts), budget.spent[0]


NAME = st.sampled_from(["a", "b", "c", "f", "g", "K", "L", "lib", "kit", "self"])
ATTRIBUTE = st.sampled_from(["a", "run", "made", "__init__", "__call__", "client"])
EXPRESSION = st.recursive(
    st.one_of(NAME, st.sampled_from(["'run'", "'kit'", "'lib.face'", "super().run", "super().__init__()"])),
    lambda inner: st.one_of(
        st.tuples(inner, ATTRIBUTE).map(lambda two: f"{two[0]}.{two[1]}"),
        st.tuples(inner, inner).map(lambda two: f"{two[0]}({two[1]})"),
        st.tuples(inner, NAME, inner).map(lambda three: f"{three[0]}({three[1]}={three[2]})"),
        st.tuples(inner, inner).map(lambda two: f"[{two[0]}, {two[1]}]"),
        st.tuples(inner, inner).map(lambda two: f"{two[0]} + {two[1]}"),
        st.tuples(inner, inner).map(lambda two: f"getattr({two[0]}, {two[1]})"),
        st.tuples(NAME, inner).map(lambda two: f"(lambda {two[0]}: {two[1]})"),
        st.tuples(inner, NAME, inner).map(lambda three: f"[{three[0]} for {three[1]} in {three[2]}]"),
        inner.map("{}[0]".format),
        inner.map("__import__({})".format),
    ),
    max_leaves=4,
)
LINE = st.one_of(
    st.sampled_from(["import lib", "import kit.face as kit", "from lib import f, K", "from kit import *", "pass"]),
    EXPRESSION,
    st.tuples(NAME, EXPRESSION).map(lambda two: f"{two[0]} = {two[1]}"),
    st.tuples(NAME, EXPRESSION).map(lambda two: f"{two[0]} += {two[1]}"),
    st.tuples(NAME, ATTRIBUTE, EXPRESSION).map(lambda three: f"{three[0]}.{three[1]} = {three[2]}"),
    st.tuples(NAME, NAME, EXPRESSION).map(lambda three: f"{three[0]}, {three[1]} = {three[2]}"),
    st.tuples(NAME, EXPRESSION, EXPRESSION).map(lambda three: f"{three[0]}: {three[1]} = {three[2]}"),
)
OF_FUNCTION = st.one_of(LINE, NAME.map("global {}".format), EXPRESSION.map("return {}".format))


def _block(head: str, lines: list[str]) -> str:
    return f"{head}:\n" + textwrap.indent("\n".join(lines), "    ")


FUNCTION = st.tuples(
    st.sampled_from(["", "@property\n", "@staticmethod\n"]),
    st.one_of(NAME, ATTRIBUTE),
    st.sampled_from(["", "a", "self, b", "self, a=f, *, c: K = None"]),
    st.lists(OF_FUNCTION, min_size=1, max_size=4),
).map(lambda four: _block(f"{four[0]}def {four[1]}({four[2]})", four[3]))
CLASS = st.tuples(
    st.sampled_from(["K", "L"]), EXPRESSION, st.lists(st.one_of(LINE, FUNCTION), min_size=1, max_size=3)
).map(lambda three: _block(f"class {three[0]}({three[1]})", three[2]))
PROGRAM = st.lists(st.one_of(LINE, FUNCTION, CLASS), max_size=10).map("\n".join)


def is_python(code: str) -> bool:
    """Whether it parses: some of what is invented assigns to a name before declaring it, which Python parses, too."""
    try:
        ast.parse(code)
    except SyntaxError:
        return False
    return True


@settings(deadline=None)
@given(st.lists(PROGRAM.filter(is_python), min_size=1, max_size=2))
def test_any_program_gives_what_reading_all_of_it_each_time_gives(cells: list[str]) -> None:
    assert learned(Flow, *cells)[0] == learned(Thorough, *cells)[0]


def test_the_code_of_all_fixtures_gives_what_reading_all_of_it_each_time_gives() -> None:
    seen = 0
    for path in sorted(FIXTURES.rglob("*.py")):
        code = path.read_text("utf-8", "replace")
        if is_python(code):
            found = learned(Flow, code)[0]
            assert found == learned(Thorough, code)[0], path
            seen += len(found)
    assert seen > 0


def test_functions_in_any_order_give_what_reading_all_of_them_each_time_gives() -> None:
    parts = [
        "import kit",
        "def one(given):\n    return given.first",
        "def two(given):\n    return one(given).second",
        "def three():\n    return two(kit.Engine()).third()",
        "class Base(kit.Camera):\n    def see(self):\n        self.seen = super().look()\n        return self.seen",
        "class Eye(Base):\n    def tell(self):\n        return self.see().names()",
        "Eye().tell()",
        "three()",
    ]
    chance = random.Random(1)
    for _ in range(40):
        chance.shuffle(parts)
        code = "\n".join(parts)
        assert learned(Flow, code)[0] == learned(Thorough, code)[0], code


def test_what_nothing_new_is_known_of_is_read_once() -> None:
    code = "import kit\n" + "\n".join(f"kit.call_{n}(kit.value)" for n in range(200)) + "\nx = kit.y\nx = x.z"
    assert learned(Flow, code)[1] < learned(Thorough, code)[1] / 2


def test_a_name_that_is_declared_global_below_its_assignment_is_followed() -> None:
    code = "import kit\ndef set_up():\n    made = kit.Engine\n    global made\nmade.run()"
    assert "kit.Engine.run" in {getattr(one, "name", "") for one in learned(Flow, code)[0]}
    assert learned(Flow, code)[0] == learned(Thorough, code)[0]
