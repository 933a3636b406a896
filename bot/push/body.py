"""The body of a push: its kind, its size, the measurements in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import ClientDisconnect, Request

from csi.reading.json_rows import not_json
from csi.step3_gather.pushed import Unreadable
from csi.step3_gather.pushing import MOST_ROWS

JSON = ("application/json",)
LINES = ("application/x-ndjson", "application/jsonl", "application/json-lines", "application/x-jsonlines")
MOST_BYTES = 1_000_000


class Refusal(Exception):
    """A request that is not taken: its status, a sentence, headers."""

    def __init__(self, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.headers = dict(headers or {})


async def content(request: Request) -> bytes:
    """The whole body, within bounds.

    Raises:
        Refusal: 413 above the limit, 415 when it is packed.
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refusal(415, "The body is packed. Expected it as it is, without Content-Encoding.")
    found = bytearray()
    try:
        async for block in request.stream():
            found += block
            if len(found) > MOST_BYTES:
                raise Refusal(413, f"The body has more than {MOST_BYTES:,} bytes. Send it in parts.")
    except ClientDisconnect as gone:
        raise Refusal(400, "The body ended early.") from gone
    return bytes(found)


def kind_of(request: Request) -> str:
    """``json`` or ``lines``, by the Content-Type.

    Raises:
        Refusal: 415 for any other.
    """
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if said in JSON:
        return "json"
    if said in LINES:
        return "lines"
    raise Refusal(415, f"Content-Type {said or 'is missing'}. Expected {JSON[0]} or {LINES[0]}.")


def measurements(body: bytes, kind: str) -> list[Any]:
    """The measurements of a body; what of JSON lines is not JSON stands in its place as ``Unreadable``.

    Raises:
        Refusal: 422 for what holds none, or too many.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal(422, f"Byte {error.start + 1} is not UTF-8. Expected JSON in UTF-8.") from error
    found = _lines(text) if kind == "lines" else _document(text)
    _check_text(found)
    if not found:
        raise Refusal(422, "There is no measurement in it. Expected at least one.")
    if len(found) > MOST_ROWS:
        raise Refusal(422, f"These are {len(found):,} measurements; at most {MOST_ROWS:,} at once. Send them in parts.")
    return found


def _check_text(found: list[Any]) -> None:
    """Refuse half a character: JSON can spell it (backslash u d800), and nothing can keep it.

    Raises:
        Refusal: 400 with the number of the measurement.
    """
    for number, one in enumerate(found, start=1):
        try:
            json.dumps(one, ensure_ascii=False, default=str).encode()
        except UnicodeEncodeError as error:
            raise Refusal(400, f"Measurement {number} holds half a character (a lone surrogate), no text.") from error


def _document(text: str) -> list[Any]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refusal(422, f"The body is not JSON that can be read: {not_json(error)}.") from error
    if isinstance(said, list):
        return said
    if isinstance(said, dict) and set(said) == {"measurements"} and isinstance(said["measurements"], list):
        return list(said["measurements"])
    raise Refusal(422, 'Expected {"measurements": [...]}, or a list of measurements.')


def _lines(text: str) -> list[Any]:
    return [_line(line) for line in text.split("\n") if line.strip()]


def _line(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        return Unreadable(line, f"is not JSON ({not_json(error)})")
