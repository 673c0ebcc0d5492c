"""The reader of Python source and notebooks: names followed to calls, broken source, hostile source."""

import json
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.formats import notebook, python_source
from scanner.model.observation import Call, Import, Library, Observation
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource


def source(code: str, name: str = "app.py") -> BytesSource:
    return BytesSource(name, textwrap.dedent(code).encode())


def observed(code: str) -> list[Observation]:
    return read(python_source, source(code))


def calls(code: str) -> set[str]:
    return {fact.name for fact in observed(code) if isinstance(fact, Call)}


def imports(code: str) -> set[str]:
    return {fact.name for fact in observed(code) if isinstance(fact, Import)}


def test_facts_carry_their_line_and_the_function_that_calls():
    code = """\
        import vendor

        class Door:
            def open(self):
                vendor.look()
        """
    assert observed(code) == [
        Import(language="python", name="vendor", place="line 1"),
        Call(language="python", name="vendor.look", by="app.Door.open", place="line 5"),
    ]


def test_all_forms_of_import_are_read_and_the_standard_library_is_not():
    code = """
        import os, a.b
        import c as d
        from e import f as g, h
        from .own import thing
        from os import path
        try:
            import fast
        except ImportError:
            import slow as fast
        def late():
            from lazy.mod import name
        """
    from_elsewhere = {"a.b", "c", "e", "e.f", "e.h", "fast", "slow", "lazy.mod", "lazy.mod.name"}
    assert imports(code) == {*from_elsewhere, ".own", ".own.thing"}


def test_what_is_handed_to_a_function_and_is_no_function_is_no_call():
    assert calls("import lib\nprint(lib, lib.make(), 'lib.text')") == {"lib.make"}


@pytest.mark.parametrize(
    "code",
    [
        "import importlib\nm = importlib.import_module('ven' + 'dor.api')",
        "from importlib import import_module as load\nload('vendor.api')",
        "m = __import__('vendor.api')",
        "exec('import vendor.api')",
        "import runpy\nrunpy.run_module('vendor.api')",
    ],
)
def test_an_import_by_a_constant_name_counts(code: str):
    assert "vendor.api" in imports(code)


@pytest.mark.parametrize(
    "code",
    [
        "import kit\nc = kit.client('svc')\nc.find()",
        "import kit as k\nk.Session(profile='x').client('svc').find()",
        "from kit import resource\nresource(service_name='svc').find()",
        "import kit\nNAME = 's' + 'vc'\nOP = '_'.join(['f']) + 'ind'\nc = kit.client(NAME)\ngetattr(c, OP)()",
        "import kit\np = 'sv'\nkit.client(f'{p}c').find()",
        "import kit\nkit.client('s%s' % 'vc').find()",
        "import kit\nkit.client('s{}'.format('vc')).find()",
        "import kit\nfor s in ['svc', 'other']:\n    kit.client(s).find()",
        "import kit\ndef make():\n    return kit.client('svc')\nmake().find()",
        "import kit\ndef use(c):\n    c.find()\nuse(kit.client('svc'))",
        "import kit\ndef use(c=kit.client('svc')):\n    c.find()",
        "import kit\nmake = lambda: kit.client('svc')\nmake().find()",
        "import kit\nclients = {'a': kit.client('svc')}\nclients['a'].find()",
        "import kit\na, b = kit.client('x'), kit.client('svc')\nb.find()",
        "import kit\nif (c := kit.client('svc')):\n    c.find()",
        "import kit\nc = None\ndef f():\n    global c\n    c = kit.client('svc')\ndef g():\n    c.find()",
        "import kit\nasync def f():\n    async with kit.Session().client('svc') as c:\n        await c.find()",
        "import kit\nclass A:\n    c = kit.client('svc')\n    def go(self):\n        self.c.find()",
        "import kit\nclass A:\n    def __init__(self, c):\n        self.c = c\n"
        "    def go(self):\n        self.c.find()\nA(kit.client('svc'))",
        "import kit\nclass A:\n    @property\n    def c(self):\n        return kit.client('svc')\nA().c.find()",
        "import kit, web\napp = web.App()\napp.c = kit.client('svc')\ndef f():\n    app.c.find()",
        "import kit\ndef f(state):\n    state.c = kit.client('svc')\ndef g(request):\n    request.c.find()",
    ],
)
def test_a_clients_operation_is_found_however_the_client_gets_there(code: str):
    assert "kit.svc.find" in calls(code)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("from lib.app import Analysis\na = Analysis(name='x')\na.get(1)", "lib.app.Analysis.get"),
        ("from lib import Client\nwith Client() as c:\n    c.detect()", "lib.Client.detect"),
        ("from lib import Client\ndef f(c: 'int', d: Client | None):\n    d.detect()", "lib.Client.detect"),
        ("from lib import Client\nclass Mine(Client):\n    def go(self):\n        self.detect()", "lib.Client.detect"),
        ("from lib import Client\nclass M(Client):\n    def go(self):\n        super().detect()", "lib.Client.detect"),
        ("from lib import Client\nclass Mine(Client): pass", "lib.Client"),
        ("import lib\nd = lib.Detector.create(1)\nd.detect()", "lib.Detector.detect"),
        ("from lib import *\nencode(1)", "lib.encode"),
        ("import lib\npool.map(lib.encode, names)", "lib.encode"),
        ("from lib import encode\nThread(target=encode).start()", "lib.encode"),
    ],
)
def test_objects_of_imported_classes_are_followed(code: str, name: str):
    assert name in calls(code)


