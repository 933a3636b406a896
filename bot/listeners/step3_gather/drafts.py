"""What stands in the mapping form: filled in from what is known, carried along as it is shown anew, read when sent.

Fields that are folded away stay in the form's memory, so that the whole of it is read whatever is in sight.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from bot import forms
from bot.blocks import step3_gather as blocks
from bot.listeners.step3_gather.zoning import zones_text, zones_typed
from csi.definition import SourceDefinition
from csi.errors import InvalidInput, InvalidInputs
from csi.models import Source
from csi.reading.layout import Layout
from csi.reading.moments import check_order, zone
from csi.reading.proposing import joined

Draft = dict[str, str | list[str]]
Body = Mapping[str, Any]
_COLUMNS = ("at", "key", "latest_by", "value")
_ONCE = "once."  # before a field that names a column which the sheet in sight does not have
COMMONEST = "cp1252"  # encoding of files that are not in UTF-8
_MOST_KEPT = 100  # columns of a wide table that a form remembers


def drafted(
    layout: Layout,
    known: SourceDefinition,
    sources: Sequence[Source],
    chosen: Source | None,
    filename: str,
    *,
    as_before: bool = False,
) -> Draft:
    """What a form is filled in with: how the source is read, else what the file suggests.

    ``as_before``: ``known`` is how the source is read, so that a person has said already how its dates are written.
    """
    moments, numbers = known.options.get("moments") or ("",), known.options.get("numbers") or ("",)
    moment, *rest = (known.options.get("join") or {}).get(moments[0], moments[:1])
    melt = known.options.get("melt") or {}
    named = {"at": moment, "key": known.key, "latest_by": known.latest_by, "value": numbers[0]}
    pattern = known.dates if "%" in known.dates else ""
    found: Draft = {
        "source": str(chosen.id) if chosen else "" if sources else blocks.NEW_SOURCE,
        "source_name": blocks.stem(filename),
        **{field: blocks.value_of(name) for field, name in named.items() if name in layout.names},
        "dates": "" if layout.ambiguous and not as_before else "pattern" if pattern else known.dates,
        "pattern": pattern,
        "timezone": known.timezone,
        "zones": zones_text(known.zones, layout.names),
        "missing": ", ".join(known.missing),
        "decimal": _decimal(layout, known, as_before=as_before),
        "time": [blocks.value_of(name) for name in rest if name in layout.names],
        "keep": [blocks.value_of(name) for name in melt.get("keep", ()) if name in layout.names][:_MOST_KEPT],
        **written(layout),
        **({} if as_before or known.encoding else _letters(layout)),
    }
    units = {column.name: column.unit for column in layout.columns if column.unit}
    units |= {name: unit for name, unit in (known.options.get("units") or {}).items() if isinstance(unit, str)}
    return found | {
        f"{blocks.UNIT}{blocks.value_of(name)}": unit
        for name, unit in units.items()
        if name == blocks.MELTED or (name in layout.names and _reads(layout, name))
    }


def _letters(layout: Layout) -> Draft:
    """The encoding where several fit alike: the commonest is filled in, of the others nobody can know."""
    return {"encoding": COMMONEST if layout.encoding == COMMONEST else ""} if layout.alike else {}


def _decimal(layout: Layout, known: SourceDefinition, *, as_before: bool) -> str:
    """The sign before decimals; empty where nobody has said it and no cell tells."""
    if layout.undecided:
        return known.decimal or "" if as_before else ""
    return known.decimal or layout.decimal


def _reads(layout: Layout, name: str) -> bool:
    """Whether a column can hold numbers at all."""
    return next(column for column in layout.columns if column.name == name).kind != "moment"


def written(layout: Layout) -> Draft:
    """How a file is written, as its form shows it."""
    delimiter = "tab" if layout.delimiter == "\t" else layout.delimiter
    sheet = blocks.value_of(layout.sheet) if layout.sheet else ""
    return {"sheet": sheet, "header_row": str(layout.header_row), "delimiter": delimiter, "encoding": layout.encoding}


def typed(view: Body, hidden: Mapping[str, Any]) -> Draft:
    """What a form says now: what is in sight, and what its memory holds of what is not."""
    values = (view.get("state") or {}).get("values") or {}
    seen: Draft = {field: _plain(next(iter(held.values()), {})) for field, held in values.items()}
    return {**hidden, **seen}


def _plain(state: Mapping[str, Any]) -> str | list[str]:
    if "selected_options" in state:
        return [str(one["value"]) for one in state["selected_options"] or []]
    if "selected_option" in state:
        return str((state["selected_option"] or {}).get("value") or "")
    return str(state.get("value") or "")


def hidden(draft: Draft, shown: Sequence[str]) -> Draft:
    """What a form must remember as it does not show it."""
    return {field: value for field, value in draft.items() if field not in shown and value}


def moved(draft: Draft, before: Draft, guessed: Draft, layout: Layout) -> Draft:
    """A draft for a file that was looked at otherwise: what a person said stays, the rest is guessed anew.

    A column stays by its name, where the file has it now, and is remembered until it has. ``before`` is what was
    guessed the last time.
    """
    there = {blocks.NO_COLUMN, *(blocks.value_of(name) for name in (*layout.names, blocks.MELTED))}
    once = {field.removeprefix(_ONCE): value for field, value in draft.items() if field.startswith(_ONCE)}
    now = {field: value for field, value in draft.items() if not field.startswith(_ONCE)}
    said = once | {field: value for field, value in now.items() if (value or "") != (before.get(field) or "")}
    kept = {field: value for field, value in said.items() if there.issuperset(_columns_of(field, value))}
    waiting = {f"{_ONCE}{field}": value for field, value in said.items() if field not in kept}
    is_open = layout.alike and not draft.get("encoding")  # nobody has said how its letters are read
    return {**guessed, **kept, **waiting, **written(layout), **({"encoding": ""} if is_open else {})}


def _columns_of(field: str, value: str | list[str]) -> list[str]:
    """The columns that a field of a draft names."""
    if isinstance(value, list):
        return value
    if field.startswith(blocks.UNIT):
        return [field.removeprefix(blocks.UNIT)]
    return [value] if field in _COLUMNS and value else []


def stated(draft: Draft, layout: Layout, before: Mapping[str, Any]) -> dict[str, Any]:
    """What a person says of a file's form: what was said before, and what differs from how it was looked at.

    Raises:
        InvalidInputs: beside the fields that hold what they cannot.
    """
    read = _form(draft, layout)
    now = {
        "sheet": layout.sheet,
        "header_row": layout.header_row,
        "delimiter": layout.delimiter,
        "encoding": layout.encoding,
    }
    return {**before, **{name: value for name, value in read.items() if value not in (None, "") and value != now[name]}}


def _form(draft: Draft, layout: Layout) -> dict[str, Any]:
    sheets = {blocks.value_of(name): name for name in layout.sheets}
    view = _view(draft)
    said = forms.read(
        view,
        {
            "delimiter": forms.option(required=False),
            "encoding": forms.text(required=False, limit=30),
            "header_row": forms.whole(required=False, low=0, high=1_000),
            "sheet": forms.option(required=False),
        },
    )
    delimiter = "\t" if said["delimiter"] == "tab" else said["delimiter"]
    return {**said, "delimiter": delimiter, "sheet": sheets.get(str(said["sheet"] or ""))}


def _view(draft: Draft) -> dict[str, Any]:
    """A draft as a sent form holds it, whatever of it was in sight."""
    values: dict[str, Any] = {}
    for field, value in draft.items():
        if isinstance(value, list):
            values[field] = {field: {"selected_options": [{"value": one} for one in value]}}
        else:
            option = {"value": value} if value else None
            values[field] = {field: {"value": value, "selected_option": option}}
    return {"state": {"values": values}}


def said(
    draft: Draft,
    layout: Layout,
    stated: Mapping[str, Any],
    asked: Sequence[blocks.Asked],
    undecided: Sequence[str] = (),
) -> SourceDefinition:
    """The mapping a form says; ``asked`` are the number columns of which it asks how they are read, ``undecided`` those
    for which it asks what parts thousands.

    Raises:
        InvalidInputs: every field that holds what it cannot, each with its reason.
    """
    errors: list[InvalidInput] = []
    form = (
        _checked(
            errors,
            lambda: forms.read(
                _view(draft),
                {
                    "dates": forms.option(),
                    "pattern": forms.text(required=False, limit=60),
                    "timezone": forms.text(limit=60),
                    "zones": forms.text(required=False, limit=blocks.ZONED),
                    "missing": forms.text(required=False, limit=200),
                    "decimal": forms.option(required=False),
                },
            ),
        )
        or {}
    )
    columns = {name: picked(draft, name, layout) for name in _COLUMNS}
    rest = _several(draft, "time", layout)
    keep = [column.name for column in layout.columns if blocks.value_of(column.name) in (draft.get("keep") or ())]
    order = form.get("pattern") if form.get("dates") == "pattern" else form.get("dates")
    for error in _wrong(form, columns, rest, keep=bool(keep)):
        errors.append(error)
    if layout.alike and not draft.get("encoding"):
        errors.append(InvalidInput("encoding", "Please choose one: nothing in the file says which."))
    if undecided and not form.get("decimal"):
        errors.append(InvalidInput("decimal", "Please choose one: nothing in the file says which."))
    if form:
        _checked(errors, lambda: zone(form["timezone"]))
        _checked(errors, lambda: check_order(str(order)) if "%" in str(order) or form["dates"] != "pattern" else None)
    zones = _checked(errors, lambda: zones_typed(form.get("zones", ""), layout.names))
    units = dict(_units(draft, layout, asked, errors))
    if errors:
        raise InvalidInputs(errors)
    return SourceDefinition(
        id="",
        timezone=form["timezone"],
        dates=str(order),
        column_dates=_other_orders(layout, str(order), columns["at"]),
        zones=zones,
        missing=tuple(dict.fromkeys(word.strip() for word in form["missing"].split(",") if word.strip())),
        key=columns["key"],
        latest_by=columns["latest_by"],
        decimal=_told_decimal(layout, str(form["decimal"] or "")),
        options=_options(columns, rest, keep, units),
        **stated,
    )


def _told_decimal(layout: Layout, said: str) -> str | None:
    """The sign that cells or a person tell; None: a guess, which the next delivery need not bear out."""
    is_guess = not layout.tells_decimal and not layout.undecided and said == layout.decimal
    return None if is_guess or not said else said


def _checked(errors: list[InvalidInput], read: Callable[[], Any]) -> Any:
    """What reading gives, its errors set aside so that all of a form are told at once."""
    try:
        return read()
    except InvalidInputs as several:
        errors += several.errors
    except InvalidInput as one:
        errors.append(one)
    return None


def _wrong(
    form: Mapping[str, Any], columns: Mapping[str, str], rest: Sequence[str], *, keep: bool
) -> Iterator[InvalidInput]:
    """What does not fit together."""
    if form.get("dates") == "pattern" and "%" not in form["pattern"]:
        yield InvalidInput("pattern", "Expected a pattern such as %d-%b-%Y %H:%M.")
    if columns["latest_by"] and not columns["key"]:
        yield InvalidInput("key", "Which row is the latest needs a column that names a case.")
    if not keep and not columns["at"]:
        yield InvalidInput("at", "Please choose the column that dates a row.")
    if not keep and columns["at"] in rest:
        yield InvalidInput("time", "Expected other columns than the one that dates a row.")


def picked(draft: Draft, field: str, layout: Layout) -> str:
    """The name of the chosen column; empty when none was, or it is not there any more."""
    return next((name for name in layout.names if blocks.value_of(name) == draft.get(field)), "")


def _several(draft: Draft, field: str, layout: Layout) -> list[str]:
    """The names of the chosen columns, as they were chosen; without those that are not there any more."""
    names = {blocks.value_of(name): name for name in layout.names}
    return [names[value] for value in draft.get(field) or () if value in names]


def _units(
    draft: Draft, layout: Layout, asked: Sequence[blocks.Asked], errors: list[InvalidInput]
) -> Iterator[tuple[str, str]]:
    """The unit of each number column that was said, or that its header or cells say."""
    for question in asked:
        unit = str(draft.get(question.field) or "")
        if unit not in question.choices and (question.is_clock or unit == blocks.PLAIN):
            unit = ""  # said while it was asked otherwise
        if unit and unit != blocks.PLAIN:
            yield question.name, unit
        elif not unit and question.must_be_said:
            errors.append(InvalidInput(question.field, f"Please choose one: {question.unsaid}."))
    names = {question.name for question in asked}
    for column in (one for one in layout.columns if one.name not in names):
        unit = str(draft.get(f"{blocks.UNIT}{blocks.value_of(column.name)}") or "")
        if unit not in ("", blocks.PLAIN, column.unit):  # else it is what the file says itself
            yield column.name, unit


def _options(
    columns: Mapping[str, str], rest: Sequence[str], keep: Sequence[str], units: Mapping[str, str]
) -> dict[str, Any]:
    """What dates a row, which columns hold numbers, in which units they are."""
    if keep:
        dated: dict[str, Any] = {
            "melt": {"keep": list(keep), "name": "period", "value": blocks.MELTED},
            "moments": ["period"],
        }
    else:
        dated = joined(columns["at"], *rest) if rest else {"moments": [columns["at"]]}
    numbers = [blocks.MELTED] if keep else [columns["value"]] if columns["value"] else []
    return {**dated, "numbers": numbers, **({"units": dict(units)} if units else {})}


def _other_orders(layout: Layout, order: str, asked: str) -> dict[str, str]:
    """Columns that are clearly written in another order than the one said, which is that of the column ``asked``."""
    told = [column for column in layout.columns if column.dates and not column.ambiguous and column.name != asked]
    return {column.name: column.dates for column in told if column.dates != order}
