"""What a cell's number format in a workbook says of its number: a percentage, a length of time, a currency or unit.

A number under ``0.0%`` stands in the sheet as ``95.3%``, and one under ``hh:mm:ss`` as a clock: with the text that a
spreadsheet program shows, it is read as in the CSV of the same sheet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from csi.reading.currencies import currency
from csi.reading.unit_words import folded, time_words

# Source: ECMA-376 part 1, 18.8.30: the formats every program knows by number.
_BUILT_IN = {9: "0%", 10: "0.00%", 20: "h:mm", 21: "h:mm:ss", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mmss.0"}
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_OF_DAY = re.compile(r"am/pm|a/p|上午/下午", re.IGNORECASE)
_MONEY = re.compile(r"\[\$(?P<sign>[^\]-]+)(?:-[0-9A-Fa-f]+)?\]")
_IN_BRACKETS, _QUOTED, _PADDING = re.compile(r"\[[^\]]*\]"), re.compile(r'"([^"]*)"|\\(.)'), re.compile(r"[_*].")
_SECONDS_A_DAY = 86_400


class FormatKind(StrEnum):
    """What a number format makes of a number."""

    PERCENT = "percent"
    CLOCK = "clock"
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class CellFormat:
    """A number format that says what its numbers are; ``beside`` is the unit or sign it writes beside them."""

    kind: FormatKind
    beside: str = ""


def format_of_code(code: str) -> CellFormat | None:
    """What a format code says; None where it leaves a number a number, or a moment a moment."""
    first = code.split(";", 1)[0]
    money = _MONEY.search(first)
    bare = _PADDING.sub("", _IN_BRACKETS.sub("", _QUOTED.sub("", first)))
    if "%" in bare:
        return CellFormat(FormatKind.PERCENT)
    if _ELAPSED.search(first) or _is_clock(bare):
        return CellFormat(FormatKind.CLOCK)
    if not set(bare) & set("0#?"):
        return None
    told = [money["sign"]] if money else [a or b for a, b in _QUOTED.findall(_PADDING.sub("", first))]
    loose = re.sub(r"[\s0-9#?.,()+\-/Ee]", "", bare)
    beside = next((text.strip() for text in (*told, loose) if _is_unit(text.strip())), "")
    return CellFormat(FormatKind.UNIT, beside) if beside else None


def format_of_number(number: int, codes: dict[int, str]) -> CellFormat | None:
    """What a format says by its number: one of the workbook's own, or one every program knows."""
    code = codes.get(number) or _BUILT_IN.get(number)
    return format_of_code(code) if code else None


def _is_clock(bare: str) -> bool:
    """Hours, minutes, seconds and neither a date nor the half of a day; days and hours alone last, too."""
    if _OF_DAY.search(bare):
        return False
    letters = re.sub(r"(.)\1+", r"\1", re.sub(r"[^a-z]", "", re.sub(r"(.)\1+", r"\1", bare.lower())))
    has_month = "m" in re.sub("hm|ms", "", letters)
    return set(letters) <= set("dhms") and bool(set(letters) & {"h", "s"}) and not has_month


def _is_unit(text: str) -> bool:
    return bool(text) and (bool(currency(text)) or folded(text) in time_words())


@dataclass(frozen=True, slots=True)
class Shown:
    """A number and the format it stands under: what is seen is both."""

    number: float
    form: CellFormat

    def text(self, decimal: str) -> str:
        """As a spreadsheet program shows it, without what it rounds away."""
        if self.form.kind is FormatKind.CLOCK:
            return as_clock(self.number)
        if self.form.kind is FormatKind.PERCENT:
            return as_percent(self.number).replace(".", decimal)
        number = plain(Decimal(repr(self.number))).replace(".", decimal)
        return f"{number} {self.form.beside}"


def as_percent(number: float) -> str:
    """A share as it stands under a percent format, to its last digit: 0.07 is ``7%``."""
    return f"{plain(Decimal(repr(number)) * 100)}%"


def as_clock(days: float) -> str:
    """A number of days as ``h:mm:ss``, hours beyond 24 too; a thousandth of a second is the last that is kept."""
    thousandths = round(abs(days) * _SECONDS_A_DAY * 1_000)
    minutes, rest = divmod(thousandths, 60_000)
    seconds = f"{rest // 1_000:02}" + (f".{rest % 1_000:03}" if rest % 1_000 else "")
    return f"{'-' if days < 0 and thousandths else ''}{minutes // 60:02}:{minutes % 60:02}:{seconds}"


def plain(number: Decimal) -> str:
    """A decimal number without exponent or needless zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
