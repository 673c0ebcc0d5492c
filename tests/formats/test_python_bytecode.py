"""The reader of compiled Python: against seven versions' own output, the interpreter, xdis, and hostile bytes."""

import base64
import importlib
import marshal
import struct
import textwrap
import time
import warnings
import zlib
from importlib.util import MAGIC_NUMBER

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.formats import python_bytecode
from scanner.formats.python_opcodes import VERSIONS, Act
from scanner.model.observation import Call, Import, Library, Observation
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

SOURCE = """\
import kit
from lib.deep import Face as F
import a.b as ab
NAME = "s" + "vc"
c = kit.client(NAME)
class D(object):
    def __init__(self):
        self.f = F(1)
    def go(self, x):
        return self.f.look(x), c.find(x), ab.run()
"""

# SOURCE compiled by `py_compile.compile("t.py", "t.pyc")` of each version, then
# `base64.b85encode(zlib.compress(open("t.pyc", "rb").read(), 9))`.
COMPILED = {
    "2.7": (
        "c-nQ6%}&EG49A^zYxl*6#EmEDX-|L<pS#gR#)Vv}Hce5xuAOK$fy50Sgm>ftz;;`98Bt={b?pDoQQhyO$=9Q^($Fmz&lR3Vp-FKI"
        "C;?RKJ5UN(JD^+;U2Xuy5R?b056TAvP>jI%@F75rAsvF5Kqesd;1l2j;7LuXY#EHOeg1<h3<SD%fMyYEV<~E^gLbDmxcg(H=!Vkg"
        "Xi!QCqQb_?p{C@xAeR9ZYta=@a7#sJB*V}M_YM$ob$dI^=_<RdxnP^^(Hc``0Wq*?=#!mq-Yks~MR}FmDDo-eFsODqWw%$SIutE%"
        "qdGI-kcHd({EqlQnTtpy8wMU)IqV6_x?VAr<}k~vlwT=MEQ!2qE5?^zKf~)GUb^yJkN2bjr`j>9cx|G{PB>WC>9)jB(pd7iZ*`!l"
        "Bz>>{;)$`tM9oeIGrB^-Dz_|B=E*!YW+SPC9Q5gUo-lJFr~SO)^~1fTuDZ-kWhF6lTqlLmmPP*~VyTOEf=m9PXr`Gs6(_>O^9#!}"
        "YhV"
    ),
    "3.6": (
        "c-n1I!H&}~5S_7IH_f&n?)*S5xo|}YL|IPc0w-Ur#CBIn(`0ed6`<a_AF@||$yZMM3!LzzTT~=0&5ZTN^WL-lYPCuqzOd~h0Q`cB"
        "C1SjdF;KE#u?0nywYX!7;|UYZOi4Rea|cc0=0{YEk6>q3-h-7cJ#uwr@iSxz@k5be5Z9$~0SCqIjJXtKXTg^-IZ$XpF^iVngW{H3"
        "5v#DXNG1cW4L*(G)98B|eHPOgeI4-tIugXgtazj&84GwFa6=9T*KU4-Uqtw~81vijA<??->QU=Cv9O8vN4n0>uwfS_`B{yO9-x5+"
        "4^eSs4WDX!lOt?+)W#x{o+yK8`+ghH1hJ_*8(3K>?)P2Bd_ryfHn};aln{2)FD|@@b$-(q*^Hca<<4mxQmuEr-M6$~YW;Ozwx^E2"
        "B9<3_`Tk}0^s$ntX_H{WCPeY!&SXo)xAmx!wytvP+^r{hFQ<N)R{<;ke7a8Y?$ZY)O<TKe^ecj7Up3B*6WRZCL-P7$_YHl=kWS)D"
        "Oi{%60~1+(g#"
    ),
    "3.8": (
        "c-n1|O>WyT5QRA;CCiE(^Z>npHabC3^v6wC(I(A?8$uH4K(Q>Plw7ohcgaEIWv;|+R=Gk}nUU)tF)D#G#1rSePvGTz9y5G~AAI$Q"
        "{ec}l64xhO-4`r|8K{|}&TCk6C19_~b)Z7r3pKH9i0otsYWkfSX@Wau0vq27bz<OxB_XA-ECDai^3p2N{VL1jP<{w~kHs<thAD2q"
        "@H?i25k_K1YqImODB;y8{2TvD<EL19<hz9}(`bSNJbR=g3HNa3VM!dFt(W)AMJPYXKE3(lBdx2Z>b0Jb3m<*|#*6eIm;4A;9uf(7"
        "%dXh~Ti8L*2QhXz1Ut4Am=9SJx)4t(S-0)VL+RzRYK-T3;f32Y33rt0;rB?iFH=(ZRXcsfBNypan<W9!Hu>6W?PIOit=ZJHpK1Mb"
        "lh^w%jxO1~d+~eg>;x8K>gYcri1?@^GbL74ucEptQe*9nqhuElyvWnSL*eEGCbQ4y-&9!Em2G-=LQ>ck*S73OpZ`Vr=)<1$Bi%+9"
        "kGV5^CB*OyXS#h{"
    ),
    "3.10": (
        "c-n1|zi!(w5XSFFN|qHl$j~t_phZs*6#e6-Q?;}c7eW&0K(Q>Plw7odx8y<Ov9H86Q(mD{d2(H}MhNhZ_{jUdAHZ(0h{3P%3tK<?"
        "{sbpW`2EK3{+%xxG&Ufqvj#Uzay)2a6Ufk?xttjoBQx8hoPPu@bnpl|F!2MIXBt048d3`6DLQdoR7UdtTUDKgvSa9_F9sxPkW8ay"
        "k080`TKMj*$<E=j!hc5b&-i;9Klf$ud=Iz-<xTtm%b)2<${b!hToFfan$=IRk(YmoA-ntGBBkoK9+aAq3)!9HeZ0($a>Y(y#W9h9"
        "cW?_M?r@I-8~N1580=xieLm)CXhZ)>il*z<4l5^Cb*mjKO2_TCO_`-shu<fnLz$DpZo2uA=MwM5GP~*WG$7ix*chc;tkkB{+lJ1G"
        "QeU@4bGWhe$@b!}-~Y~*`$9}Tl?WnC*rcV2<m-BnQB#+hHs;P!whaiM7g_1Bv<pHL`P)w)WLPz|X$N~oQrMNZrWz)nmqJ~1bzpr>"
        "|IsH?a)Jp8jPVuz2BK(v!~"
    ),
    "3.11": (
        "c-oCp&1(}u6n}4KvPsh~YeNqnB=jH+LZI;~f*30Z=Ax&)EXmHMB;6$K>^9golpJ!1Qv3kH4-|8Xl-B<xf`>5R$y0BUc<RZSO*c)e"
        "2WNJE^XC0#-u&L%`7%2j2h}=H$i|79f5JqIoXx|cg15kdqYI{<iHj9tQXKhMC1M)Nre>6Y1Las4z=?Jd;0VLDIYr<BaMl7IapGO7"
        "I6CI0IX;Gzp;bUGg_5o1ZAVhCZrhWh!eGN|fhY$|<X{qxEifr33K^#=5R;g-apE978^d&P(4XKqUewtDYix5+!AR~zJ5ogAn#7`3"
        "=Q(cC)6V26^V6F<GG<w&YRR{(-FP+~+EKN^TU5}59}8Dst-emYNwnF4(N=w^!`oy+A`2zH2qZS3Jf=F6sf=6Wl5n4$a~=9$C#KH1"
        "a`?lctH#mTU)1%)T*?sotw`q9Y8w)5$%>^amn2`1RBTsML`-WMpL#l{WKzuNC0VcSvTS<2rZ4ht2BqlFFCNri?mgdoxB6`VVE@zB"
        "=lX|wC;xuu<IdOR;~R%7$1A=0OfQxZbHQVX=;BuM700q<+_EY)zU^vz#<I4y^X`ZdvudwcQg8^tx!`_bgrJ9)3GNU3fM8^40ApYn"
        "xuvbkFbbywq-G@DDETtxmI`U^IGaLOS?Js(&8G_z3t}-SQts}f`_i!8l2i4?f_53TLfNtXks|$i&sCnrZjX|>BbLwJxYtlHporLq"
        "cr)mIxZb<?_2EkI;@6KZG+Cd`HSe_^w*7A`@tq}_I3NsFDt|-U_@$@c|DXbOe*hw+(31"
    ),
    "3.12": (
        "c-nnZ&ubGw6n<}JvPri|+t^aXgM=c*y`;3giXg@c1#{8UUY5=7rX<;9+u2PpZIB27Q$#9wP*Jeg62U*jOTkMR?a5PbV)W9JJDVQ_"
        "0zR1c-hA(ydEdO<uc?#@p`AV<mCG>xgei-S;-C<^w_t;fF6c567pp|4IK)^rrYm7i^*8|s%1ba~PP~W1OrIn05Ny@~JLaf8Izs20"
        "s3}qb<TVs*$Fv+l{f1>t--2U7*CRm==xBpZZ0vweZ4!Fcq#6^LvvBGd9j(Ew=vXkR**I3!0%L+UK_mG~xz&ik9f3uu$ambLFTu<e"
        "3$pu7kuZ!>trQr>p_<E%^LR+`Q=x0akMy<In{QUS?3FT**IHys5*thEMv_`ko}C$#=`7ZoNDkP97ymDBZo*S%dA(6A(#N1-UQ@Uv"
        "3FdlUMW7{Eu~f4KF$;q7dQBsIUY7BxFJF_%@TA<5J@1g^vU{Fv<!jON`-{sbjpN42(ecr{&6m$U9(-!NZ=9MRnxEIcte>s-Zl5o1"
        "ohP>VLiEXFa-21@>KKMl4WsJWbywy|!#Jp$?y$n;VEJn3&LBD$b?3_1$>mF^1HTEzRtF4Y+e4x(X-PpVr9dRyQXy+Q&OVp(<x;bt"
        "X0{-(z?Y-P=kGmwAQa0jIkkYNC8T(TvSS6qUN@wh^uJ2n8OpuO*GB)SzY)4$6cN9JdI2{tV5uKZw^^SpwC}&zeZJcbzOj`y{viyv"
        "yUJe(Lv-Ok2J)+?"
    ),
    "3.13": (
        "c-nnZ&1=+95TAMPCE0FU+uBx254x11=HNnGdlNyZJ#29gjXibYk)+urHci@>>|!ZM@u00D6+}=J?9~tOUnzJgPkZvzo4EFFUiO29"
        "iVxn*yqRI<H@`Q{!NEMF=kPvRKTY*d=s8+jH=R_x1`8})0--cn!V(d*(DJd8CiK*%!l=OVFq}J6P%-AQWsAOv^lh<8u(V2kp0>UH"
        "H8gdF0LmsxwrIPaq;bP_d+T5aP$2_U0f80>VxgcGnFPTsno7-LLa%A2E^*;hPcvQYsX^PfIi1y5?ZzzZKwN>K>#c!F%BSjS5{Ziv"
        "s|sH11=UzN3z8+p&25?E+z<VPbD3W#c5EX}hzC=#3qM9KzMOeAw#Q!RO;y$<J&;%j(z6WG3M`+e5SHnA-%1zqD(mJM|IN#F^YZ`t"
        "r}?&ZlTL$)Wm6aZ=}WR8iq<8%l2!e1O%mIYRMbP0hyfMGhq0QcP!MWbNotW~3&mR0rwA}J0*;494;uT8gPr}IH#5&4z2ExKc-uI%"
        "-)(=H`g--#)z8<DhGvg)vqEi;iCNdOX((Ppd&5(_a=sC*)dOV@aK2TygLY(y^Qtf6B=AEoj5rq;)Iv=tB;%aNiJkZ^x06KpPCfBr"
        "&ObudCIc(<j!-vN<2-@i1hq?N47Isdq6(P<lCJxS%muzvT=Tq5p*}<?7A3WdjzmX{XIz!<+`B7vH}JhM5u?hbN6rJ!O<KLKDADaN"
        "bGKS!-4@r{8y??C#V?A8-ywejmrr2$*cjPm$IN(IdR*E|zOk`g{6iSd?dfNbs;t~!PKCKz"
    ),
}
IMPORTS = {"a.b", "kit", "lib.deep", "lib.deep.Face"}
CALLS = {
    ("kit.client", "t"),
    ("kit.svc", "t"),
    ("lib.deep.Face", "t.__init__"),
    ("lib.deep.Face.look", "t.go"),
    ("kit.svc.find", "t.go"),
    ("a.b.run", "t.go"),
}


