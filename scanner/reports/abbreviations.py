"""Abbreviations that reports use, each explained once at the end of a report: those that stand in it, and no others."""

import re
from functools import cache

GLOSSARY: dict[str, str] = {
    "1:1": "one face compared with one other: verification",
    "1:N": "one face searched among many: identification",
    "AI": "artificial intelligence",
    "API": "application programming interface: how one program calls another",
    "APK": "the file of an Android app",
    "CCTV": "closed-circuit television: cameras that watch a place",
    "CSV": "comma-separated values: a table that a spreadsheet opens",
    "CV": "computer vision: programs that work on pictures",
    "DEX": "the code inside an Android app",
    "DSFD": "a method of finding faces",
    "ELF": "the format of programs and libraries of Linux and Android",
    "EU": "European Union",
    "EUR": "euro",
    "FBI": "Federal Bureau of Investigation, of the United States",
    "GDPR": "General Data Protection Regulation, of the European Union",
    "HB": "House Bill, of a state's parliament",
    "HRAR": "Human Resources Administrative Rule, of the City of Portland, Oregon",
    "HTML": "the format of web pages: a report that a browser shows",
    "ID": "the short name by which something is called",
    "ILCS": "Illinois Compiled Statutes",
    "ISO": "International Organization for Standardization, which publishes technical standards",
    "JNET": "the network by which authorities of Pennsylvania share data",
    "JSON": "a format for programs: the report from which all others are made",
    "LBPH": "a method of comparing faces by local patterns of light and dark",
    "LD": "Legislative Document: a bill in Maine",
    "M.G.L.": "Massachusetts General Laws",
    "M.R.S.": "Maine Revised Statutes",
    "ML": "machine learning",
    "MTCNN": "a method of finding faces",
    "NIST": "National Institute of Standards and Technology, of the United States",
    "ONNX": "a format of neural networks",
    "ORS": "Oregon Revised Statutes",
    "PDX": "Portland, Oregon",
    "PE": "the format of programs and libraries of Windows",
    "PHP": "a programming language",
    "PIN": "personal identification number",
    "RCW": "Revised Code of Washington",
    "SB": "Senate Bill, of a state's parliament",
    "SBOM": "software bill of materials: a list of what a program is made of",
    "SCRFD": "a method of finding faces",
    "SDK": "software development kit: ready-made parts for makers of apps",
    "SHA-256": "a digest of a file; if one bit of the file changes, so does the digest",
    "TPU": "tensor processing unit: a chip for neural networks",
    "URL": "address on the internet; a package URL (purl) names a software package",
    "V.S.A.": "Vermont Statutes Annotated",
    "YOLO": "a method of finding things in pictures",
}


def used_in(text: str) -> list[tuple[str, str]]:
    """The abbreviations that stand in a text as words of their own, each with its meaning, in alphabetical order."""
    found = set(_pattern().findall(text))
    return [(short, meaning) for short, meaning in GLOSSARY.items() if short in found]


@cache
def _pattern() -> re.Pattern[str]:
    shorts = "|".join(map(re.escape, sorted(GLOSSARY, key=len, reverse=True)))
    return re.compile(rf"(?<![\w./:-])(?:{shorts})(?![\w-])")
