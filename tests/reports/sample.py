"""A report with something of everything, built from the types; all names in it are invented.

`Any` stands for whatever fields a test wants to set otherwise.
"""

from datetime import date
from typing import Any

from scanner.model.artifact import Unread
from scanner.model.finding import (
    Component,
    ComponentRef,
    Evidence,
    Finding,
    NotCounted,
    PrivacyFact,
    Situation,
    TechnologyRef,
)
from scanner.model.law import Assessment, Deployment, Duty, Element, ExceptionState, ExceptionText, OrdinanceText, Quote
from scanner.model.network import NetworkCard, Tensor
from scanner.model.report import Coverage, Edge, Graph, Node, Report, Target, Tool
from scanner.model.vocabulary import (
    Capability,
    Cause,
    Claim,
    EdgeKind,
    Met,
    Outcome,
    Presence,
    TechnologyKind,
    Verdict,
    Weight,
)

APP = ComponentRef(
    id="android:org.example.visit", name="Visit", version="3.2.1", purl="pkg:generic/visit", locator="visit.apk"
)
LIBRARY = ComponentRef(
    id="so:libmatch", name="libmatch.so", version="", purl="", locator="visit.apk!/lib/arm64-v8a/libmatch.so"
)
KIT = TechnologyRef(
    id="acme-face-kit",
    name="Acme Face Kit",
    vendor="Acme Vision",
    kind=TechnologyKind.MOBILE_SDK,
    summary="A kit that apps use to compare a selfie with a picture on file.",
    references=("https://acme.example/facekit/docs", "javascript:alert(1)"),
)
EYES = TechnologyRef(
    id="open-eyes",
    name="OpenEyes",
    vendor="",
    kind=TechnologyKind.LIBRARY,
    summary="A library that finds faces and their main points in pictures.",
)


def evidence(kind: str = "class", value: str = "example.acme.facekit.Matcher", **more: Any) -> Evidence:
    given: dict[str, Any] = {
        "locator": "visit.apk!/classes.dex",
        "place": "class_defs[12]",
        "indicator": f"{kind}: {value}",
        "weight": Weight.STRONG,
        "presence": Presence.PRESENT,
        "grants": (Capability.VERIFICATION,),
        "check": "unzip -p visit.apk classes.dex | strings | grep -F 'Lexample/acme/facekit/Matcher;'",
    }
    return Evidence(kind=kind, value=value, **(given | more))


def finding(number: int = 1, **more: Any) -> Finding:
    given: dict[str, Any] = {
        "verdict": Verdict.RECOGNITION,
        "technology": KIT,
        "component": APP,
        "capabilities": (Capability.VERIFICATION, Capability.LIVENESS),
        "capability_presence": {Capability.VERIFICATION: Presence.USED, Capability.LIVENESS: Presence.PRESENT},
        "presence": Presence.USED,
        "confidence": 0.97,
        "evidence": _kit_evidence(),
        "path": ("visit.apk", "Visit 3.2.1", "classes.dex", "Acme Face Kit"),
        "explanation": "The kit is made for comparing faces, and the app's own code calls it.",
    }
    return Finding(id=f"F{number}", fingerprint=f"frscan/v1:{number:064x}", **(given | more))


def _kit_evidence() -> tuple[Evidence, ...]:
    return (
        evidence(weight=Weight.SUPPORTING, kind="string", value="facekit.acme.example/v2/match", verified=False),
        evidence(
            kind="call",
            value="example.acme.facekit.Matcher.compare",
            place="method_ids[77], called by org.example.visit.Door",
            weight=Weight.DECISIVE,
            presence=Presence.USED,
            times=3,
        ),
        evidence(),
        evidence(kind="android", value="meta-data example.acme.facekit.KEY", place="line 41", check=""),
        evidence(
            kind="library", value="libacmeface.so", locator="visit.apk!/lib/arm64-v8a/libacmeface.so", place="name"
        ),
        evidence(kind="file", value="acme_embedding.tflite", locator="visit.apk!/assets/acme_embedding.tflite"),
        evidence(
            kind="bytes", value="AcmeFaceKit 5.1", context="…build AcmeFaceKit 5.1 release…", place="offset 0x1f40"
        ),
    )


def detector() -> Finding:
    return finding(
        2,
        verdict=Verdict.FACE_ANALYSIS,
        technology=EYES,
        component=LIBRARY,
        capabilities=(Capability.DETECTION, Capability.LANDMARKS),
        capability_presence={Capability.LANDMARKS: Presence.PRESENT, Capability.DETECTION: Presence.PRESENT},
        presence=Presence.PRESENT,
        confidence=0.74,
        evidence=(
            evidence(
                kind="symbol",
                value="openeyes_find_faces",
                locator=LIBRARY.locator,
                place=".dynsym[9]",
                check="readelf --dyn-syms libmatch.so | grep openeyes_find_faces",
            ),
        ),
        path=("visit.apk", "lib/arm64-v8a/libmatch.so", "OpenEyes"),
        explanation="It finds faces; nothing of it tells whose they are.",
        waiver="Accepted by J. Doe until 2026-12-31: blurring only.",
    )