def test_a_name_of_a_module_that_is_not_called_counts_as_referred_to():
    assert "lib.face.Model" in imports("import lib\nuse(lib.face.Model)")


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("import ctypes\nctypes.CDLL('/opt/v/libvendor.so.2')", "libvendor.so.2"),
        ("import os\nfrom ctypes import cdll\ncdll.LoadLibrary(os.path.join('x', 'vendor.dll'))", "vendor.dll"),
        ("from ctypes.util import find_library\nfind_library('vendor')", "libvendor.so"),
    ],
)
def test_a_native_library_loaded_by_a_constant_name_is_a_load(code: str, name: str):
    assert name in {fact.name for fact in observed(code) if isinstance(fact, Library)}


def test_the_same_call_of_two_functions_stands_for_each_once():
    code = "import v\ndef f():\n    v.x(); v.x()\ndef g():\n    v.x()"
    assert [fact.by for fact in observed(code) if isinstance(fact, Call)] == ["app.f", "app.g"]


def test_python_2_is_read_line_by_line_without_what_its_strings_say():
    code = '''
        """Example:
        import in_the_text
        """
        import urllib2, vendor
        from vendor.deep import (one,
                                 two)
        try:
            c = vendor.client("svc")
            print "found", c.find(1,
                                  2)
        except Exception, e:
            print >>log, e
        '''
    assert {"vendor", "vendor.deep", "vendor.deep.two"} <= imports(code)
    assert "in_the_text" not in imports(code)
    assert "vendor.svc.find" in calls(code)


def test_cython_imports_are_read():
    found = read(python_source, source("cimport vendor.core\ncdef int x = 3\ncdef f(): pass\n", "x.pyx"))
    assert Import(language="python", name="vendor.core", place="line 1") in found


def test_one_unparsable_line_hides_nothing_after_it():
    assert "v.x" in calls("import v\n(((\nx = = 3\nv.x()\n")


@pytest.mark.parametrize(
    "data",
    [
        "import v\nv.é()".encode(),
        b"# coding: latin-1\nimport v\nv.\xe9()",
        b"\xef\xbb\xbfimport v\nv.\xc3\xa9()",
        b"# coding: utf-7\nimport v\nv.+AOk-()",
    ],
)
def test_encodings_are_understood(data: bytes):
    found = read(python_source, BytesSource("x.py", data))
    assert [fact.name for fact in found if isinstance(fact, Call)] == ["v.é"]


def test_what_is_no_python_at_all_is_damaged():
    found, stopped = read_until_stopped(python_source, BytesSource("x.py", b"\x7fELF\0\1\2 ) ("))
    assert found == []
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED


def test_an_empty_file_is_sound():
    assert read(python_source, BytesSource("__init__.py", b"")) == []


def test_an_odd_escape_in_the_source_warns_nobody():
    assert imports(r"import v; x = '\d'") == {"v"}


