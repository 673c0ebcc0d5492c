"""A list of products that are all different and in no catalogue: `python -m tests.benchmarks.product_list 1000000`."""

import random
import sys

_LETTERS = "bacodifugehailjokulamenooppiqurasetiulvowexyza"
_SYLLABLES = [_LETTERS[at : at + 2] for at in range(0, len(_LETTERS), 2)]
_FORMS = ("Inc.", "GmbH", "Ltd", "Corporation", "Software")


def main() -> None:
    chance = random.Random(5)

    def word() -> str:
        return "".join(chance.choice(_SYLLABLES) for _ in range(chance.randint(2, 4))).capitalize()

    makers = [f"{word()} {chance.choice(_FORMS)}" for _ in range(20_000)]
    print("DisplayName0,Version0,Publisher0")
    for number in range(int(sys.argv[1])):
        version = f"{chance.randint(1, 20)}.{chance.randint(0, 9)}"
        print(f"{word()} {word()} {number},{version},{chance.choice(makers)}")


main()
