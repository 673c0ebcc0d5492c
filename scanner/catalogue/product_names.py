"""Product names as people's lists spell them: the spellings by which a listed product is looked up.

Lists differ in case, marks (®, ™), architecture and version at the end of a name, the legal form behind a company's
name, and whether the maker stands before the product's name or in a column of its own. All these are spellings of one
name. What only resembles it (`FaceSdk` for `Face SDK`, the maker's name left out) is a near spelling: it is offered to
a person and counts for nothing until confirmed.
"""

import re
import unicodedata
from functools import lru_cache

_MARKS = re.compile(r"[®™©]|\((?:r|tm|c)\)")
_ARCHITECTURE = re.compile(
    r"[\s,_-]*[\[(]?\b(?:x64|x86|x86[_-]64|amd64|arm64|aarch64|win(?:32|64)|(?:32|64)[ -]?bits?)\b[\])]?", re.IGNORECASE
)
_LANGUAGE = re.compile(r"\s*(?:[-(\[]\s*)\b[a-z]{2}[-_][a-z]{2}\b[)\]]?$")
_VERSION = re.compile(r"[\s,_(-]+(?:\(?\b(?:version|ver\.?|v\.?|release|build|r)?\s*\d[\d.,_ -]*[a-z]?\d*\)?)$")
_COMPANY = re.compile(
    r"[\s,]+(?:inc|incorporated|corp|corporation|co|company|ltd|limited|llc|l\.l\.c|plc|gmbh|ag|kg|sa|s\.a|sas|srl|s\.r\.l|"
    r"s\.?\s?r\.?\s?o|bv|b\.v|nv|n\.v|ab|as|a/s|oy|oyj|spa|s\.p\.a|pty|pte|kk|k\.k|uab|sp\.? z o\.?o|e\.?v)\.?$"
)
_DIGIT = re.compile(r"\d")
_TAIL = " ,;-_.("
_LOOSE = re.compile(r"[\W_]+")
_CPE = re.compile(r"cpe:(?:2\.3:|/)[aoh]:([^:]+):([^:]+)")


@lru_cache(maxsize=1 << 16)
def plain_name(name: str) -> str:
    """The name in lower case, without marks, architecture, language and version at its end; one space between words."""
    text = _without_marks(name)
    if "64" in text or "86" in text or "32" in text:  # each of these tests is far cheaper than the search it spares
        text = _ARCHITECTURE.sub("", text)
    before = ""
    while text != before:
        before = text
        if "-" in text or "_" in text:
            text = _LANGUAGE.sub("", text)
        if _DIGIT.search(text):
            text = _VERSION.sub("", text)
        text = text.rstrip(_TAIL)
    return " ".join(text.split()) or name.casefold()


def _without_marks(name: str) -> str:
    if name.isascii():
        return (_MARKS.sub("", name) if "(" in name else name).casefold()
    return _MARKS.sub("", unicodedata.normalize("NFKC", name)).casefold()


@lru_cache(maxsize=1 << 14)
def plain_company(name: str) -> str:
    """A company's name in lower case, without marks and legal form."""
    text = _without_marks(name).rstrip(" .,")
    before = ""
    while text != before:
        before, text = text, _COMPANY.sub("", text).rstrip(" .,")
    return " ".join(text.split())


def loose_name(name: str) -> str:
    """Letters and digits alone."""
    return _LOOSE.sub("", name.casefold())


@lru_cache(maxsize=1 << 14)
def loose_company(name: str) -> str:
    """The same of a company's name, without its legal form."""
    return loose_name(plain_company(name))


def spellings(name: str, publisher: str) -> tuple[str, ...]:
    """Every spelling under which a product may stand in the catalogue."""
    lower = " ".join(name.lower().split())
    plain = plain_name(name)
    company = plain_company(publisher) if publisher else ""
    names = [lower, plain]
    if company and not plain.startswith(company):
        names.append(f"{company} {plain}")
    if "_" in plain:
        names += [found.replace("_", " ") for found in names[1:]]
    return tuple(dict.fromkeys(names))


def with_makers(names: tuple[str, ...], publisher: str) -> tuple[str, ...]:
    """The names with their maker, as `name|maker`."""
    makers = dict.fromkeys((publisher.lower(), plain_company(publisher)))
    return tuple(f"{name}|{maker}" for name in names for maker in makers if maker)


def spelled_id(found: str) -> tuple[str, ...]:
    """An identifier in lower case; a CPE as the maker and product it names (NIST IR 7695)."""
    lower = found.lower()
    named = _CPE.match(lower)
    if not named:
        return (lower,)
    maker, product = (part.replace("\\", "").replace("_", " ") for part in named.groups())
    return tuple(dict.fromkeys((product if product.startswith(maker) else f"{maker} {product}", f"{product}|{maker}")))
