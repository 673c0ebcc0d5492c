"""The plain words that every format uses for the vocabulary of the house: one table a closed set."""

from scanner.model.comparison import Change
from scanner.model.determination import Decision
from scanner.model.vocabulary import (
    BuildWord,
    Capability,
    Cause,
    Claim,
    Met,
    Operator,
    Outcome,
    Presence,
    TechnologyKind,
    Verdict,
    Weight,
)
from scanner.model.waiver import Standing

VERDICTS: dict[Verdict, str] = {
    Verdict.RECOGNITION: "face recognition",
    Verdict.CAPABLE_DORMANT: "a face-recognition part that nothing seen uses",
    Verdict.FACE_ANALYSIS: "work on faces, without recognition",
    Verdict.NONE: "a sign that does not count",
}
"""What a finding or a component amounts to."""

INSTALLED_FOR: dict[str, str] = {
    "system": "for everybody on the system",
    "user": "for one account",
}
"""For whom a component is there."""

HEADLINES: dict[Verdict, str] = {
    Verdict.RECOGNITION: "face recognition found",
    Verdict.CAPABLE_DORMANT: "face recognition is there, but nothing seen uses it",
    Verdict.FACE_ANALYSIS: "work on faces found, but no face recognition",
    Verdict.NONE: "no face recognition found",
}
"""What a target amounts to."""

CAPABILITIES: dict[Capability, str] = {
    Capability.DETECTION: "find that there is a face in a picture",
    Capability.LANDMARKS: "find the eyes, nose and mouth in a face",
    Capability.CHARACTERIZATION: "guess age, gender, mood or the like from a face",
    Capability.LIVENESS: "check that a living person stands before the camera",
    Capability.VERIFICATION: "compare two faces: is this the same person? (1:1)",
    Capability.IDENTIFICATION: "search a face among many: who is this person? (1:N)",
    Capability.REDACTION: "blur or cover faces",
    Capability.DEVICE_UNLOCK: "unlock the device by its owner's face, with the device's own system",
}

PRESENCES: dict[Presence, str] = {
    Presence.REFERENCED: "only mentioned",
    Presence.DECLARED: "listed as a part",
    Presence.PRESENT: "the code or model is there",
    Presence.USED: "code here uses it",
}

BUILD: dict[BuildWord, str] = {
    BuildWord.IMAGE_KIND: "it is",
    BuildWord.BUILD_ID: "build id",
    BuildWord.MANIFEST: "calls itself",
    BuildWord.COMPILER: "compiled by",
    BuildWord.DEBUG_FILE: "debug information was at",
    BuildWord.SOURCE: "compiled from",
    BuildWord.SECTION: "unusual section",
}
"""What a file tells of how it was made, before what it says."""

WEIGHTS: dict[Weight, str] = {
    Weight.DECISIVE: "decisive sign",
    Weight.STRONG: "strong sign",
    Weight.SUPPORTING: "supporting sign",
}

KINDS: dict[TechnologyKind, str] = {
    TechnologyKind.LIBRARY: "software library",
    TechnologyKind.MODEL: "trained model",
    TechnologyKind.MOBILE_SDK: "kit for mobile apps",
    TechnologyKind.DESKTOP_SDK: "kit for desktop programs",
    TechnologyKind.SERVER_SDK: "kit for servers",
    TechnologyKind.CLOUD_API: "online service",
    TechnologyKind.OS_API: "function of the operating system",
    TechnologyKind.PRODUCT: "product",
    TechnologyKind.APPLIANCE: "appliance",
}

OUTCOMES: dict[Outcome, tuple[str, str]] = {
    Outcome.POSSIBLE_VIOLATION: (
        "possible violation",
        "everything the law asks for seems to be there; a lawyer must confirm it",
    ),
    Outcome.DUTY_APPLIES: (
        "a duty may apply",
        "the law seems to ask for something first: a notice, a consent, an inventory or an approval",
    ),
    Outcome.EXCEPTION_MAY_APPLY: (
        "an exception may apply",
        "the law seems to reach this, but a stated purpose fits one of its exceptions; its facts must be confirmed",
    ),
    Outcome.DEPENDS: ("depends", "it turns on facts that the scan cannot know; see the questions"),
    Outcome.NOT_REACHED: ("not reached", "the law's own definition does not seem to take in what was found"),
    Outcome.NOT_APPLICABLE: ("not applicable", "the law does not seem to govern this operator, place or time"),
}
"""The word for an outcome and what it means, the gravest first."""

