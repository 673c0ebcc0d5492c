"""The report: one document from which every format is rendered."""

from typing import Literal

import msgspec

from scanner.model.artifact import Oddity, Unread
from scanner.model.comparison import Comparison
from scanner.model.determination import Determination
from scanner.model.finding import Component, Finding, NotCounted, Situation
from scanner.model.law import Assessment, Deployment, OrdinanceText, Question
from scanner.model.network import NetworkCard
from scanner.model.vocabulary import EdgeKind, Scope, Verdict
from scanner.model.waiver import WaiverState

SCHEMA_VERSION = "1"


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """What made the report."""

    name: str
    version: str
    signatures: str
    """Digest of the signature set."""
    signatures_date: str = ""
    """The day of the signature set, YYYY-MM-DD."""
    technologies: int = 0


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What the user named."""

    locator: str
    kind: str
    sha256: str = ""
    size: int = 0


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A node of the evidence graph."""

    id: str
    """`.` is the target; an artifact or component goes by its locator, a package that a file names by
    `LOCATOR#PURL`, a technology by `technology:ID`."""
    kind: str
    """`target`, `artifact`, `component`, `package`, `technology`."""
    label: str
    """What a path calls it."""


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """An edge of the evidence graph."""

    source: str
    target: str
    kind: EdgeKind
    place: str = ""
    """Where it was seen, in the artifact that the source is or lies in."""
    scope: Scope | None = None
    """Of a dependency: what it is asked for."""


class Graph(msgspec.Struct, frozen=True, kw_only=True):
    """Matched artifacts, their ancestors, and the edges that lead to them."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    left_out: int = 0
    """How many edges between artifacts lead here and are not shown, because they are too many or too far off."""


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked at, and what was passed over and why."""

    artifacts: int = 0
    bytes: int = 0
    by_type: dict[str, int] = {}
    skipped: dict[str, int] = {}
    excluded: tuple[str, ...] = ()
    """Patterns of files that the user left out; what they fit is counted under `skipped`."""


class Hashed(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the target that a finding names."""

    locator: str
    sha256: str
    size: int
    """Bytes."""


class ListedSoftware(msgspec.Struct, frozen=True, kw_only=True):
    """An inventory or bill of materials: a list of software that lies elsewhere."""

    locator: str
    dialect: str
    """Which list it is, in words."""
    place: str
    """Where its rows begin."""
    rows: int
    products: int
    """Different ones among the rows."""
    dropped: tuple[str, ...] = ()
    """Columns about people, which were not kept."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a scan says."""

    schema_version: str = SCHEMA_VERSION
    tool: Tool
    target: Target
    started: str
    """RFC 3339, UTC."""
    finished: str
    edition: Literal["full", "public"] = "full"
    """The public edition lacks what an outsider should not see: folders, people, commands."""
    verdict: Verdict
    complete: bool
    deployment: Deployment = Deployment()
    uncovered: tuple[str, ...] = ()
    """Stated jurisdictions of which no law in this version says anything."""
    components: tuple[Component, ...] = ()
    findings: tuple[Finding, ...] = ()
    situations: tuple[Situation, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    ordinances: tuple[OrdinanceText, ...] = ()
    texts: tuple[str, ...] = ()
    """In a long saved report: sentences that its entries share; `@3` for a reason, question, summary or explanation
    is the fourth of these."""
    questions: tuple[Question, ...] = ()
    """Each question of the assessments once, with the key that takes its answer."""
    determinations: tuple[Determination, ...] = ()
    """What people decided of these components, in a table that was taken back."""
    waivers: tuple[WaiverState, ...] = ()
    """Every waiver that was handed in, and what came of it."""
    baseline: Comparison | None = None
    """What changed since an earlier report, if one was handed in."""
    artifacts: tuple[Hashed, ...] = ()
    """The files in which the findings lie, for `frscan report --verify`."""
    graph: Graph = Graph()
    networks: tuple[NetworkCard, ...] = ()
    not_counted: tuple[NotCounted, ...] = ()
    unreadable: tuple[Unread, ...] = ()
    oddities: tuple[Oddity, ...] = ()
    coverage: Coverage = Coverage()
    lists: tuple[ListedSoftware, ...] = ()
