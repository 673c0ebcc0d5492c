"""The exceptions of a law as they stand: an exception that nobody claimed is listed and softens nothing."""

from scanner.model.law import Checked, Deployment, ExceptionState, Law, LawException
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
    return bool(set(exception.purposes) & set(deployment.purposes) or _checked(exception, deployment).confirmed)


def _state(exception: LawException, weighed: Weighed, deployment: Deployment) -> ExceptionState:
    checked = _checked(exception, deployment)
    if checked.denied or set(exception.purposes) & set(deployment.denied_purposes):
        denied = "; ".join(exception.facts_to_confirm[number - 1].rstrip(".") for number in checked.denied)
        return ExceptionState(id=exception.id, state=Claim.DENIED, note=sentence(f"not so: {denied}") if denied else "")
    if not _is_stated(exception, deployment):
        return ExceptionState(id=exception.id, state=Claim.UNCLAIMED)
    left_out = _left_out(exception, weighed, deployment)
    claim = Claim.CLAIMED_IN_PART if left_out else Claim.CLAIMED
    notes = filter(None, (left_out, _confirmed(exception, checked, deployment)))
    return ExceptionState(id=exception.id, state=claim, note=" ".join(notes))


def _checked(exception: LawException, deployment: Deployment) -> Checked:
    return next((one for one in deployment.checked if one.exception == exception.id), Checked(exception=exception.id))


def _confirmed(exception: LawException, checked: Checked, deployment: Deployment) -> str:
    if not checked.confirmed:
        return ""
    who = f" by {deployment.answered_by}" if deployment.answered_by else ""
    facts = listed(str(number) for number in sorted(checked.confirmed))
    return f"Confirmed{who}: {facts} of {len(exception.facts_to_confirm)} facts."


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
