"""Explanations: why a finding has its verdict, in a sentence or two for a reader who is no engineer."""

from scanner.evidence.verdict import Grade
from scanner.model.technology import Technology
from scanner.model.vocabulary import RECOGNITION, Capability, Presence, Verdict

_PRESENCE = {
    Presence.REFERENCED: "is only mentioned",
    Presence.DECLARED: "is declared, which says that it is meant to be there",
    Presence.PRESENT: "is in it; no use of it by other code was seen",
    Presence.USED: "is in use: other code calls it, links it, or addresses it",
}


def explanation(technology: Technology, graded: Grade) -> str:
    """Why the verdict is what it is."""
    return f"{technology.name} {_PRESENCE[graded.presence]}. {_consequence(technology, graded)}"


def _consequence(technology: Technology, graded: Grade) -> str:
    able = " and ".join(c for c in graded.capabilities if c in RECOGNITION)
    match graded.verdict:
        case Verdict.RECOGNITION:
            if technology.general_purpose:
                return f"What was seen of it is there for recognition ({able})."
            return f"It is made for recognition ({able})."
        case Verdict.CAPABLE_DORMANT:
            return f"It has other everyday uses and carries recognition ({able}) that nothing seen makes use of."
        case Verdict.FACE_ANALYSIS:
            return "It works on faces; nothing seen can tell who a person is."
        case _:
            return _why_none(graded)


def _why_none(graded: Grade) -> str:
    if graded.capabilities == (Capability.DEVICE_UNLOCK,):
        return (
            "It asks the operating system to unlock something for the device's own user, and recognises nobody itself."
        )
    if graded.presence is Presence.REFERENCED:
        return "A mere mention proves nothing, so it sets no verdict; it is listed so that nothing is hidden."
    return "The evidence is too thin, or shows nothing that works on faces, so it sets no verdict."