OUTCOME_SIGNS: dict[Outcome, str] = {
    Outcome.POSSIBLE_VIOLATION: "[!]",
    Outcome.DUTY_APPLIES: "[+]",
    Outcome.EXCEPTION_MAY_APPLY: "[~]",
    Outcome.DEPENDS: "[?]",
    Outcome.NOT_REACHED: "[-]",
    Outcome.NOT_APPLICABLE: "[-]",
}

MET: dict[Met, str] = {Met.MET: "met", Met.NOT_MET: "not met", Met.UNKNOWN: "unknown"}

CAUSES: dict[Cause, str] = {
    Cause.ENCRYPTED: "encrypted",
    Cause.UNSUPPORTED: "of a format this scan does not read",
    Cause.DAMAGED: "damaged",
    Cause.LIMIT: "over a limit of the scan",
    Cause.PERMISSION: "closed to the user who scanned",
    Cause.CRASHED: "not read, because the reading process crashed over it",
    Cause.TIMED_OUT: "not finished in time",
    Cause.PACKED: "packed so that its code is hidden",
    Cause.INTERRUPTED: "not reached before the scan was stopped",
    Cause.VANISHED: "gone before it could be read",
}

SIGHTS: dict[str, str] = {
    "identity": "name of the program",
    "package": "package",
    "import": "import of a module",
    "call": "call of a function",
    "class": "class in the code",
    "library": "native library",
    "symbol": "symbol of native code",
    "string": "text in the bytes",
    "bytes": "text in the bytes",
    "yara": "pattern in the bytes",
    "endpoint": "internet address",
    "file": "file name",
    "hash": "the very file, by its digest",
    "android": "entry of the app's manifest",
    "config": "entry of a configuration",
    "product": "installed product",
    "service": "service of the system",
    "signer": "signature of the file",
    "network": "shape of a neural network",
}
"""What an evidence entry is, by its kind; a kind that is not here is named by itself."""

CLAIMS: dict[Claim, str] = {
    Claim.CLAIMED: "claimed by a stated purpose",
    Claim.CLAIMED_IN_PART: "claimed in part by a stated purpose",
    Claim.UNCLAIMED: "not claimed by anyone",
    Claim.DENIED: "denied by the stated facts",
}
"""How an exception stands, the claimed ones first."""

CHANGES: dict[Change, str] = {
    Change.NEW: "new",
    Change.UNCHANGED: "unchanged",
    Change.GONE: "gone",
    Change.NOT_LOOKED_AT: "not looked at this time",
}

STANDINGS: dict[Standing, str] = {
    Standing.EXPIRED: "its time is over: what it covered counts again",
    Standing.NOT_YET: "its time has not come yet",
    Standing.UNUSED: "nothing found fits it",
    Standing.OUT_OF_SCOPE: "it is about a law that was not asked",
    Standing.APPLIED: "applied",
}
"""How a waiver stands, those that somebody must look at first."""

DECISIONS: dict[Decision, str] = {
    Decision.COVERED: "covered by the law",
    Decision.EXCEPTED: "covered, but an exception was confirmed",
    Decision.NOT_COVERED: "not covered",
    Decision.OPEN: "still open",
}

OPERATORS: dict[Operator, str] = {
    Operator.CITY_AGENCY: "a city agency",
    Operator.CITY_POLICE: "the city's police",
    Operator.CITY_CONTRACTOR: "a contractor of the city",
    Operator.COUNTY_AGENCY: "a county agency",
    Operator.STATE_AGENCY: "a state agency",
    Operator.LAW_ENFORCEMENT: "a police or sheriff's office",
    Operator.SCHOOL: "a school",
    Operator.PRIVATE_ENTITY: "a private entity",
    Operator.EU_PROVIDER: "a provider in the EU",
    Operator.EU_DEPLOYER: "a deployer in the EU",
}

SEEN: dict[str, str] = {"high": "well", "medium": "in part", "low": "hardly"}
"""How well a law's text was seen, by the confidence of its file."""

HARDLY_SEEN = "its text was hardly seen"

_SURE = ((0.9, "very sure"), (0.7, "fairly sure"), (0.5, "more likely than not"))


def confidence(value: float) -> str:
    """How sure a finding is, in words with the number: `very sure (0.97 of 1)`."""
    word = next((word for least, word in _SURE if value >= least), "not sure; this sets no verdict")
    return f"{word} ({value:.2f} of 1)"


def plain(word: str) -> str:
    """A kebab-case word of a vocabulary as people write it: `city-agency` gives `city agency`."""
    return word.replace("-", " ")


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: `1 finding`, `2,000 findings`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(names: list[str] | tuple[str, ...], most: int = 3, joint: str = "and") -> str:
    """Names in a sentence: `A, B and C`, or `A, B, C and 4 more`."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most:,} more"
    return f" {joint} ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
