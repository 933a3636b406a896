"""Where a run is heard: results on standard output, errors and how far it is on standard error."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import typer

PATIENCE = 2.0  # seconds of silence before a terminal is told what is going on; ours


@dataclass
class Voice:
    """What is said, and where.

    ``quiet``: no results, only errors. ``verbose``: every stage at once; else a terminal hears of stages once a run
    takes long, and a file or a pipe never does.
    """

    quiet: bool = False
    verbose: bool = False
    hidden: Callable[[str], str] = str
    _begun: float = field(default_factory=time.monotonic)
    _stage: str = ""
    _waiting: threading.Timer | None = None

    def say(self, text: str) -> None:
        """A result."""
        if not self.quiet:
            typer.echo(self.hidden(text))

    def warn(self, text: str) -> None:
        """Something to know that is no result, and stops nothing."""
        if not self.quiet:
            typer.echo(self.hidden(text), err=True)

    def fail(self, text: str) -> None:
        """An error."""
        typer.echo(self.hidden(text), err=True)

    def stage(self, text: str) -> None:
        """What is being done now."""
        self._stage = text
        if self.verbose or (self._is_heard() and time.monotonic() - self._begun > PATIENCE):
            self._tell()

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """While a run lasts: a terminal that has waited is told the stage that takes long."""
        if self._is_heard() and not self.verbose:
            self._waiting = threading.Timer(PATIENCE, self._tell)
            self._waiting.daemon = True
            self._waiting.start()
        try:
            yield
        finally:
            if self._waiting is not None:
                self._waiting.cancel()

    def _is_heard(self) -> bool:
        return not self.quiet and sys.stderr.isatty()

    def _tell(self) -> None:
        if self._stage:
            typer.echo(self.hidden(f"{time.monotonic() - self._begun:6.1f} s  {self._stage}"), err=True)