def _elements(operator: Met, place: Met, definition: Met = Met.MET) -> tuple[Element, ...]:
    return (
        Element(name="in-force", met=Met.MET, reason="In force since 2021-01-01."),
        Element(name="operator", met=operator, reason="The law governs private entities."),
        Element(name="place", met=place, reason="It is not known whether the public is admitted where this runs."),
        Element(name="definition", met=definition, reason="The definition names the comparing of two faces."),
    )


EXCEPTIONS = (
    ExceptionState(id="own-device", state=Claim.UNCLAIMED),
    ExceptionState(id="by-other-law", state=Claim.CLAIMED_IN_PART, note="The purpose covers visitors, not staff."),
)
EXCEPTION_TEXTS = (
    ExceptionText(
        id="own-device",
        text="Unlocking a device by the person it belongs to.",
        facts_to_confirm=("The device belongs to the person.", "Nobody else's face is compared."),
        does_not_excuse=("comparing visitors",),
        verified=True,
    ),
    ExceptionText(id="by-other-law", text="Use that another law demands.", facts_to_confirm=("Which law demands it?",)),
)
QUESTIONS = ("Is the public admitted where this app runs?", "Whose faces are compared?")


def _private(situation: str, outcome: Outcome, operator: str, place: Met) -> Assessment:
    return Assessment(
        ordinance="xx-rivertown-private",
        situation=situation,
        assuming={"jurisdiction": "xx-yy-rivertown", "operator": operator},
        outcome=outcome,
        elements=_elements(Met.MET if outcome is not Outcome.NOT_APPLICABLE else Met.NOT_MET, place),
        exceptions=EXCEPTIONS,
        questions=QUESTIONS if outcome is Outcome.DEPENDS else (),
    )


def _assessments() -> tuple[Assessment, ...]:
    agencies = ("city-agency", "city-police", "city-contractor")
    return (
        *(
            Assessment(
                ordinance="xx-rivertown-bureaus",
                situation="S1",
                assuming={"jurisdiction": "xx-yy-rivertown", "operator": operator},
                outcome=Outcome.POSSIBLE_VIOLATION,
                elements=_elements(Met.MET, Met.MET),
            )
            for operator in agencies
        ),
        _private("S1", Outcome.DEPENDS, "private-entity", Met.UNKNOWN),
        *(_private("S1", Outcome.NOT_APPLICABLE, operator, Met.UNKNOWN) for operator in agencies),
        Assessment(
            ordinance="xx-lake-inventory",
            situation="S1",
            assuming={"operator": "city-agency"},
            outcome=Outcome.DUTY_APPLIES,
            elements=_elements(Met.MET, Met.MET),
            questions=QUESTIONS[1:],
        ),
        *(
            Assessment(
                ordinance="xx-hill-schools",
                situation=situation,
                assuming={"operator": "school"},
                outcome=Outcome.NOT_REACHED,
                elements=_elements(Met.MET, Met.MET, Met.NOT_MET),
            )
            for situation in ("S1", "S2")
        ),
    )


def _ordinance(law: str, title: str, **more: Any) -> OrdinanceText:
    given: dict[str, Any] = {
        "citation": f"Example Code, chapter {len(law)}",
        "jurisdiction": "xx-yy-rivertown",
        "quotes": (
            Quote(
                words="“comparing an image of a face with other images”",
                source="https://law.example/34",
                verified=True,
                term="Face Recognition",
            ),
        ),
        "sources": ("https://law.example/34", "Council minutes of 2020-09-09"),
        "verified": "The definition was read in the code; the exceptions only in a newspaper.",
        "status": "in force",
    }
    return OrdinanceText(id=law, title=title, **(given | more))


ORDINANCES = (
    _ordinance("xx-rivertown-bureaus", "Rivertown: ban for city bureaus", remedies="A court may order it to stop."),
    _ordinance(
        "xx-rivertown-private",
        "Rivertown: ban in places open to the public",
        exceptions=EXCEPTION_TEXTS,
        unverified=("the date in force",),
    ),
    _ordinance(
        "xx-lake-inventory",
        "Lake County: inventory of surveillance technology",
        duties=(
            Duty(id="list", text="Enter the technology in the public list.", who="the agency", deadline="30 days"),
            Duty(id="hear", text="Hold a hearing.", verified=True),
        ),
    ),
    _ordinance("xx-hill-schools", "Hill: schools"),
)


