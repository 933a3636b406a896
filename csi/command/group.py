"""The commands of a program, with what is wrong about an option said in plain words."""

from __future__ import annotations

import re
from typing import Any

import typer
from typer.core import TyperGroup

_OF_THE_CHECK = re.compile(r"(?:Value|Assertion) error, ")


class PlainGroup(TyperGroup):
    """Commands whose refusals begin with what was typed, and end with what was expected."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for.

        Raises:
            typer.BadParameter: an option cannot be read.
        """
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = plain(error.message)
            raise


def plain(message: str) -> str:
    """A refusal without the name that the check behind it has, its accepted values as what is expected."""
    told = _OF_THE_CHECK.sub("", message)
    return re.sub(r"(.+) is not one of (.+?)\.$", r"there is no \1; expected one of \2.", told)
