"""Confidence: how sure the evidence makes us that a technology is there, and how indicators add up.

Each indicator has a weight: the chance, if it alone were seen, that the technology really is there. The values are
a judgement of this project and not a measurement; the corpus score says how well they serve.

    decisive    0.95   can hardly be anything else: a package, a class or method of the vendor, a digest
    strong      0.70   the vendor's own name for a file, symbol, host or manifest entry
    supporting  0.30   fits, and fits other things too: a word in a binary, a file name

Different indicators are taken as independent witnesses: what remains in doubt after all of them is the product of
what each leaves in doubt, so confidence = 1 - (1 - w1)(1 - w2)…, at most 0.99. The same indicator seen twice is one
witness. What is merely referenced counts only where nothing stronger was seen.

Worked examples:

>>> confidence([Weight.DECISIVE])                            # one class of the SDK in an app
0.95
>>> confidence([Weight.STRONG])                              # a library of that name, nothing else
0.7
>>> confidence([Weight.STRONG, Weight.STRONG])               # the library, and a symbol of it
0.91
>>> confidence([Weight.SUPPORTING])                          # one telling word: sets no verdict
0.3
>>> confidence([Weight.SUPPORTING, Weight.SUPPORTING])       # two different words: just enough
0.51
>>> confidence([Weight.DECISIVE] * 4)                        # never certain
0.99
"""

from collections.abc import Iterable
from math import prod

from scanner.model.technology import Indicator
from scanner.model.vocabulary import IndicatorKind, Weight

VERDICT_THRESHOLD = 0.5
"""A finding under this confidence sets no verdict."""

_DOUBT = {Weight.DECISIVE: 0.05, Weight.STRONG: 0.30, Weight.SUPPORTING: 0.70}
_CEILING = 0.99

_USUAL = {
    IndicatorKind.PACKAGE: Weight.DECISIVE,
    IndicatorKind.CALL: Weight.DECISIVE,
    IndicatorKind.CLASS: Weight.DECISIVE,
    IndicatorKind.HASH: Weight.DECISIVE,
    IndicatorKind.PRODUCT: Weight.DECISIVE,
    IndicatorKind.STRING: Weight.SUPPORTING,
    IndicatorKind.FILE: Weight.SUPPORTING,
}


def weight_of(indicator: Indicator) -> Weight:
    """The indicator's own weight, or the usual one of its kind."""
    return indicator.weight or _USUAL.get(indicator.kind, Weight.STRONG)


def confidence(weights: Iterable[Weight]) -> float:
    """0 to 0.99, rounded to two places; `weights` has one entry a distinct indicator."""
    return round(min(_CEILING, 1 - prod(_DOUBT[weight] for weight in weights)), 2)
