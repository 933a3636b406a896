"""What a run says while it goes on; whoever starts it decides where that is heard."""

from __future__ import annotations

from collections.abc import Callable

Tell = Callable[[str], None]


def silent(_: str) -> None:
    """Nobody is told."""
