"""A doubt in words: what was found, and the values that were seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from csi.series import units
from csi.series.doubts import FAR, Doubt, DoubtKind, is_as_good_as_it_gets
from csi.series.growth import Anew
from csi.series.tried import SHOWN, Held
from csi.words.wording import amount, exact, plural

_CELL = 40  # characters of a cell that are shown


def said(doubt: Doubt) -> str:
    """What was found, as a clause: ``made_sla == "Yes"`` fits none of 1,204 rows; made_sla holds true (969), …"""
    whose = f"{doubt.side}: " if doubt.side else ""
    return whose + _SAID[doubt.kind](doubt)


def so_far(doubts: Sequence[Doubt]) -> str:
    """That a value seems to be a total so far, and what to take; empty where it does not."""
    found = next((one for one in doubts if one.kind is DoubtKind.TOTAL_SO_FAR), None)
    return f"{said(found)}; {_MENDING[found.kind]}" if found else ""


def notes(doubts: Sequence[Doubt]) -> Iterator[str]:
    """A sentence for each doubt that blocks nothing, or is settled."""
    for one in doubts:
        if not one.is_open and not is_as_good_as_it_gets(one):
            yield f"{_capital(said(one))}{': this is meant' if one.blocks else ''}."


def settling(doubt: Doubt) -> str:
    """What would settle it, for the writer of a study; a person who is asked has buttons."""
    mending = _MENDING[doubt.kind]
    if doubt.anew is not Anew.NEVER:
        mending += f", or the last of each {doubt.anew} (measure: last)"
    if doubt.column:
        mending = f"say what {doubt.column} is in (units), {mending}"
    if not doubt.leaves_rows:
        return mending
    answer = f"write `meant: [{doubt.key}]`"
    answer += f" of {doubt.side}" if doubt.side else ""
    return f"{mending}, or {answer} if it is so"


def _first_of_block(doubt: Doubt) -> str:
    (column,) = doubt.seen
    filled = f"{column.column} is filled in {doubt.fits:,} of {_rows(doubt.rows)}, each the first of a block"
    return f"{filled}, and empty below it, as merged cells and pivots are printed: no condition fits those below"


def _none_where(doubt: Doubt) -> str:
    return f"the condition {_code(doubt)} fits none of {_rows(doubt.rows)}{_seen(doubt)}"


def _all_where(doubt: Doubt) -> str:
    return f"the condition {_code(doubt)} fits all {_rows(doubt.rows)} and leaves none out{_seen(doubt)}"


def _none_good(doubt: Doubt) -> str:
    return f"none of {_rows(doubt.rows)} is good by {_code(doubt)}{_seen(doubt)}"


def _all_good(doubt: Doubt) -> str:
    return f"all {_rows(doubt.rows)} are good by {_code(doubt)}{_seen(doubt)}"


def _code(doubt: Doubt) -> str:
    """A condition as code; one with names in backquotes of their own in other quotes, as a backquote ends the code."""
    return f"‘{doubt.condition}’" if "`" in doubt.condition else f"`{doubt.condition}`"


def _far(doubt: Doubt) -> str:
    target = exact(doubt.target or 0.0, doubt.unit)
    low, high = (amount(value or 0.0, doubt.unit) for value in (doubt.low, doubt.high))
    is_beyond = abs(doubt.target or 0.0) > FAR * max(abs(doubt.low or 0.0), abs(doubt.high or 0.0))
    how = "more than ten times the largest" if is_beyond else "less than a tenth of the smallest"
    if not is_beyond and FAR * abs(doubt.target or 0.0) >= min(abs(doubt.low or 0.0), abs(doubt.high or 0.0)):
        is_above = abs(doubt.target or 0.0) > abs(doubt.median or 0.0)
        how = "more than ten times the median" if is_above else "less than a tenth of the median"
    unsaid = f"; nothing says that {doubt.column} is in {doubt.unit}" if doubt.column else ""
    return f"the target of {target} lies far from what was measured, {low} to {high} a period: {how}{unsaid}"


def _swapped(doubt: Doubt) -> str:
    where = f"in {doubt.fits:,} of {_rows(doubt.rows)}"
    return f"the end {doubt.end} lies before the start {doubt.start} {where}: from and to look swapped"


def _other_scale(doubt: Doubt) -> str:
    others = f", {doubt.fits:,} of {_rows(doubt.rows)} no whole number from 0 to 10" if doubt.fits else ""
    return f"nothing shows that the answers go from 0 to 10, as nps needs{_seen(doubt)}{others}"


def _more_than_all(doubt: Doubt) -> str:
    whole = exact(units.whole(doubt.unit) or 0, doubt.unit)
    return f"{doubt.fits:,} of {_rows(doubt.rows)} are above {whole}, which a part of a whole cannot be{_seen(doubt)}"


def _total_so_far(doubt: Doubt) -> str:
    (column,) = doubt.seen
    low, high = (amount(float(end), doubt.unit) for end in column.span or (0.0, 0.0))
    again = "a total so far counts again what was there before"
    if doubt.anew is not Anew.NEVER:
        back = f"falls back at the turn of {plural(doubt.fits, doubt.anew)}"
        return f"{column.column} never falls within a {doubt.anew} and {back}, {low} to {high}: {again}"
    return f"{column.column} never falls in {_rows(doubt.rows)}, from {low} to {high}: {again}"


def _last_of_several(doubt: Doubt) -> str:
    (column,) = doubt.seen
    low, high = (amount(float(end), doubt.unit) for end in column.span or (0.0, 0.0))
    often = f"in {doubt.fits:,} of {plural(doubt.rows, 'period')} several rows share the last moment and differ"
    newest = f"{sum(column.counts.values()):,} rows of {low} to {high} in the newest of these"
    return f"{often}, {newest}: only the largest {column.column} counts"


_SAID = {
    DoubtKind.SWAPPED: _swapped,
    DoubtKind.FIRST_OF_BLOCK: _first_of_block,
    DoubtKind.WHERE_MATCHES_NONE: _none_where,
    DoubtKind.WHERE_MATCHES_ALL: _all_where,
    DoubtKind.GOOD_MATCHES_NONE: _none_good,
    DoubtKind.GOOD_MATCHES_ALL: _all_good,
    DoubtKind.TARGET_FAR_OUTSIDE: _far,
    DoubtKind.OTHER_SCALE: _other_scale,
    DoubtKind.MORE_THAN_ALL: _more_than_all,
    DoubtKind.TOTAL_SO_FAR: _total_so_far,
    DoubtKind.LAST_OF_SEVERAL: _last_of_several,
}
_MENDING = {
    DoubtKind.FIRST_OF_BLOCK: "write the name into every row of its block",
    DoubtKind.SWAPPED: "swap from and to",
    DoubtKind.WHERE_MATCHES_NONE: "correct the condition",
    DoubtKind.WHERE_MATCHES_ALL: "correct the condition",
    DoubtKind.GOOD_MATCHES_NONE: "correct the condition",
    DoubtKind.GOOD_MATCHES_ALL: "correct the condition",
    DoubtKind.TARGET_FAR_OUTSIDE: "correct the target or its unit",
    DoubtKind.OTHER_SCALE: "name the column of the answers from 0 to 10, or take the mean",
    DoubtKind.MORE_THAN_ALL: "correct these rows or the unit",
    DoubtKind.TOTAL_SO_FAR: "take what was added in each period, such as the difference to the row before",
    DoubtKind.LAST_OF_SEVERAL: "take the rows of one thing (where), or a file with one row a moment",
}


def _seen(doubt: Doubt) -> str:
    return "".join(f"; {one.column} holds {_held(one)}" for one in doubt.seen)


def _held(held: Held) -> str:
    if held.span is not None:
        low, high = (amount(end) if isinstance(end, float) else end for end in held.span)
        told = [f"{low} to {high}" if low != high else f"{low}"]
    elif held.is_many or (len(held.counts) > SHOWN and max(held.counts.values()) == 1):  # each once: no counts are told
        told = [f"many different values, such as {', '.join(_cell(text) for text, _ in held.frequent)}"]
    else:
        told = [f"{_cell(text)} ({count:,})" for text, count in held.frequent]
        left = len(held.counts) - len(told)
        told += [f"{left:,} other value{'s' if left > 1 else ''}"] if left else []
    told += [f"nothing ({held.empty:,})"] if held.empty else []
    return ", ".join(told)


def _cell(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _CELL else f"{flat[: _CELL - 1]}…"


def _rows(count: int) -> str:
    return plural(count, "row")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
