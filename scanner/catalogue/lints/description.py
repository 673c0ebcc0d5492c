"""What a signature says of its technology: id, group, summary, references."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from scanner.catalogue.lints import Flaw, Surroundings, rule
from scanner.model.technology import Technology
from scanner.model.vocabulary import TechnologyKind

_KINDS_OF_GROUP = {
    "libraries": (TechnologyKind.LIBRARY, TechnologyKind.SERVER_SDK, TechnologyKind.DESKTOP_SDK),
    "models": (TechnologyKind.MODEL,),
    "mobile-sdks": (TechnologyKind.MOBILE_SDK,),
    "cloud-apis": (TechnologyKind.CLOUD_API,),
    "os-apis": (TechnologyKind.OS_API,),
    "products": (TechnologyKind.PRODUCT, TechnologyKind.APPLIANCE, TechnologyKind.DESKTOP_SDK),
}
_REFERENCE = re.compile(r"https?://[a-z0-9.-]+\.[a-z]{2,}(?:[/:?#]\S*)?|pkg:[a-z]+/\S+", re.IGNORECASE)
_SUMMARY_LENGTH = 300


@rule("Name the file after the id: lower-case words joined by hyphens, then .yaml.")
def id_is_file_name(technology: Technology, _: Surroundings) -> Iterator[Flaw]:
    """The id is in kebab-case and equals the file's name."""
    if re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", technology.id) is None:
        yield Flaw(1, f"the id '{technology.id}' is not in kebab-case.")
    stem = PurePosixPath(technology.file).stem
    if stem != technology.id:
        yield Flaw(1, f"the id '{technology.id}' is not the file's name '{stem}'.")


@rule("Move the file to the folder of its kind, or correct the kind.")
def group_fits_kind(technology: Technology, _: Surroundings) -> Iterator[Flaw]:
    """The folder is one for technologies of this kind."""
    kinds = _KINDS_OF_GROUP.get(technology.group, ())
    if technology.kind not in kinds:
        allowed = ", ".join(kinds)
        yield Flaw(1, f"the folder '{technology.group}' holds {allowed or 'no signatures'}, not {technology.kind}.")


@rule("Say what it does with faces in one plain sentence for a reader who is no engineer.")
def summary_is_a_sentence(technology: Technology, _: Surroundings) -> Iterator[Flaw]:
    """The summary is one sentence with a full stop."""
    summary = technology.summary
    if not summary.endswith("."):
        yield Flaw(1, "the summary does not end with a full stop.")
    if not summary[:1].isupper() and not summary[:1].isdigit() and not summary.startswith(technology.name):
        yield Flaw(1, "the summary does not begin like a sentence.")
    if re.search(r"[.!?] [A-Z]\w+ ", summary[:-1]):
        yield Flaw(1, "the summary is more than one sentence.")
    if len(summary) > _SUMMARY_LENGTH:
        yield Flaw(1, f"the summary is longer than {_SUMMARY_LENGTH} characters.")


@rule("Give at least one https address, or the package URL, where a reader can check what the technology is.")
def has_references(technology: Technology, _: Surroundings) -> Iterator[Flaw]:
    """There is at least one reference, and each is an address of the web or a package URL."""
    if not any(reference.startswith(("https://", "pkg:")) for reference in technology.references):
        yield Flaw(1, "there is no reference with https, and no package URL.")
    for reference in technology.references:
        if _REFERENCE.fullmatch(reference) is None:
            yield Flaw(1, f"the reference '{reference}' is neither an address of the web nor a package URL.")
