"""The closed sets of words that code, signatures, law files, reports and documentation share."""

from enum import StrEnum


class Capability(StrEnum):
    """What software can do with a face."""

    DETECTION = "detection"
    LANDMARKS = "landmarks"
    CHARACTERIZATION = "characterization"
    LIVENESS = "liveness"
    VERIFICATION = "verification"
    IDENTIFICATION = "identification"
    REDACTION = "redaction"
    DEVICE_UNLOCK = "device-unlock"


RECOGNITION = frozenset({Capability.VERIFICATION, Capability.IDENTIFICATION})
"""Recognition is verification (one to one) or identification (one to many)."""


class Presence(StrEnum):
    """How strongly an artifact holds a technology, weakest first."""

    REFERENCED = "referenced"
    DECLARED = "declared"
    PRESENT = "present"
    USED = "used"

    @property
    def rank(self) -> int:
        """0 for the weakest (referenced) to 3 for the strongest (used)."""
        return _PRESENCE_RANKS[self]


_PRESENCE_RANKS = {presence: rank for rank, presence in enumerate(Presence)}


class Weight(StrEnum):
    """How much one indicator proves; what a weight counts is written in evidence/confidence."""

    DECISIVE = "decisive"
    STRONG = "strong"
    SUPPORTING = "supporting"


class GivesWay(StrEnum):
    """Where a technology that describes a sort of thing is left out, because something is recognised by name there."""

    ARTIFACT = "artifact"
    COMPONENT = "component"


class Verdict(StrEnum):
    """What a finding, a component or a target amounts to, strongest first."""

    RECOGNITION = "recognition"
    CAPABLE_DORMANT = "capable-dormant"
    FACE_ANALYSIS = "face-analysis"
    NONE = "none"

    @property
    def rank(self) -> int:
        """3 for the strongest (recognition) to 0 (none)."""
        return _VERDICT_RANKS[self]


_VERDICT_RANKS = {verdict: rank for rank, verdict in enumerate(reversed(Verdict))}


class TechnologyKind(StrEnum):
    """What sort of thing a technology is."""

    LIBRARY = "library"
    MODEL = "model"
    MOBILE_SDK = "mobile-sdk"
    DESKTOP_SDK = "desktop-sdk"
    SERVER_SDK = "server-sdk"
    CLOUD_API = "cloud-api"
    OS_API = "os-api"
    PRODUCT = "product"
    APPLIANCE = "appliance"


class IndicatorKind(StrEnum):
    """Which kind of observation an indicator looks at."""

    PACKAGE = "package"
    IMPORT = "import"
    CALL = "call"
    CLASS = "class"
    LIBRARY = "library"
    SYMBOL = "symbol"
    STRING = "string"
    ENDPOINT = "endpoint"
    FILE = "file"
    HASH = "hash"
    ANDROID = "android"
    CONFIG = "config"
    PRODUCT = "product"
    SERVICE = "service"
    SIGNER = "signer"
    NETWORK = "network"
    YARA = "yara"


class BuildWord(StrEnum):
    """What a trace of a native file's making tells, in the order in which a report does."""

    IMAGE_KIND = "image-kind"
    """What sort of image it is, where it is no ordinary program or library: a driver, a kernel's module, firmware."""
    BUILD_ID = "build-id"
    """By which the maker, or a server of debug information, knows exactly this build."""
    MANIFEST = "manifest"
    """What it says it is in a resource for the system that starts it."""
    COMPILER = "compiler"
    DEBUG_FILE = "debug-file"
    """Where its debug information was put when it was made."""
    SOURCE = "source"
    """A file of source code that was compiled into it."""
    SECTION = "section"
    """The name of a part that is not one of those every program has."""


class Scope(StrEnum):
    """What a package is asked for: which of them get installed depends on it."""

    RUNTIME = "runtime"
    DEV = "dev"
    """By those who work on the project: tests, documentation, building it."""
    OPTIONAL = "optional"
    """Installed where it can be, and done without where not."""
    EXTRA = "extra"
    """Only for those who ask for a named feature."""
    CONSTRAINT = "constraint"
    """In that version if something else asks for it; by itself it gets nothing installed."""


class CodeUse(StrEnum):
    """What the code that was read does with a package that is declared or there."""

    NOT_IMPORTED = "not-imported"
    ONLY_IN_TESTS = "only-in-tests"
    IMPORTED = "imported"


