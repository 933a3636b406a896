"""A yes, or a no with its reason."""

from __future__ import annotations

import pytest

from csi.approvers import require_answer
from csi.errors import InvalidInput


@pytest.mark.parametrize(("choice", "reason"), [("approve", ""), ("approve", "fine"), ("reject", "too dear")])
def test_an_answer(choice: str, reason: str) -> None:
    require_answer(choice, reason)


@pytest.mark.parametrize(
    ("choice", "reason", "field"), [("reject", "", "reason"), ("reject", " \n", "reason"), ("maybe", "fine", "choice")]
)
def test_what_is_no_answer(choice: str, reason: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        require_answer(choice, reason)
    assert refused.value.field == field
