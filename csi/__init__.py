"""The core of the CSI bot: the seven steps, their rules and their statistics. Knows no Slack.

In a notebook: ``from csi import evaluate``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from csi.study.frames import evaluate

__all__ = ["evaluate"]


def __getattr__(name: str) -> Any:
    """``evaluate``, loaded when it is asked for: whoever needs an error's name need not load pandas."""
    if name != "evaluate":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from csi.study.frames import evaluate  # noqa: PLC0415 see above

    return evaluate