class EdgeKind(StrEnum):
    """How one node of the evidence graph leads to the next, weakest proof first."""

    CONTAINS = "contains"
    HOLDS = "holds"
    DECLARES = "declares"
    DEPENDS_ON = "depends-on"
    REFERENCES = "references"
    IMPORTS = "imports"
    LOADS = "loads"
    LINKS = "links"
    CALLS = "calls"

    @property
    def proves_use(self) -> bool:
        """Whether the code at its source runs that at its target; an import with nothing called does not."""
        return self in _EDGES_OF_USE

    @property
    def rank(self) -> int:
        """0 for the weakest; between two nodes the most telling edge stands."""
        return _EDGE_RANKS[self]


_EDGE_RANKS = {kind: rank for rank, kind in enumerate(EdgeKind)}
_EDGES_OF_USE = frozenset({EdgeKind.LOADS, EdgeKind.LINKS, EdgeKind.CALLS})


class Operator(StrEnum):
    """Who runs the target."""

    CITY_AGENCY = "city-agency"
    CITY_POLICE = "city-police"
    CITY_CONTRACTOR = "city-contractor"
    COUNTY_AGENCY = "county-agency"
    STATE_AGENCY = "state-agency"
    LAW_ENFORCEMENT = "law-enforcement"
    SCHOOL = "school"
    PRIVATE_ENTITY = "private-entity"
    EU_PROVIDER = "eu-provider"
    EU_DEPLOYER = "eu-deployer"


OPERATOR_PARENTS: dict[Operator, tuple[Operator, ...]] = {
    Operator.CITY_POLICE: (Operator.CITY_AGENCY, Operator.LAW_ENFORCEMENT),
    Operator.CITY_CONTRACTOR: (Operator.CITY_AGENCY,),
}
"""A child satisfies its parents: a law that governs city agencies governs the city's police."""


class Place(StrEnum):
    """Where the target is run."""

    PUBLIC_ACCOMMODATION = "public-accommodation"
    COMMERCIAL_ESTABLISHMENT = "commercial-establishment"
    WORKPLACE = "workplace"
    SCHOOL = "school"
    PRIVATE_PREMISES = "private-premises"
    ONLINE = "online"


class Act(StrEnum):
    """What the operator does with the target."""

    ACQUIRE = "acquire"
    EVALUATE = "evaluate"
    POSSESS = "possess"
    ACCESS = "access"
    USE = "use"
    CONTRACT = "contract"
    USE_DERIVED_INFORMATION = "use-derived-information"


class Reach(StrEnum):
    """Whether a law's definition takes in a capability."""

    REACHED = "reached"
    NOT_REACHED = "not-reached"
    UNCLEAR = "unclear"


class Outcome(StrEnum):
    """What a law says of a situation under assumed facts, in the order in which it is decided."""

    NOT_APPLICABLE = "not-applicable"
    NOT_REACHED = "not-reached"
    DEPENDS = "depends"
    EXCEPTION_MAY_APPLY = "exception-may-apply"
    POSSIBLE_VIOLATION = "possible-violation"
    DUTY_APPLIES = "duty-applies"


class Met(StrEnum):
    """The three values of an element of a law."""

    MET = "met"
    NOT_MET = "not-met"
    UNKNOWN = "unknown"


class LawKind(StrEnum):
    """What sort of rule a law is. A duty asks for something; the others forbid."""

    BAN = "ban"
    MORATORIUM = "moratorium"
    RESTRICTION = "restriction"
    DUTY = "duty"


class Force(StrEnum):
    """Whether a law is in force on a day, as far as its dates are known."""

    IN_FORCE = "in-force"
    PENDING = "pending"
    """It was not adopted yet, or has not taken effect."""
    ENDED = "ended"
    """It expired or was repealed."""
    UNSURE = "unsure"
    """A date that was not verified decides."""


class Claim(StrEnum):
    """How an exception stands against the purposes that a person stated."""

    CLAIMED = "claimed"
    CLAIMED_IN_PART = "claimed-in-part"
    DENIED = "denied"
    UNCLAIMED = "unclaimed"


class Cause(StrEnum):
    """Why a part of the target was not read."""

    ENCRYPTED = "encrypted"
    UNSUPPORTED = "unsupported"
    DAMAGED = "damaged"
    LIMIT = "limit"
    PERMISSION = "permission"
    CRASHED = "crashed"
    TIMED_OUT = "timed-out"
    PACKED = "packed"
    INTERRUPTED = "interrupted"
    VANISHED = "vanished"
