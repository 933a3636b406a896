"""Modal state → typed values; every wrong field is told, each beside its own input."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.blocks.text import clip
from csi.errors import InvalidInput, InvalidInputs
from csi.reasons import says_why
from csi.series.expression import ExpressionError, parse
from csi.terms import YEARS

Reader = Callable[[str, Mapping[str, Any]], Any]

_SPACES = re.compile(r"[\s\u00a0\u202f']+")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}([.,]\d{3})+")
_STRAIGHT = str.maketrans("“”„", '"""')  # what keyboards make of quotes
_LEFT_OUT: tuple[Any, ...] = (None, "", [])


def read(view: Mapping[str, Any], fields: Mapping[str, Reader]) -> dict[str, Any]:
    """The values of a submitted view, one a field.

    Args:
        view: the view of the payload; its inputs' block ids are the names of fields.
        fields: field → reader, such as ``{"name": text(limit=200), "target": number()}``.

    Raises:
        InvalidInputs: for every field that holds what it cannot hold.
    """
    values: dict[str, Any] = {}
    errors: list[InvalidInput] = []
    for field, reader in fields.items():
        try:
            values[field] = reader(field, _state(view, field))
        except InvalidInput as error:
            errors.append(error)
    if errors:
        raise InvalidInputs(errors)
    return values


