"""The OpenAPI document of the push endpoint."""

from __future__ import annotations

from typing import Any

from bot.push.body import JSON, LINES, MOST_BYTES
from csi.step3_gather.pushing import KEY_LIMIT, MOST_ROWS

PATH = "/v1/measurements"
_COUNT = {"type": "integer", "minimum": 0}
_TEXT = {"type": "string"}
_ABOUT = (
    "Numbers a tool measures, pushed to one source of a cycle with that source's token (`/csi source` shows it once). "
    "Each measurement is judged by itself: a bad one is refused with its reason, and the good ones beside it are kept. "
    "A number of the same KPI and moment that is the same changes nothing; one that differs supersedes the one before, "
    "which stays in history. The same body again changes nothing, unless it comes under another Idempotency-Key."
)


def document() -> dict[str, Any]:
    """The document."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Pushing measurements", "version": "1.0.0", "description": _ABOUT},
        "paths": {PATH: {"post": _operation()}},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Measurement": _measurement(), "Receipt": _receipt(), "Error": _error()},
        },
        "security": [{"token": []}],
    }


def _operation() -> dict[str, Any]:
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "Names this delivery: repeated under the same key it counts once.",
        "schema": {"type": "string", "maxLength": KEY_LIMIT, "pattern": "^[ -~]*$"},
    }
    return {
        "operationId": "pushMeasurements",
        "summary": "Push measurements",
        "parameters": [key],
        "requestBody": {
            "required": True,
            "content": {
                JSON[0]: {"schema": _body()},
                LINES[0]: {"schema": {"type": "string", "description": "One measurement a line, as a JSON object."}},
            },
        },
        "responses": _responses(),
    }


def _body() -> dict[str, Any]:
    # Whatever stands in the list is taken in and judged by itself, so no item makes a body invalid.
    items = {"anyOf": [{"$ref": "#/components/schemas/Measurement"}, {}]}
    rows = {"type": "array", "minItems": 1, "maxItems": MOST_ROWS, "items": items}
    wrapped = {
        "type": "object",
        "required": ["measurements"],
        "properties": {"measurements": rows},
        "additionalProperties": False,
    }
    return {"oneOf": [wrapped, rows]}


def _responses() -> dict[str, Any]:
    refusals = {
        "401": "The token opens nothing.",
        "409": "The service has no open cycle, or the key was used with another body.",
        "413": f"More than {MOST_BYTES:,} bytes.",
        "415": "Neither JSON nor JSON lines, or packed.",
        "422": f"The body holds no measurements, or more than {MOST_ROWS:,}; the sentence says what was expected.",
        "429": "Too often; Retry-After says for how many seconds to wait.",
    }
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    receipt = {"application/json": {"schema": {"$ref": "#/components/schemas/Receipt"}}}
    said: dict[str, Any] = {status: {"description": why, "content": error} for status, why in refusals.items()}
    said["429"]["headers"] = {"Retry-After": {"required": True, "schema": {"type": "string", "pattern": "^[0-9]+$"}}}
    return {"202": {"description": "Taken in: what was kept, what was refused and why.", "content": receipt}, **said}


def _measurement() -> dict[str, Any]:
    number = {"type": ["number", "null"]}
    return {
        "type": "object",
        "required": ["kpi"],
        "properties": {
            "kpi": {**_TEXT, "description": "The KPI's key, as /csi source shows it.", "examples": ["backlog"]},
            "at": {**_TEXT, "description": "The moment; or else period.", "examples": ["2026-03-01T10:00:00Z"]},
            "period": {**_TEXT, "description": "A period's first day.", "examples": ["2026-03-01"]},
            "value": {**number, "description": "Null needs a reason."},
            "numerator": number,
            "denominator": number,
            "unit": {"type": ["string", "null"], "description": "Must be the KPI's, where it is given."},
            "reason": {"type": ["string", "null"], "description": "Why there is no value."},
            "evidence": {"type": ["string", "null"], "description": "A link."},
        },
        "additionalProperties": False,
    }


def _receipt() -> dict[str, Any]:
    counts = ("delivery", "accepted", "corrected", "unchanged", "refused")
    refusal = {
        "measurement": {"type": "integer", "minimum": 1},
        **dict.fromkeys(("field", "value", "reason", "expected"), _TEXT),
    }
    properties: dict[str, Any] = {
        **dict.fromkeys(counts, _COUNT),
        "known": {"type": "boolean", "description": "This very delivery was received before."},
        "refusals": {"type": "array", "items": _closed(refusal)},
    }
    return _closed(properties)


def _error() -> dict[str, Any]:
    return _closed({"error": _TEXT})


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": sorted(properties),
        "properties": properties,
        "additionalProperties": False,
    }