def compiled(version: str) -> bytes:
    return zlib.decompress(base64.b85decode(COMPILED[version]))


def here(code: str) -> BytesSource:
    """Code compiled by the interpreter that runs the tests."""
    return BytesSource(
        "t.pyc", MAGIC_NUMBER + bytes(12) + marshal.dumps(compile(textwrap.dedent(code), "t.py", "exec"))
    )


def names(found: list[Observation], kind: type[Call] | type[Import] | type[Library]) -> set[str]:
    return {fact.name for fact in found if isinstance(fact, kind)}


@pytest.mark.parametrize("version", COMPILED)
def test_every_version_of_python_gives_the_same_facts(version: str):
    found = read(python_bytecode, BytesSource("t.pyc", compiled(version)))
    assert names(found, Import) == IMPORTS
    assert {(fact.name, fact.by) for fact in found if isinstance(fact, Call)} == CALLS


def test_a_fact_names_the_code_object_it_stands_in():
    found = read(python_bytecode, BytesSource("t.pyc", compiled("3.11")))
    assert Call(language="python", name="kit.svc.find", by="t.go", place="code go") in found
    assert Import(language="python", name="kit", place="code <module>") in found


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("import kit\ndef make():\n    return kit.Session(p='x').client('svc')\nmake().find(1)", "kit.svc.find"),
        ("import kit\nc = kit.client('svc')\ngetattr(c, 'fi' + 'nd')(1)", "kit.svc.find"),
        ("import kit\nwith kit.Door(1) as d:\n    d.open()", "kit.Door.open"),
        (
            "import kit\ndef f():\n    d = kit.Door(1)\n    def g():\n        return d.open()\n    return g",
            "kit.Door.open",
        ),
        ("import kit\nclass A:\n    c = kit.client('svc')\n    def g(self):\n        self.c.find()", "kit.svc.find"),
        ("import importlib\nm = importlib.import_module('hid.den')\nm.run()", "hid.den.run"),
        ("from lib import *\nencode(1)", "lib.encode"),
    ],
)
def test_names_are_followed_through_assignments_returns_and_attributes(code: str, name: str):
    assert name in names(read(python_bytecode, here(code)), Call)


