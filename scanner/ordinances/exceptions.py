"""The exceptions of a law as they stand: an exception that nobody claimed is listed and softens nothing."""

from scanner.model.law import Deployment, ExceptionState, Law, LawException
from scanner.model.vocabulary import Act, Capability, Claim
from scanner.ordinances.act import Weighed
from scanner.ordinances.words import ACTS, capability, listed, sentence


def states(law: Law, weighed: Weighed, deployment: Deployment) -> tuple[ExceptionState, ...]:
    """The exceptions that bear on what decides, in the order of the law file."""
    leading = {reached.capability for reached in weighed.leading if not reached.as_stage}
    return tuple(
        _state(exception, weighed, deployment)
        for exception in law.exceptions
        if leading & set(exception.capabilities) or _is_stated(exception, deployment)
    )


def _is_stated(exception: LawException, deployment: Deployment) -> bool:
    return bool(set(exception.purposes) & set(deployment.purposes))


def _state(exception: LawException, weighed: Weighed, deployment: Deployment) -> ExceptionState:
    claim, note = Claim.UNCLAIMED, ""
    if set(exception.purposes) & set(deployment.denied_purposes):
        claim = Claim.DENIED
    elif _is_stated(exception, deployment):
        note = _left_out(exception, weighed, deployment)
        claim = Claim.CLAIMED_IN_PART if note else Claim.CLAIMED
    return ExceptionState(
        id=exception.id,
        text=exception.text,
        state=claim,
        facts_to_confirm=exception.facts_to_confirm,
        does_not_excuse=exception.does_not_excuse,
        note=note,
        verified=exception.verified,
    )


def _left_out(exception: LawException, weighed: Weighed, deployment: Deployment) -> str:
    """What a claimed exception does not cover, as a sentence; empty if it covers everything.

    A stage of something that recognises is excused with it. Of acts that nobody stated one that it covers is enough:
    what lies on a system shows several at once, and the facts to confirm say which it was.
    """
    capabilities = [
        reached.capability
        for reached in weighed.leading
        if not reached.as_stage and reached.capability not in exception.capabilities
    ]
    acts = [act for act in weighed.acts if exception.acts and act not in exception.acts]
    if not deployment.acts and len(acts) < len(weighed.acts):
        acts = []
    missing = _named(capabilities, acts)
    return sentence(f"it does not cover {listed(missing)}") if missing else ""


def _named(capabilities: list[Capability], acts: list[Act]) -> list[str]:
    return [*(capability(word) for word in capabilities), *(ACTS[act] for act in acts)]
