"""Places as a reader knows them."""

import pytest

from scanner.ordinances.load import laws
from scanner.ordinances.place_names import place_name


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("us-ma-boston", "Boston, Massachusetts"),
        ("us-ny-new-york-city", "New York City, New York"),
        ("us-wa", "Washington State"),
        ("us", "the United States"),
        ("eu", "the European Union"),
        ("de", "de"),
        ("ca-on-toronto", "ca-on-toronto"),
        ("us-zz-nowhere", "us-zz-nowhere"),
    ],
)
def test_a_place_is_called_by_its_name_where_its_id_tells_it(place: str, name: str) -> None:
    assert place_name(place) == name


def test_every_law_holds_in_a_place_with_a_name() -> None:
    assert not [law.id for law in laws() if place_name(law.jurisdiction) == law.jurisdiction]
