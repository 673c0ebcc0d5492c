"""Examples of a signature: what is only mentioned counts where the example says so."""

from scanner.catalogue.decode import decode_technology
from scanner.catalogue.load import Catalogue
from scanner.evidence.examples import failures
from tests.catalogue.folders import GOOD

UNVERIFIED = GOOD.replace("seen_in: example-face 1.10", "verified: false")
NOTHING = "installed: it gives nothing where it should give example-face"


def problems_of(text: str) -> list[str]:
    technology = decode_technology(text.encode(), "libraries/example-face.yaml", "")
    return [failure.message for failure in failures(Catalogue((technology,), "0" * 64))]


def test_a_signature_that_nobody_verified_gives_nothing():
    assert problems_of(UNVERIFIED) == [NOTHING]


def test_an_example_may_say_that_it_gives_a_mention():
    mention = UNVERIFIED.replace("gives: [example-face]\n", "gives: [example-face]\n    presence: referenced\n")
    assert problems_of(mention) == []


def test_a_mention_is_no_proof_of_more():
    claimed = UNVERIFIED.replace("gives: [example-face]\n", "gives: [example-face]\n    presence: present\n")
    assert problems_of(claimed) == [NOTHING]