def test_imports_by_constants_count_and_relative_ones_keep_their_dots():
    code = """
        import importlib, os
        from .own import thing
        from ..other import more
        importlib.import_module("hid.den")
        __import__("in.side")
        """
    own = {".own", ".own.thing", "..other", "..other.more"}
    assert names(read(python_bytecode, here(code)), Import) == {"hid.den", "in.side", *own}


def test_an_import_from_a_thousand_million_packages_up_makes_no_such_name():
    raw = here("from . import thing").data
    level = raw.index(marshal.dumps(1))  # the first constant: how many packages up
    far = raw[:level] + marshal.dumps(0x40000000) + raw[level + 5 :]
    assert len(far) == len(raw)
    before = time.process_time()
    found, _ = read_until_stopped(python_bytecode, BytesSource("t.pyc", far))
    assert names(found, Import) == set()
    assert time.process_time() - before < 1


def test_a_library_loaded_by_name_is_a_load():
    found = read(python_bytecode, here("import ctypes\nctypes.CDLL('/opt/libvendor.so')"))
    assert names(found, Library) == {"libvendor.so"}


def test_a_truncated_file_keeps_the_functions_that_are_whole():
    data = compiled("3.8")
    found, stopped = read_until_stopped(python_bytecode, BytesSource("t.pyc", data[:-40]))
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED
    assert all(isinstance(fact, (Call, Import)) for fact in found)


