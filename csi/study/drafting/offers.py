"""KPIs that a file's columns can give: of a known program, of the catalogue by its names, or by what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from csi.kpi_catalogue import entries, fill
from csi.kpi_catalogue.entry import Entry
from csi.reading.column_headers import may_be_length, unit_in
from csi.reading.exports import computable, of_layout, quoting
from csi.reading.name_words import folded, says_code
from csi.reading.quantities import PLAIN
from csi.reading.unit_table import find
from csi.series.expression import columns_of
from csi.series.proven_units import proven
from csi.study.drafting.answers import answers
from csi.study.drafting.looked import Held, Looked
from csi.study.drafting.offer import UNKNOWN, Offer, slug
from csi.study.drafting.quotients import sides
from csi.study.drafting.wished import direction_of, says_counted

_OF_ROWS = ("value", "where", "good")
_ORDERED = 0.98  # of the rows with both moments, the second not before the first; ours
_OVERLAP = 0.1  # of a part's span that the next may begin before its end; ours
_PERIODS, _MEET = 3, 0.9  # rows, and the share of them that begin where another ends, for these to be periods; ours
_FILLED = 0.2  # of the rows, a moment that ends something; ours
# Names of moments at which something is due, in the languages exports come in: no length of time ends there.
_DUE = re.compile(
    r"(?i)\b(?:due|target|deadline|breach|sla|fällig|faellig|frist|ziel|soll|échéance|echeance|limite|vencimiento|plazo"
    r"|prazo|vencimento|scadenza|termine|deadline|vervaldatum|streef|termin)|期限|截止|기한"
)
_ANSWERED = re.compile(
    r"^(?!.*\bfirst\b).*\b(?:answered|rated|survey|beantwortet|bewertet|repondu|encuesta|pesquisa)\b"
)
_EVERY_HOUR = "every hour counts: write clock: business once calendar: says the opening hours"
_PIECES = frozenset({"#", "stk", "stück", "pcs", "szt"})
_UNIT_UNSAID = "what the numbers are in, such as min, EUR or %: the file does not say"
READABLE = 0.98  # of the cells of a column of amounts; ours
_DIGITS, _SEVERAL = 5, 20  # whole numbers all so long, and as many different: postcodes, phone numbers; ours
_YEARS = (1990, 2035)  # what is all within these is taken for years; ours
# Source: RFC 9110, 15 (status codes), and 429 of RFC 6585.
_HTTP_OK = frozenset({200, 201, 204})
_HTTP = frozenset({*range(100, 104), *range(200, 209), *range(300, 309), *range(400, 430), *range(500, 512)})
_DIFFERENT = 0.9  # of the values of a column that is a code rather than an amount; ours
MOST = 8  # KPIs of one kind offered from one file; ours
_SECOND = 1e9  # nanoseconds, the base of the table of units
_HOUR, _DAY = np.timedelta64(1, "h"), np.timedelta64(1, "D")


def offers(file: Looked) -> list[Offer]:
    """What can be measured, the surest first; none is tested by more than a look at the columns yet."""
    if known := list(_of_program(file)):
        # Of its other columns somebody who knows the program said nothing; a form's questions are everybody's own.
        is_form = all(one.keys.get("measure") == "count" for one in known) and bool(first_moment(file))
        return known + (list(answers(file, _answered_at(file))) if is_form else [])
    found = list(_of_catalogue(file))[:MOST]
    ids = {one.keys.get("kpi") for one in found}
    spoken = any(isinstance(one.keys.get("value"), Mapping) or ids & {"K02", "K03", "K25"} for one in found)
    found += [
        one
        for one in _volume(file)
        if not any(one.keys["at"] == of.keys.get("at") and of.keys.get("measure") == "count" for of in found)
    ]
    found += [] if spoken else list(_durations(file))
    answered = list(answers(file, _answered_at(file))) if first_moment(file) else []
    answered += [] if answered else list(_ratios(file))
    of = {one.column for one in answered}
    return found + answered + [one for one in _amounts(file) if one.column not in of][:MOST]


def _of_program(file: Looked) -> Iterator[Offer]:
    """What is known of the program that wrote the file, where it is known."""
    export = of_layout(file.layout)
    if export is None:
        return
    for one in computable(export):
        entry = entries().get(one.catalogue)
        direction = "" if entry is None else _direction(entry)
        # What the entry would add though it is not so here is written as empty: its columns are not this file's.
        unsaid = {key: None for key in _OF_ROWS if entry and key in entry.computed}
        keys = {**({"kpi": one.catalogue} if entry else {}), "source": file.id, **unsaid, **one.definition}
        asks = {} if direction else {"direction": UNKNOWN}
        if not direction:
            keys["direction"] = "lower"
        if on_wall := _on_wall_clock(keys.get("value")):
            keys["value"], asks = on_wall, {**asks, "value": _EVERY_HOUR}
        name = slug(entry.name.partition("(")[0]) if entry else one.id
        yield Offer(name, keys, f"an export of {export.name}; it reads {', '.join(one.columns)}", asks)


def _direction(entry: Entry) -> str:
    return str(fill({"kpi": entry.id}).get("direction") or "")


def _of_catalogue(file: Looked) -> Iterator[Offer]:
    """Entries of the catalogue whose columns are in the file by the catalogue's own names."""
    there, taken = set(file.filled), []
    for entry in entries().values():
        wanted = _columns(entry.computed)
        if entry.qualitative:
            continue  # what its answers say of a KPI is told by their values
        if wanted and wanted <= there and {*entry.required_fields} <= there and _direction(entry):
            shape = (entry.computed.get("measure") == "share", entry.computed.get("value"), entry.computed.get("good"))
            if isinstance(shape[1], Mapping):  # the age of a problem is the time an incident took, by another name
                shape = (entry.computed.get("measure") == "backlog", {**shape[1], "unit": "", "clock": ""}, None)
            if shape in taken:
                continue
            taken.append(shape)
            on_wall = _on_wall_clock(entry.computed.get("value"))
            keys = {"kpi": entry.id, "source": file.id, **({"value": on_wall} if on_wall else {})}
            why = f"the catalogue's {entry.id}, by its own column names"
            yield Offer(slug(entry.name.partition("(")[0]), keys, why, {"value": _EVERY_HOUR} if on_wall else {})


