"""Laws as data, and what they say of a situation."""

from scanner.ordinances.assess import Assessed, assess, may_cover, ordinance_text, uncovered
from scanner.ordinances.deployment import (
    deployment_from,
    deployment_of,
    known_purposes,
    read_deployment,
)
from scanner.ordinances.determinations import (
    DeterminationError,
    decided,
    kept,
    read_determinations,
    read_table,
)
from scanner.ordinances.load import LawError, laws, read_law
from scanner.ordinances.questions import basic_questions
from scanner.ordinances.reason import standing
from scanner.ordinances.stated_word import DeploymentError
from scanner.ordinances.waivers import WaiverError, counting, read_waivers, waived

__all__ = [
    "Assessed",
    "DeploymentError",
    "DeterminationError",
    "LawError",
    "WaiverError",
    "assess",
    "basic_questions",
    "counting",
    "decided",
    "deployment_from",
    "deployment_of",
    "kept",
    "known_purposes",
    "laws",
    "may_cover",
    "ordinance_text",
    "read_deployment",
    "read_determinations",
    "read_law",
    "read_table",
    "read_waivers",
    "standing",
    "uncovered",
    "waived",
]
