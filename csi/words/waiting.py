"""What is waited for, as a short phrase that fits behind a name: "@carol: approval of action 4"."""

from __future__ import annotations

from csi.terms import Awaited

_PHRASES = {
    Awaited.STEP: "step {number}",
    Awaited.ASKING: "to ask the business for approval",
    Awaited.TREE: "a tree that the business approves",
    Awaited.TREE_APPROVAL: "approval of the tree",
    Awaited.ACTION_APPROVAL: "approval of action {number}",
    Awaited.ACTION: "action {number}",
    Awaited.REVIEW: "the review of action {number}",
    Awaited.BASELINE_APPROVAL: "approval of the new baseline of {name}",
    Awaited.DATA: "{name}",
}


def phrase(kind: Awaited, number: int = 0, name: str = "") -> str:
    """What is waited for, without a capital or a full stop."""
    return _PHRASES[kind].format(number=number, name=name)