def test_an_unknown_version_is_said_and_its_dotted_imports_are_read():
    data = (9999).to_bytes(2, "little") + compiled("3.11")[2:]
    found, stopped = read_until_stopped(python_bytecode, BytesSource("t.pyc", data))
    assert names(found, Import) == {"lib.deep", "a.b"}
    assert stopped is not None
    assert stopped.cause is Cause.UNSUPPORTED


@pytest.mark.parametrize("data", [b"", b"not python", b"\xa7\r\r\n", MAGIC_NUMBER + bytes(12) + b"?"])
def test_what_is_no_compiled_python_is_damaged(data: bytes):
    found, stopped = read_until_stopped(python_bytecode, BytesSource("t.pyc", data))
    assert found == []
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        (b"(\xff\xff\xff\x7f", Cause.DAMAGED),
        (b"s\xff\xff\xff\xff", Cause.DAMAGED),
        (b"l\x00\x00\x00\x80", Cause.DAMAGED),
        (b"r\x05\x00\x00\x00", Cause.DAMAGED),
        (b")\x01" * 5000 + b"N", Cause.LIMIT),
        (b"{" * 5000, Cause.LIMIT),
    ],
)
def test_lying_counts_and_deep_nesting_stop_the_reader(value: bytes, cause: Cause):
    found, stopped = read_until_stopped(python_bytecode, BytesSource("t.pyc", MAGIC_NUMBER + bytes(12) + value))
    assert found == []
    assert stopped is not None
    assert stopped.cause is cause


def test_values_shared_many_times_over_cost_no_more_than_their_bytes():
    """Each tuple holds the one before it twice: 2 to the power of 60 values, if references were followed."""
    chain = b"\xa9\x01N" + b"".join(
        b"\xa9\x02" + b"r" + struct.pack("<i", number) + b"r" + struct.pack("<i", number) for number in range(60)
    )
    budget = CountingBudget(items=5000)
    data = MAGIC_NUMBER + bytes(12) + b")\x3d" + chain
    with pytest.raises(Unreadable) as stopped:
        read(python_bytecode, BytesSource("t.pyc", data), budget)
    assert stopped.value.cause is Cause.DAMAGED
    assert budget.items_spent < 1000


