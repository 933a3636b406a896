"""The words that are stored for a state, as SQL and the indexes of it name them."""

from __future__ import annotations

from csi.models import InboxEvent, OutboxPost
from csi.models.delivered import DONE, UNDONE, UNSENT
from csi.states import GIVEN_UP, UNDELIVERED, InboxState, OutboxState


def test_the_indexes_name_what_is_undone_by_the_states() -> None:
    pending, sending = (f"'{one}'" for one in UNDELIVERED)
    sent = f"(status = '{OutboxState.SENT}' AND revision > sent_revision)"
    assert str(UNSENT) == f"(status IN ({pending}, {sending}) OR {sent})"
    assert str(UNDONE) == f"status IN ('{InboxState.PENDING}', '{InboxState.WORKING}')"
    assert str(DONE) == f"status = '{InboxState.DONE}'"


def test_a_post_is_under_way_sent_or_given_up() -> None:
    assert {*UNDELIVERED, OutboxState.SENT, *GIVEN_UP} == set(OutboxState)
    assert not set(UNDELIVERED) & set(GIVEN_UP)


def test_what_is_new_waits() -> None:
    assert OutboxPost.model_fields["status"].default is OutboxState.PENDING
    assert InboxEvent.model_fields["status"].default is InboxState.PENDING
