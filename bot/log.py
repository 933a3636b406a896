"""The log's shape: one line an event, with names; JSON when nobody is watching."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, quote_plus

import structlog

from csi.reading.connectors.masking import MASK

# Tokens of Slack's, and what a header says of who asks; the known ones are masked by their value.
_TOKEN = re.compile(r"(?P<before>\b(?:xox[a-z]|xapp)-|\b(?:bearer|basic)\s+)[^\s\"'\\,;]{4,}", re.IGNORECASE)
_LEAST = 6  # characters of a secret that is looked for by its value


def configure(level: str = "INFO", *, as_json: bool | None = None, secrets: Sequence[str] = ()) -> None:
    """Set up structlog and the standard library's log to write the same lines to standard error.

    Args:
        level: from which on lines are written.
        as_json: as JSON, or for people; None: for people where somebody watches.
        secrets: what is masked wherever it comes up, at every level, whoever says it.
    """
    plain = not sys.stderr.isatty() if as_json is None else as_json
    renderer: Any = _masking(structlog.processors.JSONRenderer() if plain else _console(), secrets)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
        if plain
        else structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer], foreign_pre_chain=shared
        )
    )
    handler.addFilter(_worth_saying)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("httpx", "httpcore", "apscheduler", "alembic", "uvicorn.access", "matplotlib"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _masking(render: Any, secrets: Sequence[str]) -> Any:
    """A renderer whose lines show no secret: neither by its value, as it is or as an address writes it, nor by kind."""
    known = {way for one in secrets if len(one) >= _LEAST for way in (one, quote(one), quote_plus(one))}
    by_value = re.compile("|".join(map(re.escape, sorted(known, key=len, reverse=True))) or r"(?!)")

    def masked(log: Any, name: str, event: Any) -> str:
        line = by_value.sub(MASK, str(render(log, name, event)))
        return _TOKEN.sub(lambda found: f"{found['before']}{MASK}", line)

    return masked


def _worth_saying(record: logging.LogRecord) -> bool:
    # Bolt finds SLACK_BOT_TOKEN by itself and warns that it uses our client instead: so it should
    return not record.getMessage().startswith("As you gave `client` as well")


def _console() -> Any:
    # a trace without local variables: tokens and people's data could be among them
    return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)


def logger(name: str) -> Any:
    """A logger whose keyword arguments become the line's fields."""
    return structlog.get_logger(name)
