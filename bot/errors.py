"""The only place where an error becomes text: beside a field, or to one person in private."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from slack_bolt import Ack, App, BoltResponse
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from bot.blocks import notices
from bot.blocks.parts import Block
from bot.delivery import failures
from bot.log import logger
from bot.payload import Origin, about, is_full, origin, remembered
from csi.errors import CsiError, GateRefused, InvalidInput, InvalidInputs

log = logger(__name__)
Body = Mapping[str, Any]


class KeptAck(Ack):
    """An acknowledgement that stands once it is given.

    Bolt 1.30 takes it back when the listener raises afterwards, and may not have seen it by then: Slack would warn
    of a timeout beside our own sentence.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if name == "response" and value is None and self.__dict__.get("response") is not None:
            return
        super().__setattr__(name, value)


def register(app: App) -> None:
    """Let this module answer every error of the app."""
    app.error(answer)


def answer(error: Exception, body: Body, ack: Ack, client: WebClient) -> BoltResponse | None:
    """Answer a request whose listener raised: as its acknowledgement while that is open, else in private."""
    if body.get("type") == "event_callback":  # it could not be stored: unacknowledged, it comes again
        log.error("event_not_stored", exc_info=error)
        return BoltResponse(status=500)
    if failures.word(error) == "exchanged_trigger_id":  # the same click came twice, and opened what it opens once
        return BoltResponse(status=200) if ack.response is None else None
    blocks = told(error, about(body))
    if ack.response is None:
        reply = _acknowledgement(error, body, blocks)
        if reply is not None:
            return reply
    _tell(body, client, blocks)
    return BoltResponse(status=200) if ack.response is None else None


def report(error: Exception, to: Origin, client: WebClient) -> None:
    """Tell a person that slow work they began went wrong."""
    blocks = told(error, to.channel_id)
    if to.user_id:
        whisper(client, to, blocks)


def told(error: Exception, place: str = "") -> list[Block]:
    """An error as blocks; one that is not ours gets a reference id, and its trace goes to the log.

    ``place`` is the channel whose cycle it is about: the buttons beside the error find it again from anywhere.
    """
    if isinstance(error, GateRefused):
        return notices.refusal(error.breaches, place)
    if isinstance(error, CsiError):
        return notices.problem(_sentence(error), place, error.ways)
    if sentence := _mendable(error):
        return notices.problem(sentence, place, ())
    reference = secrets.token_hex(4)
    log.error("unexpected", reference=reference, exc_info=error)
    return notices.unexpected(reference)


def _mendable(error: Exception) -> str:
    """What to do about a refusal of Slack's that somebody can mend, or that may pass; else empty."""
    name = failures.word(error)
    if name in ("expired_trigger_id", "trigger_expired"):
        return "That took longer than Slack waits for a form. Please press it again."
    if isinstance(error, SlackApiError) and (mend := notices.remedy(name, str(error.response.get("needed") or ""))):
        return mend
    if failures.is_of_slack(error) and failures.passing(error):
        return "Slack did not answer as it should. What you sent may be kept: look, and press again if it is not."
    return ""


def _sentence(error: CsiError) -> str:
    if isinstance(error, InvalidInputs):
        return "\n".join(_sentence(one) for one in error.errors)
    if isinstance(error, InvalidInput) and error.field:
        return f"{error.field.replace('_', ' ').capitalize()}: {error.reason}"
    return str(error)


def _acknowledgement(error: Exception, body: Body, blocks: Sequence[Block]) -> BoltResponse | None:
    if body.get("type") == "view_submission":
        return _json(_view_answer(error, body, blocks))
    if "command" in body:
        return _json({"response_type": "ephemeral", "text": notices.plain_text(blocks), "blocks": list(blocks)})
    return None


def _json(content: Body) -> BoltResponse:
    return BoltResponse(status=200, body=json.dumps(content), headers={"content-type": ["application/json"]})


def _view_answer(error: Exception, body: Body, blocks: Sequence[Block]) -> dict[str, Any]:
    """Errors beside their inputs; those of no input beside the first; what needs a button in a view on top."""
    inputs = [block["block_id"] for block in body["view"]["blocks"] if block["type"] == "input"]
    buttons = not isinstance(error, InvalidInput | InvalidInputs) and any(one["type"] == "actions" for one in blocks)
    if not inputs or isinstance(error, GateRefused) or (buttons and not is_full(body["view"])):
        return {"response_action": "push", "view": _over(body, blocks)}
    errors: dict[str, str] = {}
    for field, reason in _reasons(error, blocks):
        place = field if field in inputs else inputs[0]
        errors[place] = f"{errors[place]} {reason}" if place in errors else reason
    return {"response_action": "errors", "errors": errors}


def _reasons(error: Exception, blocks: Sequence[Block]) -> list[tuple[str, str]]:
    if isinstance(error, InvalidInputs):
        return [(one.field, one.reason + notices.typed(one.ways)) for one in error.errors]
    if isinstance(error, InvalidInput):
        return [(error.field, error.reason + notices.typed(error.ways))]
    return [("", str(error) + notices.typed(error.ways) if isinstance(error, CsiError) else notices.plain_text(blocks))]


def _tell(body: Body, client: WebClient, blocks: Sequence[Block]) -> None:
    """Say it where the person is looking: over the view they are in, else to them alone."""
    if body.get("response_url"):
        WebhookClient(body["response_url"]).send(
            text=notices.plain_text(blocks), blocks=list(blocks), response_type="ephemeral", replace_original=False
        )
        return
    if body.get("trigger_id") and _shown_on_top(body, client, blocks):
        return
    whisper(client, origin(body), blocks)


def _over(body: Body, blocks: Sequence[Block]) -> Block:
    """A notice that remembers what the modal below it is about."""
    known = remembered(body).get("cycle")
    kept = {"cycle": known} if known is not None else {"channel": about(body)}
    return notices.view(blocks, metadata=json.dumps(kept))


def _shown_on_top(body: Body, client: WebClient, blocks: Sequence[Block]) -> bool:
    in_modal = (body.get("view") or {}).get("type") == "modal"
    show = client.views_push if in_modal else client.views_open
    try:
        show(trigger_id=body["trigger_id"], view=_over(body, blocks))
    except SlackApiError:  # the trigger was used by the listener, or is older than three seconds
        return False
    return True


def whisper(client: WebClient, to: Origin, blocks: Sequence[Block], *, text: str = "") -> None:
    """Say something to one person: in the channel where they are, else in their own conversation with the bot."""
    text = text or notices.plain_text(blocks)
    if to.channel_id:
        try:
            client.chat_postEphemeral(
                channel=to.channel_id, user=to.user_id, text=text, blocks=list(blocks), thread_ts=to.thread_ts or None
            )
        except SlackApiError as refused:  # the bot, or the person, is not in that channel
            log.info("not_whispered", channel=to.channel_id, error=refused.response.get("error"))
        else:
            return
    client.chat_postMessage(channel=to.user_id, text=text, blocks=list(blocks))