EXPECTED_ACTS = {
    "EXTENDED_ARG": Act.EXTEND,
    "LOAD_CONST": Act.CONSTANT,
    "LOAD_NAME": Act.NAME,
    "LOAD_GLOBAL": Act.NAME,
    "LOAD_FROM_DICT_OR_GLOBALS": Act.NAME,
    "LOAD_FAST": Act.LOCAL,
    "LOAD_FAST_BORROW": Act.LOCAL,
    "LOAD_FAST_CHECK": Act.LOCAL,
    "LOAD_FAST_LOAD_FAST": Act.TWO_LOCALS,
    "LOAD_FAST_BORROW_LOAD_FAST_BORROW": Act.TWO_LOCALS,
    "LOAD_DEREF": Act.CELL,
    "LOAD_FROM_DICT_OR_DEREF": Act.CELL,
    "LOAD_ATTR": Act.ATTRIBUTE,
    "LOAD_METHOD": Act.ATTRIBUTE,
    "LOAD_SUPER_ATTR": Act.ATTRIBUTE,
    "IMPORT_NAME": Act.IMPORT,
    "IMPORT_FROM": Act.IMPORT_FROM,
    "STORE_NAME": Act.STORE_NAME,
    "STORE_GLOBAL": Act.STORE_NAME,
    "STORE_FAST": Act.STORE_LOCAL,
    "STORE_FAST_STORE_FAST": Act.STORE_TWO_LOCALS,
    "STORE_FAST_LOAD_FAST": Act.STORE_LOAD_LOCAL,
    "STORE_DEREF": Act.STORE_CELL,
    "STORE_ATTR": Act.STORE_ATTRIBUTE,
    "CALL": Act.CALL,
    "CALL_KW": Act.CALL,
    "CALL_FUNCTION": Act.CALL,
    "CALL_FUNCTION_KW": Act.CALL,
    "CALL_FUNCTION_EX": Act.CALL,
    "CALL_METHOD": Act.CALL,
    "RETURN_VALUE": Act.RETURN,
    "POP_TOP": Act.END,
    "POP_JUMP_IF_FALSE": Act.END,
    "POP_JUMP_IF_TRUE": Act.END,
}


@pytest.mark.parametrize("magic", VERSIONS)
def test_instruction_numbers_are_those_xdis_knows(magic: int):
    pytest.importorskip(
        "xdis", reason="the oracle is not installed here; the compiled samples above cover seven versions"
    )
    version = VERSIONS[magic]
    major, _, minor = version.name.partition(".")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = importlib.import_module(f"xdis.opcodes.opcode_{major}x.opcode_{major}{minor}")
    numbers: dict[str, int] = {name: number for name, number in module.opmap.items() if number < 256}
    for name, act in EXPECTED_ACTS.items():
        if name in numbers:
            assert version.acts.get(numbers[name]) is act, name


SAMPLE = compiled("3.12")


@settings(max_examples=150, deadline=None)
@given(
    version=st.sampled_from(sorted(COMPILED)),
    flips=st.lists(st.tuples(st.integers(0, 1200), st.integers(0, 255)), max_size=12),
    cut=st.integers(0, 1200),
)
def test_mutated_compiled_files_give_observations_or_unreadable(version: str, flips: list[tuple[int, int]], cut: int):
    data = bytearray(compiled(version))
    for offset, value in flips:
        if 4 <= offset < len(data):
            data[offset] = value
    read_until_stopped(python_bytecode, BytesSource("t.pyc", bytes(data[: max(cut, 20)] if cut < 300 else data)))


@settings(max_examples=100, deadline=None)
@given(code=st.binary(max_size=200), magic=st.sampled_from(sorted(VERSIONS)))
def test_invented_instructions_give_observations_or_unreadable(code: bytes, magic: int):
    version = VERSIONS[magic]
    texts = b")\x03z\x01az\x03a.bz\x06client"
    value = (
        b"c" + bytes(4 * version.layout.numbers) + b"s" + struct.pack("<i", len(code)) + code + texts + texts + texts
    )
    value += (b"s\0\0\0\0z\1fz\1gz\1h" if version.layout.has_locals_plus else b")\0)\0z\1fz\1g") + bytes(4)
    value += b"s\0\0\0\0" * (2 if version.layout.has_locals_plus else 1)
    data = magic.to_bytes(2, "little") + b"\r\n" + bytes(version.header_bytes - 4) + value
    assert read_until_stopped(python_bytecode, BytesSource("t.pyc", data))[1] is None
