"""Words of the vocabulary as a sentence says them."""

from collections.abc import Iterable

from scanner.model.vocabulary import Act, Capability, Operator, Place, Presence

ACTS: dict[Act, str] = {
    Act.ACQUIRE: "acquiring",
    Act.EVALUATE: "evaluating",
    Act.POSSESS: "possessing",
    Act.ACCESS: "accessing",
    Act.USE: "using",
    Act.CONTRACT: "contracting for it",
    Act.USE_DERIVED_INFORMATION: "using information derived from it",
}

PRESENCES: dict[Presence, str] = {
    Presence.REFERENCED: "only mentioned",
    Presence.DECLARED: "only declared (in a list, a lock file or an inventory)",
    Presence.PRESENT: "present, with nothing seen that uses it",
    Presence.USED: "used by code that was seen",
}

_KINDS: dict[Operator | Place, str] = {
    Place.ONLINE: "an online service",
    Place.PRIVATE_PREMISES: "private premises",
    Operator.CITY_POLICE: "the police of a city",
    Operator.LAW_ENFORCEMENT: "a law enforcement agency",
}

_CAPABILITIES = {Capability.DEVICE_UNLOCK: "device unlock"}


def capability(word: Capability) -> str:
    """`device-unlock` as `device unlock`."""
    return _CAPABILITIES.get(word, str(word))


def with_verb(words: Iterable[str]) -> str:
    """The names with `is` or `are`: `detection is`, `landmarks are`, `detection and liveness are`."""
    names = list(words)
    return f"{listed(names)} {'is' if len(names) < 2 and names != [str(Capability.LANDMARKS)] else 'are'}"


def kind(word: Operator | Place) -> str:
    """A kind of operator or place, with its article: `a city agency`, `an eu deployer`."""
    if word in _KINDS:
        return _KINDS[word]
    spoken = "EU " + word[3:] if word.startswith("eu-") else word.replace("-", " ")
    return f"{'an' if spoken.startswith('EU') else 'a'} {spoken}"


def listed(words: Iterable[str], joint: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    all_words = list(words)
    if len(all_words) < 2:
        return "".join(all_words)
    return f"{', '.join(all_words[:-1])} {joint} {all_words[-1]}"


def sentence(text: str) -> str:
    """The text with a capital at its beginning and a full stop at its end."""
    stopped = text if text.removesuffix("”").endswith((".", "?", "!")) else f"{text}."
    return stopped[:1].upper() + stopped[1:]


def distinct(texts: Iterable[str]) -> tuple[str, ...]:
    """Each text that says something, once, in the order of its first coming."""
    return tuple(dict.fromkeys(text for text in texts if text))
