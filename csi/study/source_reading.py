"""One source of a study: where its rows come from, and how their text is to be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from csi.definition import SourceDefinition
from csi.errors import InvalidInput
from csi.reading.connectors import placeholders
from csi.reading.moments import check_order, zone
from csi.series.cadence import longest_silence
from csi.study.gathering import FILES, paths_of
from csi.study.keys import Keys
from csi.study.of_sheets import SHEETS

_ORIGINS = ("file", "url", "sql", "prometheus")
# What step 3's ways in understand beside the keys of every source.
_OPTIONS = (
    "link",
    "join",
    "melt",
    "rows",
    "units",
    "query",
    "since",
    "from",
    "to",
    "step",
    "paging",
    "headers",
    "discards",
    "meant",
)
# Which of the keys are of use to a source of which origin; what is not in here is to all.
_TEXTS = dict.fromkeys(("encoding", "delimiter", "decimal", "sheet", "header_row", "rows"), ("file", "url"))
_ASKED = dict.fromkeys(("from", "to"), ("url", "sql", "prometheus"))
_OF_ORIGIN = {
    **_TEXTS,
    **_ASKED,
    "query": ("sql", "prometheus"),
    "since": ("sql",),
    "step": ("prometheus",),
    "paging": ("url",),
    "headers": ("url", "prometheus"),
}
# Source: RFC 9110, 5.6.2 (token). The others are set by the request itself.
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OWN_HEADERS = ("host", "content-length", "content-type", "connection", "transfer-encoding", "accept-encoding")
_SECRET = re.compile(r"(?i)auth|token|key|secret|cookie|pass|session|signature|credential")
_DECIMALS = (".", ",")
_NO_DELIMITERS = '"\n\r\x00'
_LAST_HEADER = 1_000  # ours


def zone_of(keys: Keys, key: str, default: str = "", *, needed: str = "") -> str:
    """The name of a time zone; the default when absent or unknown."""
    name = keys.text(key, default, needed=needed)
    if name:
        try:
            zone(name)
        except InvalidInput as error:
            keys.wrong(key, error.reason)
            return default
    return name


def source_of(name: str, keys: Keys, reporting_zone: str, folder: Path | None = None) -> SourceDefinition:
    """One entry under ``sources``. What is wrong is noted; with a folder, also a file that is not there."""
    file, files = _one_or_more(keys, "file")
    sheet, sheets = _one_or_more(keys, "sheet")
    more = {FILES: files, SHEETS: (sheet, *sheets) if sheets else ()}
    origins = {origin: file if origin == "file" else keys.text(origin) for origin in _ORIGINS}
    said = sum(bool(text) for text in origins.values())
    held = keys.notes.held
    if said > 1 or (not said and name not in (held or ())):
        rows = "" if held is None else f", or its rows among the frames (handed over: {', '.join(held) or 'none'})"
        keys.notes.wrong(keys.path, f"expected exactly one of file, url, sql or prometheus{rows}")
    columns, by_column = _columns(keys)
    dates, also_by_column = _dates(keys)
    zones = keys.keys("zones")
    source = SourceDefinition(
        id=name,
        file=origins["file"],
        url=origins["url"],
        sql=origins["sql"],
        prometheus=origins["prometheus"],
        timezone=zone_of(keys, "timezone", reporting_zone) or reporting_zone,
        dates=dates,
        column_dates={**also_by_column, **by_column},
        zones={column: name for column in zones.mapping if (name := zone_of(zones, column, needed="a time zone"))},
        missing=keys.texts("missing"),
        key=keys.text("key"),
        latest_by=keys.text("latest_by"),
        cadence=_cadence(keys),
        encoding=keys.text("encoding") or None,
        delimiter=_delimiter(keys),
        decimal=keys.choice("decimal", _DECIMALS) or None,
        sheet=None if sheets else sheet or None,
        header_row=_header_row(keys),
        columns=columns,
        options={**_options(keys), **{key: list(names) for key, names in more.items() if names}},
    )
    _tell_useless(keys, [origin for origin, text in origins.items() if text])
    _tell_unknown(keys, source)
    for kind, told in (("zones", source.zones), ("column_dates", source.column_dates)):
        if name := source.divided(told):
            keys.wrong(kind, source.told_twice(name, told))
    if source.latest_by and not source.key:
        keys.wrong("latest_by", "needs a key: it says which row of a key counts")
    if source.file and folder is not None:
        _look_for(source, keys, folder)
    keys.end()
    return source


def _one_or_more(keys: Keys, key: str) -> tuple[str, tuple[str, ...]]:
    """A text, or the first of a list of them with the others."""
    if not isinstance(keys.get(key), list):
        return keys.text(key), ()
    names = dict.fromkeys(name for name in keys.texts(key) if name)
    if not names:
        keys.wrong(key, "is an empty list; expected a text, or several")
    first, *others = names or [""]
    return first, tuple(others)


def _tell_useless(keys: Keys, origins: Sequence[str]) -> None:
    """A key that would be read over in silence is told."""
    for key, meant in _OF_ORIGIN.items():
        if keys.mapping.get(key) is not None and origins and not {*origins} & {*meant}:
            expected = " or ".join(f"{one}:" for one in meant)
            keys.wrong(key, f"is of no use beside {origins[0]}:; expected it beside {expected} only")


def _tell_unknown(keys: Keys, source: SourceDefinition) -> None:
    """A ``${NAME}`` that cannot be filled in, where it is known what can be."""
    for key, text in placeholders.asked_for(source):
        for name in placeholders.names(text):
            known = keys.notes.environment
            if not placeholders.is_name(name) or (known is not None and name not in known):
                keys.wrong(key, placeholders.missing(name))


def _cadence(keys: Keys) -> str:
    """How often rows are due, as written."""
    text = keys.text("cadence")
    try:
        longest_silence(text)
    except InvalidInput as error:
        keys.wrong("cadence", error.reason)
    return text


def _look_for(source: SourceDefinition, keys: Keys, folder: Path) -> None:
    try:
        paths_of(source, folder)
    except InvalidInput as error:
        keys.wrong("file", error.reason)


def _delimiter(keys: Keys) -> str | None:
    """One character as written: it may be a blank."""
    value = keys.get("delimiter")
    if value is None:
        return None
    if not isinstance(value, str) or len(value) != 1 or value in _NO_DELIMITERS:
        keys.wrong("delimiter", 'expected one character such as ",", ";", "|" or "\\t" (in double quotes)')
        return None
    return value


def _header_row(keys: Keys) -> int | None:
    """The line the names stand in; 0 for a file without."""
    row = keys.whole("header_row")
    if row is not None and not 0 <= row <= _LAST_HEADER:
        keys.wrong("header_row", f"expected the line of the header from 1 to {_LAST_HEADER}, or 0 for none, not {row}")
        return None
    return row


def _options(keys: Keys) -> dict[str, Any]:
    """What the ways in of step 3 understand beside the keys of every source."""
    said = {key: value for key in _OPTIONS if (value := keys.get(key)) is not None}
    below = keys.keys("options")
    below.end(*_OPTIONS, "moments", "numbers", FILES, SHEETS)
    said.update(below.mapping)
    for key, form in _FORMS.items():
        if key in said:
            said[key] = form(Keys(said, keys.path, keys.notes), key)
    return said


def _join(keys: Keys, key: str) -> dict[str, list[str]]:
    """A new column by its name, and the columns it is joined of."""
    below = keys.keys(key)
    return {name: list(below.texts(name)) for name in below.mapping}


def _melt(keys: Keys, key: str) -> dict[str, Any]:
    """The columns to keep; all others become rows, their name in one column and their cell in another."""
    below = keys.keys(key)
    names = {name: text for name in ("name", "value") if (text := below.text(name))}
    kept = list(below.texts("keep"))
    if not kept:
        below.wrong("keep", "is missing; expected a list of the columns that stay as they are")
    below.end()
    return {"keep": kept, **names}


def _count(keys: Keys, key: str) -> int:
    """A whole number of rows."""
    number = keys.whole(key)
    if number is not None and number < 0:
        keys.wrong(key, f"expected how many rows the key may leave out, not {number}")
    return max(0, number or 0)


def _names(keys: Keys, key: str) -> list[str]:
    return list(keys.texts(key))


def _units(above: Keys, key: str) -> dict[str, Any]:
    """The unit of each column, or the column that names it."""
    keys = above.keys(key)
    found: dict[str, Any] = {}
    for column, unit in keys.mapping.items():
        name = unit.get("column") if isinstance(unit, Mapping) and set(unit) == {"column"} else unit
        if isinstance(name, str) and name.strip():
            found[column] = unit
        else:
            keys.wrong(column, "expected a unit such as ms, or {column: the column that names each row's unit}")
    return found


def _headers(above: Keys, key: str) -> dict[str, str]:
    """What is sent beside the question; a secret among it stands in the environment, never in a study."""
    keys = above.keys(key)
    found = {name: keys.text(name, needed="a text such as Bearer ${TOKEN}") for name in keys.mapping}
    for name, value in found.items():
        if not _HEADER.fullmatch(name) or name.lower() in _OWN_HEADERS:
            keys.wrong(name, "is no header that can be set; expected one such as Authorization or PRIVATE-TOKEN")
        elif _SECRET.search(name) and value and not placeholders.names(value):
            keys.wrong(name, "would keep a secret in the study; expected it from the environment, as in ${TOKEN}")
        elif any(sign in value for sign in "\r\n\x00"):
            keys.wrong(name, "expected one line")
    return found


_FORMS: dict[str, Callable[[Keys, str], Any]] = {
    "units": _units,
    "headers": _headers,
    "join": _join,
    "melt": _melt,
    "moments": _names,
    "numbers": _names,
    "meant": _names,
    FILES: _names,
    SHEETS: _names,
    "discards": _count,
}


def _columns(keys: Keys) -> tuple[dict[str, str], dict[str, str]]:
    """Renamed columns, and date orders by column: ``{Opened: opened_at}`` or ``{Opened: {name: …, dates: …}}``."""
    names: dict[str, str] = {}
    orders: dict[str, str] = {}
    columns = keys.keys("columns")
    for old, value in columns.mapping.items():
        if not isinstance(value, Mapping):
            names[old] = columns.text(old)
            continue
        one = columns.keys(old)
        new = one.text("name", old)
        if new != old:
            names[old] = new
        if one.get("dates") is not None:
            orders[new] = _order(one, "dates")
        one.end()
    return names, orders


_OPEN = (
    "is left to choose; expected day_first (29/2) or month_first (2/29), or year_first (16/2/29) where the year has "
    "two digits, as the file writes it"
)


def _dates(keys: Keys) -> tuple[str, dict[str, str]]:
    """The date order, and those of single columns (``{default: iso, closed_on: day_first}``)."""
    orders: dict[str, str] = {}
    by_column = keys.keys("column_dates")
    orders.update({column: _order(by_column, column) for column in by_column.mapping})
    if "dates" in keys.mapping and keys.get("dates") is None:
        keys.wrong("dates", _OPEN)
        return "iso", orders
    if not isinstance(keys.get("dates"), Mapping):
        return _order(keys, "dates", "iso"), orders
    several = keys.keys("dates")
    orders.update({column: _order(several, column) for column in several.mapping if column != "default"})
    return _order(several, "default", "iso"), orders


def _order(keys: Keys, key: str, default: str = "") -> str:
    order = keys.text(key, default, needed="" if default else "a date order")
    try:
        check_order(order)
    except InvalidInput as error:
        keys.wrong(key, error.reason)
        return default or "iso"
    return order
