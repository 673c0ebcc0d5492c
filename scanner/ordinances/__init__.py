"""Laws as data, and what they say of a situation."""

from scanner.ordinances.assess import assess, ordinance_text, uncovered
from scanner.ordinances.deployment import (
    DeploymentError,
    deployment_from,
    known_purposes,
    read_deployment,
)
from scanner.ordinances.load import LawError, laws, read_law

__all__ = [
    "DeploymentError",
    "LawError",
    "assess",
    "deployment_from",
    "known_purposes",
    "laws",
    "ordinance_text",
    "read_deployment",
    "read_law",
    "uncovered",
]
