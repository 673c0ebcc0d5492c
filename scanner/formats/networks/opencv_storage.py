"""OpenCV's file storage, XML and YAML: cascades that find things, and trained recognisers, by the keys they consist of.

A cascade's digest is over its window's size, its features and how many weak classifiers each stage has: the training's
outcome, whatever the file is called. Of a recogniser that was trained on people, no label and no number is read.

Source: https://docs.opencv.org/4.x/d4/da4/group__core__xml.html
"""

import re
from collections.abc import Iterator
from hashlib import sha256

from scanner.formats.buffers import matches_in
from scanner.formats.networks.blueprint import Blueprint, drawn, text_of
from scanner.model.observation import Network, Observation
from scanner.model.source import Budget, Info, Magic, Source

INFO = Info(
    name="opencv-storage",
    version=3,
    line="OpenCV file storage (XML, YAML): cascades and trained recognisers, by their keys and sizes",
    specification="https://docs.opencv.org/4.x/d4/da4/group__core__xml.html",
    limits="Numbers and labels inside are not read; compressed storage is read once it is unpacked.",
    suffixes=(".xml", ".yml", ".yaml"),
    magics=(Magic(b"<?xml"), Magic(b"%YAML")),
)
_KEY = re.compile(rb'<([A-Za-z_][\w.-]{0,80})(?: [^<>]{0,200})?>|^\s*"?([A-Za-z_][\w.-]{0,80})"?\s*:', re.MULTILINE)
_TYPE = re.compile(rb'<([A-Za-z_][\w.-]{0,80}) type_id="([^"<>]{1,80})"')
_NUMBER = {key: re.compile(rb"<%s>\s*(\d{1,6})\s*</%s>" % (key, key)) for key in (b"height", b"width")}
_SIZE = re.compile(rb"<size>\s*(\d{1,6})\s+(\d{1,6})\s*</size>")
_STAGE_COUNT = re.compile(
    rb"<maxWeakCount>\s*(\d{1,6})\s*</maxWeakCount>(?!\s*</stageParams>)|<!-- tree (\d{1,6}) -->|<(stage_threshold)>"
)
_OF_OPENCV = ("opencv", "labels", "histograms", "projections", "eigenvectors", "threshold", "grid_", "neighbors")
"""Keys that OpenCV itself writes; any other may be the name of a person."""
_WINDOW_BYTES = 1 << 20
_LONGEST_BYTES = 256 << 20
_BEGINNING_BYTES = 64 << 10


def wants(name: str, head: bytes) -> bool:  # noqa: ARG001  (the contract's)
    """Whether it is a storage."""
    if head.startswith(b"%YAML"):
        return head.startswith(b"%YAML:1.0") or b"opencv" in head
    # A licence may stand before everything, longer than what is seen here: then it is looked into.
    is_behind = head.startswith(b"<?xml") and b"<!--" in head and b"-->" not in head
    return b"<opencv_storage" in head or is_behind


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the cascade or recogniser.

    Raises:
        Unreadable: limit.
    """
    plan = Blueprint("opencv-storage", budget)
    start = bytes(source.view(0, _BEGINNING_BYTES))
    if not start.startswith(b"%") and b"<opencv_storage" not in start:
        return
    typed = _TYPE.search(start)
    is_cascade = b"<stages" in start or b"<cascade" in start or b"<stageType" in start
    if is_cascade:
        yield _cascade(source, typed, start, budget)
        return
    yield from drawn(plan, "keys", lambda: _read_keys(source, start, plan, budget))


def _cascade(source: Source, typed: "re.Match[bytes] | None", start: bytes, budget: Budget) -> Network:
    name, kind = (text_of(typed.group(1)), text_of(typed.group(2))) if typed is not None else ("cascade", "")
    plan = Blueprint("opencv-storage", budget, name=name, producer=kind)
    size = _SIZE.search(start)
    height, width = (_NUMBER[key].search(start) for key in (b"height", b"width"))
    lengths = size.groups()[::-1] if size else (height.group(1), width.group(1)) if height and width else ()
    plan.takes("window", [1, 1, *map(int, lengths)], "uint8")
    stages = list(_stages(source, budget))
    for _ in stages:
        plan.layer("cascade-stage")
    features = re.search(rb"<featureType>\s*(\w{1,20})", start)
    what = text_of(features.group(1)) if features else "HAAR"
    plan.tells(f"features={what}")
    drawn_network = plan.network("storage")
    text = f"{what} {b'x'.join(lengths).decode()} {stages}"
    digest = sha256(text.encode()).hexdigest() if stages else ""
    return Network(
        framework=drawn_network.framework,
        name=drawn_network.name,
        producer=drawn_network.producer,
        inputs=drawn_network.inputs,
        layers=drawn_network.layers,
        strings=drawn_network.strings,
        architecture=digest,
        place="storage",
    )


def _stages(source: Source, budget: Budget) -> Iterator[int]:
    """How many weak classifiers each stage has; in old files each is announced by a comment with its number."""
    trees = 0
    for start in range(0, min(source.size, _LONGEST_BYTES), _WINDOW_BYTES):
        window = source.view(start, _WINDOW_BYTES + 128)
        for found in matches_in(_STAGE_COUNT, window):
            if found.start() >= _WINDOW_BYTES:
                break
            budget.spend_items()
            if found.group(1):
                yield int(found.group(1))
            elif found.group(2):
                trees = int(found.group(2)) + 1
            elif trees:
                yield trees
                trees = 0


def _read_keys(source: Source, start: bytes, plan: Blueprint, budget: Budget) -> None:
    for found in _KEY.finditer(start):
        budget.spend_items()
        key = text_of(found.group(1) or found.group(2))
        if key.startswith(_OF_OPENCV) and key != "opencv_storage":
            plan.calls(key)
    count = 0
    for at in range(0, min(source.size, _LONGEST_BYTES), _WINDOW_BYTES):
        window = source.view(at, _WINDOW_BYTES + 32)
        matrices = matches_in(re.compile(rb"opencv-matrix"), window)
        count += sum(1 for found in matrices if found.start() < _WINDOW_BYTES)
        budget.spend_items(1 + count // 1000)
    for _ in range(min(count, 10_000)):
        plan.layer("matrix")