def _state(view: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    held = ((view.get("state") or {}).get("values") or {}).get(field) or {}
    return next(iter(held.values()), {})


def _reader(take: Callable[[Mapping[str, Any]], Any], required: bool, ask: str) -> Reader:
    def reader(field: str, state: Mapping[str, Any]) -> Any:
        value = take(state)
        if value in _LEFT_OUT and required:
            raise InvalidInput(field, ask)
        return value

    return reader


def text(*, required: bool = True, limit: int = 3000) -> Reader:
    """Words, stripped, of at most ``limit`` characters; empty text when left out."""
    plain = _reader(lambda state: (state.get("value") or "").strip(), required, "Please fill this in.")

    def reader(field: str, state: Mapping[str, Any]) -> str:
        value = str(plain(field, state))
        if len(value) > limit:
            raise InvalidInput(field, f"At most {limit:,} characters; these are {len(value):,}.")
        return value

    return reader


def reason(*, required: bool = True, limit: int = 500) -> Reader:
    """Words that say why, of at most ``limit`` characters; empty text when left out."""
    words = text(required=required, limit=limit)

    def reader(field: str, state: Mapping[str, Any]) -> str:
        typed = str(words(field, state))
        if typed and not says_why(typed):
            raise InvalidInput(field, "Please say why in a few words, such as: the tool changed on 3 March.")
        return typed

    return reader


def condition(*, limit: int = 500) -> Reader:
    """A condition on rows, in the small language of ``where`` and ``good``; empty text when left out."""
    words = text(required=False, limit=limit)

    def reader(field: str, state: Mapping[str, Any]) -> str:
        typed = str(words(field, state))
        typed = typed if '"' in typed else typed.translate(_STRAIGHT)
        try:
            if typed:
                parse(typed)
        except ExpressionError as error:
            raise InvalidInput(field, _unread(error)) from error
        return typed

    return reader


def _unread(error: ExpressionError) -> str:
    """Where a condition stops making sense, and what was expected there, for a field that shows plain text."""
    rest = error.text[error.position :].strip()
    there = f"At “{clip(rest, 30)}”" if rest else "At its end"
    odd = "" if error.tells_of_names else " A column whose name has blanks stands in backquotes: `Like this`."
    return f"{there}: {error.expected}.{odd}"


def number(*, required: bool = True, low: float | None = None, high: float | None = None) -> Reader:
    """A number as people type it (``1 234.5``, ``7,5``, ``95 %``); None when left out."""
    words = text(required=required, limit=100)

    def reader(field: str, state: Mapping[str, Any]) -> float | None:
        typed = words(field, state)
        if not typed:
            return None
        value = parse_number(typed, field)
        if (low is not None and value < low) or (high is not None and value > high):
            raise InvalidInput(field, f"Expected a number {_span(low, high)}.")
        return value

    return reader


def _span(low: float | None, high: float | None) -> str:
    if low is None:
        return f"of at most {high:g}"
    return f"of at least {low:g}" if high is None else f"from {low:g} to {high:g}"


def whole(*, required: bool = True, low: int | None = None, high: int | None = None) -> Reader:
    """A whole number; None when left out."""
    plain = number(required=required, low=low, high=high)

    def reader(field: str, state: Mapping[str, Any]) -> int | None:
        value = plain(field, state)
        if value is not None and value != int(value):
            raise InvalidInput(field, "Expected a whole number, such as 12.")
        return None if value is None else int(value)

    return reader


def parse_number(typed: str, field: str = "") -> float:
    """A typed number; a comma or a point may be the decimal sign where only one reading is possible.

    Raises:
        InvalidInput: for letters, and for ``1,234``, which may be two numbers.
    """
    digits = _SPACES.sub("", typed).replace("−", "-").removesuffix("%")
    bare = _plain_digits(digits)
    if digits and not bare:
        raise InvalidInput(field, f"{typed} may be two numbers; please write it without the comma.")
    if not _NUMBER.fullmatch(bare):
        raise InvalidInput(field, f"“{clip(typed, 40)}” is not a number; expected digits such as 20 or 7.5.")
    return float(bare)


def _plain_digits(bare: str) -> str:
    """Digits with a decimal point at most; empty when both readings are possible."""
    if "," in bare and "." in bare:
        decimal = max(",.", key=bare.rfind)
        grouping = "," if decimal == "." else "."
        whole_part = bare.rpartition(decimal)[0]
        return bare.replace(grouping, "").replace(decimal, ".") if _GROUPED.fullmatch(whole_part) else bare
    if bare.count(",") > 1:
        return bare.replace(",", "") if _GROUPED.fullmatch(bare) else bare
    if _GROUPED.fullmatch(bare) and "," in bare and not bare.lstrip("+-").startswith("0"):
        return ""
    return bare.replace(",", ".")


def date(*, required: bool = True) -> Reader:
    """A day from a date picker; None when left out."""
    plain = _reader(lambda state: state.get("selected_date"), required, "Please choose a day.")

    def reader(field: str, state: Mapping[str, Any]) -> dt.date | None:
        chosen = plain(field, state)
        day = dt.date.fromisoformat(chosen) if chosen else None
        if day is not None and day.year not in YEARS:
            raise InvalidInput(field, f"Expected a year from {YEARS[0]} to {YEARS[-1]}.")
        return day

    return reader


def require_ahead(field: str, day: dt.date | None, today: dt.date, *, known: dt.date | None = None) -> None:
    """Refuse a day that is over, unless it is the one that stood there.

    Raises:
        InvalidInput: beside the field.
    """
    if day is not None and day < today and day != known:
        raise InvalidInput(field, "This day is over. Please choose today or a later one.")


def conversation(*, required: bool = True) -> Reader:
    """A channel's id; empty when left out."""
    return _reader(lambda state: state.get("selected_conversation") or "", required, "Please choose a channel.")


def user(*, required: bool = True) -> Reader:
    """A person's id; empty when left out."""
    return _reader(lambda state: state.get("selected_user") or "", required, "Please choose a person.")


def place(*, required: bool = True) -> Reader:
    """A conversation's id; empty when left out."""
    return _reader(lambda state: state.get("selected_conversation") or "", required, "Please choose a channel.")


def users(*, required: bool = True) -> Reader:
    """Several people's ids, each once."""
    return _reader(
        lambda state: list(dict.fromkeys(state.get("selected_users") or [])), required, "Please choose someone."
    )


def option(*, required: bool = True, of: Callable[[str], Any] = str) -> Reader:
    """The value of the chosen option, made by ``of`` (an enum, ``int``); None when left out."""

    def reader(field: str, state: Mapping[str, Any]) -> Any:
        value = (state.get("selected_option") or {}).get("value")
        if value is None and required:
            raise InvalidInput(field, "Please choose one.")
        return None if value is None else of(value)

    return reader


def options(*, required: bool = False) -> Reader:
    """The values of all chosen options."""
    return _reader(
        lambda state: [one["value"] for one in state.get("selected_options") or []], required, "Please choose."
    )


def files(*, required: bool = True) -> Reader:
    """The files dropped into a file input, as Slack describes them."""
    return _reader(lambda state: list(state.get("files") or []), required, "Please add a file.")
