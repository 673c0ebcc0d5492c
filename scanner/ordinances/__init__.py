"""Laws as data, and what they say of a situation."""

from scanner.ordinances.assess import Assessed, assess, ordinance_text, uncovered
from scanner.ordinances.deployment import (
    deployment_from,
    deployment_of,
    known_purposes,
    read_deployment,
)
from scanner.ordinances.load import LawError, laws, read_law
from scanner.ordinances.stated_word import DeploymentError

__all__ = [
    "Assessed",
    "DeploymentError",
    "LawError",
    "assess",
    "deployment_from",
    "deployment_of",
    "known_purposes",
    "laws",
    "ordinance_text",
    "read_deployment",
    "read_law",
    "uncovered",
]
