"""What people call the places that ids of jurisdictions stand for."""

from scanner.ordinances.territory import EU

_WIDE = {EU: "the European Union", "us": "the United States"}

_STATES = {
    "al": "Alabama", "ak": "Alaska", "az": "Arizona", "ar": "Arkansas", "ca": "California", "co": "Colorado",
    "ct": "Connecticut", "de": "Delaware", "dc": "the District of Columbia", "fl": "Florida", "ga": "Georgia",
    "hi": "Hawaii", "id": "Idaho", "il": "Illinois", "in": "Indiana", "ia": "Iowa", "ks": "Kansas", "ky": "Kentucky",
    "la": "Louisiana", "me": "Maine", "md": "Maryland", "ma": "Massachusetts", "mi": "Michigan", "mn": "Minnesota",
    "ms": "Mississippi", "mo": "Missouri", "mt": "Montana", "ne": "Nebraska", "nv": "Nevada", "nh": "New Hampshire",
    "nj": "New Jersey", "nm": "New Mexico", "ny": "New York", "nc": "North Carolina", "nd": "North Dakota",
    "oh": "Ohio", "ok": "Oklahoma", "or": "Oregon", "pa": "Pennsylvania", "pr": "Puerto Rico", "ri": "Rhode Island",
    "sc": "South Carolina", "sd": "South Dakota", "tn": "Tennessee", "tx": "Texas", "ut": "Utah", "vt": "Vermont",
    "va": "Virginia", "wa": "Washington State", "wv": "West Virginia", "wi": "Wisconsin", "wy": "Wyoming",
}  # fmt: skip
"""By ISO 3166-2:US, without the country. The state of Washington is told from the city."""


def place_name(place: str) -> str:
    """A place as a reader knows it: `us-ma-boston` gives "Boston, Massachusetts"; an id that tells less stays."""
    country, _, rest = place.partition("-")
    state, _, town = rest.partition("-")
    if not rest:
        return _WIDE.get(place, place)
    if country != "us" or state not in _STATES:
        return place
    return f"{' '.join(word.capitalize() for word in town.split('-'))}, {_STATES[state]}" if town else _STATES[state]