def _on_wall_clock(value: Any) -> dict[str, Any]:
    """A length of time on business hours as one on every hour: a draft has no calendar. Empty for any other value."""
    is_business = isinstance(value, Mapping) and value.get("clock") == "business"
    return {**value, "clock": "wall"} if is_business else {}


def _columns(computed: Mapping[str, Any]) -> set[str]:
    """The columns a catalogue entry reads; none where it leaves something for a team to say."""
    if not computed.get("at") or (computed.get("measure") == "share" and not computed.get("good")):
        return set()
    value = computed.get("value")
    parts = {value.get("from"), value.get("to")} if isinstance(value, Mapping) else {value}
    named = {name for key in ("where", "good") for name in columns_of(str(computed.get(key) or ""))}
    return {str(one) for one in {computed["at"], *parts, *named} if one}


def _volume(file: Looked) -> Iterator[Offer]:
    """How many rows fall into a period, by the first moment."""
    at = first_moment(file)
    if (
        at and not is_series(file) and not file.series and "melt" not in file.source.options
    ):  # a cell of a wide table is no case
        asks = {"direction": UNKNOWN}
        keys = {"name": f"Rows by {at}", "source": file.id, "at": at, "measure": "count", "direction": "lower"}
        yield Offer(f"volume_{slug(file.id)}", keys, _readable(file, at), asks)


def is_series(file: Looked) -> bool:
    """Whether the file is a series of amounts, one row a moment, rather than a list of cases."""
    return _is_by_moment(file) and any(_is_amount(file, name) for name in file.numbers)


def _is_by_moment(file: Looked) -> bool:
    """Whether each row has a moment of its own and nothing else to be told by."""
    at = first_moment(file)
    return bool(at) and file.distinct.get(at, 0) == file.rows and not file.key and len(file.moments) == 1


def first_moment(file: Looked) -> str:
    """The moment a row begins with: what the mapping proposes, else the one the others come after."""
    proposed = [name for name in file.source.options.get("moments", ()) if name in file.moments]
    names = [name for name in file.moments if name != file.source.latest_by and not _DUE.search(name)]
    before = {
        name: sum(_after(file.moments[name], file.moments[other]) >= _ORDERED for other in names) for name in names
    }
    best = max(before.values(), default=0)
    earliest = [name for name in names if before[name] == best]
    return next((name for name in proposed if name in earliest), earliest[0] if earliest else "")


def follow(file: Looked) -> bool:
    """Whether the parts of a source come one after the other in time, as the sheets of months do."""
    at = first_moment(file)
    if not at:
        return False
    ends = np.cumsum(file.lengths)
    values = [part[~np.isnat(part)] for part in np.split(file.moments[at].values, ends[:-1])]
    spans = sorted((part.min(), part.max()) for part in values if len(part))
    return all(second[0] >= first[1] - _OVERLAP * (first[1] - first[0]) for first, second in pairwise(spans))


def _after(one: Held, other: Held) -> float:
    """Of the rows that hold both moments, the share in which the other is not before the one."""
    both = ~(np.isnat(one.values) | np.isnat(other.values))
    return float((other.values[both] >= one.values[both]).mean()) if both.any() else 0.0


