"""What is waited for, as a short phrase that fits behind a name: "@carol: approval of action 4"."""

from __future__ import annotations

from csi.terms import Awaited
from csi.words.messages import mark, said

_PHRASES = {
    Awaited.STEP: mark("step {number}"),
    Awaited.ASKING: mark("to ask the business for approval"),
    Awaited.TREE: mark("a tree that the business approves"),
    Awaited.TREE_APPROVAL: mark("approval of the tree"),
    Awaited.ACTION_APPROVAL: mark("approval of action {number}"),
    Awaited.ACTION: mark("action {number}"),
    Awaited.REVIEW: mark("the review of action {number}"),
    Awaited.BASELINE_APPROVAL: mark("approval of the new baseline of {name}"),
    Awaited.DATA: mark("{name}"),
    Awaited.FINDING: mark("the finding of {name}"),
    Awaited.REPORT: mark("the report for {name}"),
    Awaited.BENEFIT: mark("whether action {number} still helps"),
}


def phrase(kind: Awaited, number: int = 0, name: str = "") -> str:
    """What is waited for, without a capital or a full stop."""
    return said(_PHRASES[kind], number=number, name=name)