def rich_report() -> Report:
    """Two findings, every sort of outcome but one, a gap, and look-alikes."""
    findings = (finding(), detector())
    return Report(
        tool=Tool(name="frscan", version="0.1.0", signatures="sha256:0f1e2d", technologies=42),
        target=Target(locator="visit.apk", kind="file", sha256="ab" * 32, size=12_345_678),
        started="2026-01-05T10:00:00Z",
        finished="2026-01-05T10:00:07Z",
        verdict=Verdict.RECOGNITION,
        complete=False,
        deployment=Deployment(jurisdictions=("xx-yy-rivertown",), as_of=date(2026, 1, 5)),
        components=(_component(APP, Verdict.RECOGNITION), _component(LIBRARY, Verdict.FACE_ANALYSIS)),
        findings=findings,
        situations=(
            Situation(
                id="S1",
                capability_presence=findings[0].capability_presence,
                components=(APP.id,),
                findings=(findings[0].fingerprint,),
            ),
            Situation(
                id="S2",
                capability_presence=findings[1].capability_presence,
                components=(LIBRARY.id,),
                findings=(findings[1].fingerprint,),
            ),
        ),
        assessments=_assessments(),
        ordinances=ORDINANCES,
        graph=Graph(
            nodes=(
                Node(id="a1", kind="artifact", label="visit.apk"),
                Node(id="t1", kind="technology", label="Acme Face Kit"),
            ),
            edges=(Edge(source="a1", target="t1", kind=EdgeKind.HOLDS),),
        ),
        networks=(
            NetworkCard(
                id="N1",
                locator="visit.apk!/assets/acme_embedding.tflite",
                place="subgraph 0",
                component="c1",
                framework="tflite",
                name="main",
                producer="Acme converter",
                goes_in="a colour picture of 112 by 112 points",
                comes_out="a row of 128 numbers",
                meaning="Acme embedding: A network that turns a face into numbers.",
                technologies=("acme-embedding",),
                findings=(findings[0].fingerprint,),
                inputs=(Tensor("data", (1, 112, 112, 3), "float32"),),
                outputs=(Tensor("embedding", (1, 128), "float32"),),
                layers={"convolution": 20, "prelu": 19},
                parameters=1_003_456,
                architecture="ab" * 32,
                topology="cd" * 32,
                strings=("purpose=door <b>bell</b>",),
            ),
            NetworkCard(
                id="N2",
                locator="visit.apk!/assets/engine.plan",
                place="header",
                framework="tensorrt",
                goes_in="not known: it was not seen into",
                comes_out="not known: it was not seen into",
                meaning="Compiled for a chip. Whether it works on faces cannot be told from the file; ask the vendor.",
                sealed="Compiled for a chip.",
            ),
        ),
        not_counted=(
            NotCounted(
                locator="visit.apk!/assets/licences.html",
                indicator="string: OpenEyes",
                why="A list of licences names libraries that need not be there.",
                technology="open-eyes",
                place="offset 0x88",
            ),
            NotCounted(
                locator="visit.apk!/assets/thanks.txt",
                indicator="string: OpenEyes",
                why="A list of licences names libraries that need not be there.",
                technology="open-eyes",
            ),
        ),
        unreadable=(
            Unread(
                fingerprint="frscan/v1:gap",
                locator="visit.apk!/assets/plugins.zip",
                stage="list",
                cause=Cause.ENCRYPTED,
                reason="Its members are encrypted; ask the vendor for the password or for a list of its contents.",
            ),
        ),
        coverage=Coverage(
            artifacts=1234, bytes=23_456_789, by_type={"dex": 2, "elf": 3, "data": 1229}, skipped={"over-size-limit": 1}
        ),
    )


def _component(ref: ComponentRef, verdict: Verdict) -> Component:
    camera = PrivacyFact(
        name="android.permission.CAMERA",
        what="may use the camera",
        locator="visit.apk!/AndroidManifest.xml",
        place="manifest/uses-permission",
    )
    return Component(
        id=ref.id,
        name=ref.name,
        version=ref.version,
        purl=ref.purl,
        locator=ref.locator,
        verdict=verdict,
        publisher="Acme\x1b Inc." if verdict is Verdict.RECOGNITION else "",
        installed_on="2024-05-31" if verdict is Verdict.RECOGNITION else "",
        installed_for="user" if verdict is Verdict.RECOGNITION else "",
        privacy=(camera,) if verdict is Verdict.RECOGNITION else (),
    )


def empty_report() -> Report:
    """Nothing found in what was looked at, and nothing left unread."""
    return Report(
        tool=Tool(name="frscan", version="0.1.0", signatures="sha256:0f1e2d", technologies=42),
        target=Target(locator="notes.zip", kind="file", sha256="cd" * 32, size=1000),
        started="2026-01-05T10:00:00Z",
        finished="2026-01-05T10:00:01Z",
        verdict=Verdict.NONE,
        complete=True,
        coverage=Coverage(artifacts=7, bytes=4000, by_type={"text": 7}),
    )