@pytest.mark.parametrize(
    "bomb",
    [
        "-" * 50_000 + "1",
        "(" * 50_000,
        "x = " + "a." * 50_000 + "b",
        "import a" + ".a" * 50_000,
        "if a: pass\n" + "elif a: pass\n" * 3000,
        "x = " + "1+" * 50_000 + "1",
        "x = 1\n" + "x = [x, x]\n" * 1000,
        "x = 'a'\n" + "x += x\n" * 1000,
        "x = " + "getattr(" * 60 + "a" + ", 'b')" * 60,
        "\\\n" * 5000 + "(",
        "(\n" * 2000,
        "def f0(a):\n return a\n" + "".join(f"def f{n}(a):\n return f{n - 1}(f{n - 1}(a))\n" for n in range(1, 200)),
    ],
    ids=lambda bomb: bomb[:12],
)
def test_nesting_and_repetition_cost_no_more_than_their_length(bomb: str):
    budget = CountingBudget(items=2_000_000)
    code = f"import vendor\n{bomb}\nvendor.x()\n".encode()
    facts = python_source.observe(BytesSource("x.py", code), budget)
    assert next(facts) == Import(language="python", name="vendor", place="line 1")
    assert budget.items_spent <= 40 * len(code)


def test_a_deep_expression_is_said_and_the_rest_is_read():
    found, stopped = read_until_stopped(python_source, source("import v\nx = " + "a()" + ".b()" * 800 + "\nv.x()"))
    assert "v.x" in {fact.name for fact in found if isinstance(fact, Call)}
    assert stopped is not None
    assert stopped.cause is Cause.LIMIT


def as_notebook(*cells: dict[str, object]) -> BytesSource:
    return BytesSource("n.ipynb", json.dumps({"cells": list(cells), "nbformat": 4}).encode())


def test_the_code_cells_of_a_notebook_are_one_program():
    found = read(
        notebook,
        as_notebook(
            {"cell_type": "markdown", "source": "import not_this"},
            {
                "cell_type": "code",
                "source": ["%matplotlib inline\n", "!pip install z\n", "import kit\n", "c = kit.client('svc')"],
            },
            {"cell_type": "code", "source": "%%bash\nimport nothing"},
            {"cell_type": "code", "source": "c.find()"},
        ),
    )
    assert Import(language="python", name="kit", place="cell 2 line 3") in found
    assert Call(language="python", name="kit.svc.find", by="n", place="cell 4 line 1") in found
    assert {fact.name for fact in found if isinstance(fact, Import)} == {"kit"}


def test_a_notebook_of_format_3_is_read():
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": ["import vendor"]}]}]}
    found = read(notebook, BytesSource("n.ipynb", json.dumps(old).encode()))
    assert [fact.name for fact in found if isinstance(fact, Import)] == ["vendor"]


@pytest.mark.parametrize("data", [b"", b"[1]", b'{"cells": 3}', b'{"cells": [{"source": {}}]}', b"[" * 100_000])
def test_a_broken_notebook_is_unreadable(data: bytes):
    found, stopped = read_until_stopped(notebook, BytesSource("n.ipynb", data))
    assert found == []
    assert stopped is not None


SAMPLE = (
    b"import kit\nclass A:\n    c = kit.client('svc')\n    def go(self, x=[1]):\n        return self.c.find(f'{x}')\n"
)


@settings(max_examples=80, deadline=None)
@given(data=st.binary(max_size=60), at=st.integers(0, len(SAMPLE)), cut=st.integers(0, 40))
def test_mutated_source_gives_observations_or_unreadable(data: bytes, at: int, cut: int):
    mutated = SAMPLE[:at] + data + SAMPLE[at + cut :]
    read_until_stopped(python_source, BytesSource("x.py", mutated))
    read_until_stopped(
        notebook, BytesSource("x.ipynb", b'{"cells":[{"cell_type":"code","source":"' + mutated + b'"}]}')
    )


@settings(max_examples=100, deadline=None)
@given(code=st.text(alphabet="abx.()[]=:,'\n import def class for lambda*%{}", max_size=200))
def test_invented_source_gives_observations_or_unreadable(code: str):
    read_until_stopped(python_source, BytesSource("x.py", code.encode()))