def _durations(file: Looked) -> Iterator[Offer]:
    """The time from the first moment to each that ends something."""
    start = first_moment(file)
    for end, held in file.moments.items() if start else ():
        if end in (start, file.source.latest_by) or _DUE.search(end) or held.readable < _FILLED * file.rows:
            continue
        if _follow_on(file.moments[start].values, held.values):
            continue
        share = _after(file.moments[start], held)
        if share < _ORDERED:
            continue
        lengths = held.values - file.moments[start].values
        usual = np.median(lengths[~np.isnat(lengths)])
        if usual <= np.timedelta64(0):
            continue
        unit = _length(usual)
        keys = {
            "name": f"Median time from {start} to {end}",
            "source": file.id,
            "at": end,
            "measure": "median",
            "value": {"from": start, "to": end, "unit": unit},
            "unit": unit,
            "direction": "lower",
        }
        why = f"{end} is not before {start} in {100 * share:.0f} % of the rows with both; {_readable(file, end)}"
        yield Offer(slug(f"{start} to {end}"), keys, why)


def _follow_on(starts: np.ndarray, ends: np.ndarray) -> bool:
    """Whether each row begins where another ends, as periods do: how long these are tells nothing."""
    begun, ended = np.unique(starts[~np.isnat(starts)]), np.unique(ends[~np.isnat(ends)])
    shared = len(np.intersect1d(begun, ended, assume_unique=True))
    return bool(len(begun) >= _PERIODS and shared >= _MEET * (len(begun) - 1))


def _ratios(file: Looked) -> Iterator[Offer]:
    """Columns of per cents that are one count by another in every row: the mean of rows would weigh them wrongly."""
    at = first_moment(file)
    for name in file.numbers if at else ():
        found = sides(file, name) if _unit(file, name) == "%" and _is_amount(file, name) else None
        if found is None:
            continue
        above, below = found
        direction = direction_of(name)
        keys = {
            "name": name,
            "source": file.id,
            "at": at,
            "measure": "ratio",
            "unit": "%",
            "value": {"numerator": above, "denominator": below},
            "direction": direction or "higher",
        }
        why = f"it is {above} by {below} in the rows: their sums are taken, as a mean of rows weighs them wrongly"
        yield Offer(slug(name), keys, why, {} if direction else {"direction": UNKNOWN}, name)


def _amounts(file: Looked) -> Iterator[Offer]:
    """The mean of each column of numbers, whose unit and direction nobody but a person knows."""
    at = first_moment(file)
    if at and file.series:
        yield from _of_rows(file, at)
        return
    for name, held in file.numbers.items() if at else ():
        if not _is_amount(file, name):
            continue
        unit = _unit(file, name) or _proven(file, name) or ("count" if _is_count(file, name) else "")
        direction = direction_of(name, lasts=is_time(unit))
        asks = {} if direction else {"direction": UNKNOWN}
        if not unit:
            asks["unit"] = _UNIT_UNSAID
        keys = {
            "name": f"Mean of {name}",
            "source": file.id,
            "at": at,
            "measure": "mean",
            "value": name,
            "unit": unit or "count",
            "direction": direction or "lower",
        }
        why = f"{held.readable:,} of {held.filled:,} cells are numbers"
        yield Offer(slug(f"mean {name}"), keys, why, asks, name)


def _of_rows(file: Looked, at: str) -> Iterator[Offer]:
    """Each series of a table of periods for itself, as it stands there: tickets and per cent have no mean."""
    name = next(iter(file.numbers), "")
    for cells in file.series if name else ():
        label = " ".join(cells.values())
        unit = (
            unit_in(label)
            or _unit_beside(file, cells)
            or ("" if _names_unit(file) else file.forms.get(name, PLAIN).unit)
        )
        unit = unit or ("count" if says_counted(label) else "")
        direction = direction_of(label, lasts=is_time(unit))
        asks = {} if direction else {"direction": UNKNOWN}
        if not unit:
            asks["unit"] = _UNIT_UNSAID
        where = " and ".join(quoting.among(column, [cell]) for column, cell in cells.items())
        keys = {
            "name": label,
            "source": file.id,
            "at": at,
            "measure": "last",
            "value": name,
            **({"where": where} if len(file.series) > 1 else {}),
            "unit": unit or "count",
            "direction": direction or "lower",
        }
        yield Offer(slug(label), keys, "a series of its own in a table of periods", asks, name)


def _unit_beside(file: Looked, cells: Mapping[str, str]) -> str:
    """The unit that a column called so gives for a series; empty where none does, or nobody knows it."""
    told = file.units_beside.get(tuple(cells.values()), "")
    return "count" if says_counted(told) or told.casefold() in _PIECES else unit_in(f"({told})")


def _names_unit(file: Looked) -> bool:
    """Whether the name of a series of a table says a unit: then that of its cells is not one for all."""
    return any(unit_in(" ".join(cells.values())) for cells in file.series)


