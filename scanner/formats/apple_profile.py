"""Configuration profiles of Apple's systems: what an organisation sets, and which apps it lets use the camera.

A profile is a property list, alone or as the content of a signed message (CMS), in which its bytes stand as they are.
"""

from collections.abc import Iterator

from scanner.formats.property_list import Tree, property_list
from scanner.formats.records import damaged
from scanner.model.observation import Config, Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="apple-profile",
    version=1,
    line="Configuration profiles of Apple's systems: kinds of settings, and which apps may use camera and more",
    specification="https://developer.apple.com/documentation/devicemanagement/profile-specific-payload-keys",
    limits="Encrypted payloads are not read; signatures are not checked.",
    suffixes=(".mobileconfig",),
)
_START, _END = b"<?xml", b"</plist>"


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each kind of payload with its name, then what its privacy rules say of apps.

    Raises:
        Unreadable: damaged, when no property list is in it; limit, when it is too large.
    """
    content = bytes(source.view())
    start, end = content.find(_START), content.rfind(_END)
    if start < 0 or end < start:
        raise damaged("The profile holds no property list.")
    profile = property_list(content[start : end + len(_END)], budget)
    payloads = profile.get("PayloadContent")
    for number, payload in enumerate(payloads if isinstance(payloads, list) else ()):
        budget.spend_items()
        if isinstance(payload, dict):
            yield from _payload(payload, f"PayloadContent[{number}]", budget)


def _payload(payload: Tree, place: str, budget: Budget) -> Iterator[Observation]:
    kind = payload.get("PayloadType")
    if isinstance(kind, str):
        yield Config(name=f"profile:{kind}", value=str(payload.get("PayloadDisplayName", "")), place=place)
    services = payload.get("Services")
    for service, rules in services.items() if isinstance(services, dict) else ():
        for rule in rules if isinstance(rules, list) else ():
            budget.spend_items()
            if isinstance(rule, dict) and isinstance(rule.get("Identifier"), str):
                where = f"{place}.Services.{service}"
                yield Config(name=f"privacy:{service}", value=rule["Identifier"], place=where)
