"""The log's shape: one line an event, with names; JSON when nobody is watching."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


def configure(level: str = "INFO", *, as_json: bool | None = None) -> None:
    """Set up structlog and the standard library's log to write the same lines to standard error."""
    plain = not sys.stderr.isatty() if as_json is None else as_json
    renderer: Any = structlog.processors.JSONRenderer() if plain else _console()
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


def _worth_saying(record: logging.LogRecord) -> bool:
    # Bolt finds SLACK_BOT_TOKEN by itself and warns that it uses our client instead: so it should
    return not record.getMessage().startswith("As you gave `client` as well")


def _console() -> Any:
    # a trace without local variables: tokens and people's data could be among them
    return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)


def logger(name: str) -> Any:
    """A logger whose keyword arguments become the line's fields."""
    return structlog.get_logger(name)