def _proven(file: Looked, name: str) -> str:
    """The unit, short to say, of numbers that are the time between two moments of their rows; empty for others."""
    frame = pd.DataFrame({one: pd.DatetimeIndex(held.values, tz="UTC") for one, held in file.moments.items()})
    unit = proven(frame.assign(**{name: file.numbers[name].values}), name, file.source)
    known = find(unit) if unit else None
    usual = np.nanmedian(file.numbers[name].values) * known.factor / _SECOND if known else 0
    return _length(np.timedelta64(int(usual), "s")) if usual > 0 else ""


def _is_count(file: Looked, name: str) -> bool:
    """Whether a column says that it counts things; one with parts of things does not."""
    return says_counted(name) and _are_whole(file.numbers[name].values)


def is_time(unit: str) -> bool:
    """Whether a unit is one of time."""
    found = find(unit) if unit else None
    return found is not None and found.dimension == "time"


def _answered_at(file: Looked) -> str:
    """The moment that dates an answer: its own, else the one that dates a row."""
    own = [name for name in file.moments if _ANSWERED.search(folded(name))]
    return next(iter(own), first_moment(file))


def _is_amount(file: Looked, name: str) -> bool:
    """Whether a column's numbers differ, can nearly all be read, and count something."""
    held = file.numbers[name]
    return file.distinct[name] > 1 and held.readable >= READABLE * held.filled and not _code(file, name)


def _unit(file: Looked, name: str) -> str:
    """The unit of a column, of lengths of time the one in which they are short to say; empty where nothing says it."""
    form = file.forms.get(name, PLAIN)
    if form.unit != "s" or form.bare:
        return form.unit
    usual = np.nanmedian(file.numbers[name].values)
    return _length(np.timedelta64(int(usual), "s")) if usual > 0 else form.unit


def _length(usual: np.timedelta64) -> str:
    """The unit in which a length of time is short to say."""
    return "min" if usual < _HOUR else "h" if usual < 14 * _DAY else "d"


def untold_clocks(file: Looked) -> list[str]:
    """The columns of clocks of two parts, ``3:02``, of which nothing tells hours from minutes."""
    return [name for name in file.numbers if file.forms.get(name, PLAIN).asks]


def passed_over(file: Looked) -> Iterator[tuple[str, str]]:
    """Columns of numbers that are not offered, and why not."""
    if any(True for _ in _of_program(file)):
        return
    for name, held in file.numbers.items():
        if name in untold_clocks(file):
            yield name, "3:02 may be hours or minutes: state it under units, as h:mm or min:s"
        elif held.mixed:
            yield name, held.mixed
        elif held.readable < READABLE * held.filled:
            yield name, f"{held.readable:,} of {held.filled:,} cells are numbers"
        elif file.distinct[name] > 1 and (why := _code(file, name)):
            yield name, why


def _code(file: Looked, name: str) -> str:
    """Why a number counts nothing but tells rows, people, places or things apart; empty where it counts."""
    if name == file.source.key:
        return "it is the key"
    values = file.numbers[name].values
    if says_code(name, whole=_are_whole(values)):
        return "by its name it tells things apart"
    if name in file.zeros:
        return "some begin with a zero, as codes do"
    is_melted = name == (file.source.options.get("melt") or {}).get("value")
    counts = is_melted or _is_by_moment(file) or _unit(file, name) or may_be_length(name)
    return "" if counts else _looks_coded(values)


def _are_whole(values: np.ndarray) -> bool:
    known = values[~np.isnan(values)]
    return bool((known == np.round(known)).all())


def _looks_coded(values: np.ndarray) -> str:
    """Why numbers look like codes; empty where they do not."""
    known = np.abs(values[~np.isnan(values)])
    if not len(known) or not _are_whole(known):
        return ""
    different = len(np.unique(known))
    if _YEARS[0] <= known.min() <= known.max() <= _YEARS[1]:
        return "all are whole numbers such as years are"
    if different > 1 and {*known} <= _HTTP and _HTTP_OK & {*known}:
        return "all are such as HTTP answers with (200, 404)"
    if different > _DIFFERENT * len(known):
        return "nearly every row has another whole number, as ids do"
    shortest, longest = (len(f"{one:.0f}") for one in (known.min(), known.max()))
    if different >= _SEVERAL and _DIGITS <= shortest == longest:
        return f"all are whole numbers of {longest} digits, as codes are"
    return ""


def _readable(file: Looked, name: str) -> str:
    """How many cells of a column are a moment, those aside that are taken for “not yet”."""
    held, taken = file.moments[name], sum(file.nothing.get(name, {}).values())
    return f"{held.readable - taken:,} of {held.filled:,} cells of {name} are a moment"
