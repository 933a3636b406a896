"""A drafted study as text: YAML with the reason of every guess beside it, and commented lines for what is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from csi.reading.column_headers import says_clock
from csi.reading.key_counts import MOST_OLDER
from csi.reading.kinds import is_known
from csi.reading.times_of_day import time_of_day
from csi.study.drafting.looked import Looked
from csi.study.drafting.offer import Offer
from csi.study.drafting.offers import passed_over
from csi.study.drafting.parts import file_key
from csi.study.drafting.windows import FEWEST, Span
from csi.words.wording import day

_ENDLESS = 1_000_000
_TOLD = 6  # names said in one line; ours
_RIVALS = 4  # encodings told beside the one taken; ours
_CELL = 24  # characters of a cell in one line; ours
_COLUMN = 44  # where comments begin, as long as what they are about is shorter


@dataclass(frozen=True, slots=True)
class Draft:
    """What a study is drafted from."""

    files: Sequence[Looked]
    folder: Path
    timezone: str
    service: str
    span: Span | None


def study_text(
    draft: Draft, working: Sequence[Offer], refused: Sequence[tuple[Offer, str]], *, settled: bool = False
) -> str:
    """The study; ``settled``: with what is left to choose chosen in some way, to be computed on trial."""
    lines = [
        "# Drafted from what the files show; the reason of every guess stands beside it.",
        "# What only you know is marked with a question mark: look at it, then csi run this file.",
        "study: 1",
        _line(0, "service", draft.service, "? its name; this is the file's"),
        _line(0, "timezone", draft.timezone, "? the zone you report in, such as Europe/Lisbon"),
        *_period(draft.span),
        "sources:",
        *(line for file in draft.files for line in _source(file, draft, settled)),
        "kpis:",
        *(line for offer in working for line in _kpi(offer)),
        *(line for offer, reason in refused for line in _left_out(offer, reason)),
        *(line for file in draft.files for line in _passed_over(file, working)),
        *_windows(draft, settled),
    ]
    return "\n".join(lines) + "\n"


def scalar(value: Any) -> str:
    """A value as YAML writes it on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=_ENDLESS, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...").strip()


def _line(depth: int, key: str, value: Any, why: str = "") -> str:
    said = f"{'  ' * depth}{scalar(key)}: {scalar(value)}"
    return f"{said:<{_COLUMN}}  # {_one_line(why)}" if why else said


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _period(span: Span | None) -> Iterator[str]:
    if span is None:
        yield _line(0, "period", "week")
        return
    whole = f"{span.whole:,} whole {span.period}{'s' * (span.whole != 1)} from {day(span.first)} to {day(span.last)}"
    yield _line(0, "period", str(span.period), whole)


def _source(file: Looked, draft: Draft, settled: bool) -> Iterator[str]:
    source, layout = file.source, file.layout
    yield f"  {scalar(file.id)}:"
    yield _line(2, "file", file_key([part.path for part in file.parts], draft.folder), _form(file))
    yield from _encoding(file)
    if sheets := [part.sheet for part in file.parts if part.sheet]:
        yield from _sheets(list(dict.fromkeys(sheets)), layout.sheets)
    yield _line(2, "timezone", source.timezone, "? the zone of stamps that say none")
    yield from _dates(file, settled)
    yield from (f"    # ? missing: {line}" for line in far_in(file))
    yield from (f"    # ? meant: {line}" for line in taken_in(file))
    if source.missing:
        asked = "? " if unsure_fillers(file) else ""
        yield _line(2, "missing", list(source.missing), f"{asked}cells that mean: nothing here{_filling(file)}")
    if layout.tells_decimal and source.decimal == ",":
        yield _line(2, "decimal", source.decimal, "as its numbers are written")
    yield from _key(file)
    for name in ("join", "melt", "units", "meant"):
        if source.options.get(name):
            yield _line(2, name, _plain(source.options[name]), _unsaid_clock(file) if name == "join" else "")
    if zones := getattr(source, "zones", None):
        yield _line(2, "zones", _plain(zones), "columns that are in a zone of their own")


def unsure_fillers(file: Looked) -> tuple[str, ...]:
    """Words taken to mean nothing by where they stand alone, for no language is known to say so."""
    return tuple(mark for mark in file.source.missing if mark in file.layout.filled_with and not is_known(mark))


def _filling(file: Looked) -> str:
    """Which cells hold what is taken to mean nothing, in the rows that were looked at."""
    told = [
        f"{mark} in {few([f'{count:,} of {name}' for name, count in file.layout.filled_with.get(mark, {}).items()])}"
        for mark in file.source.missing
        if file.layout.filled_with.get(mark)
    ]
    return f": {'; '.join(told[:_TOLD])}" if told else ""


def _encoding(file: Looked) -> Iterator[str]:
    """Where several encodings fit the letters alike: the likeliest, with a cell as each of them reads it."""
    if not file.layout.alike:
        return
    (_, taken), *others = file.layout.alike.items()
    read = [f"{encoding} {_short(cell)!r}" for encoding, cell in others[:_RIVALS]]
    yield _line(2, "encoding", file.layout.encoding, f"? reads {_short(taken)!r}; others fit alike: {', '.join(read)}")


def _short(cell: str) -> str:
    return cell if len(cell) <= _CELL else f"{cell[: _CELL - 1]}…"


def _sheets(read: Sequence[str], there: Sequence[str]) -> Iterator[str]:
    """The sheet that is read, or those, and which others there are."""
    others = [name for name in there if name not in read]
    also = f"there {'is' if len(others) == 1 else 'are'} also {few(others)}" if others else ""
    said = f"the same columns in {len(read)} sheets" if len(read) > 1 else ""
    why = "; ".join(text for text in (said, also) if text)
    yield _line(2, "sheet", read[0] if len(read) == 1 else list(read), f"? {why}" if why else "")


def few(names: Sequence[str]) -> str:
    """Some names in one line, and how many more there are."""
    more = len(names) - _TOLD
    return ", ".join(names[:_TOLD]) + (f" and {more:,} more" if more > 0 else "")


def reads_as(file: Looked) -> str:
    """In which orders the dates of a file can be read, for people."""
    *others, last = file.orders
    ways = "both ways" if len(file.orders) == 2 else f"in all {len(file.orders)} ways"
    return f"{', '.join(others)} or {last}; every date of {', '.join(file.open)} reads {ways}"


def far_in(file: Looked) -> Iterator[str]:
    """What is asked of dates far from all others."""
    for name, found in file.far.items():
        yield from (
            f"{scalar([one.text])} if it means “not yet”: {one.count:,} cells of {name} hold it, {one.distance} "
            "from the next; they are refused until then"
            for one in found
        )


def taken_in(file: Looked) -> Iterator[str]:
    """What is said of dates that databases write for "not yet", and how to say that they are real."""
    for name, texts in file.nothing.items():
        yield from (
            f"{scalar([name])} if {text} is a date: {count:,} cells of {name} hold it, and are taken for “not yet”"
            for text, count in texts.items()
        )


def _unsaid_clock(file: Looked) -> str:
    """What is asked of a column that is joined to a date as its time of day, where its name does not say that it is."""
    parts = [name for names in file.source.options["join"].values() for name in names[1:]]
    cells = {column.name: column.examples for column in file.layout.columns}
    asked = [one for one in parts if not says_clock(one) and time_of_day(one, cells.get(one, ()))]
    return f"? {few(asked)} looks like the time of day: leave it out if it says how long" if asked else ""


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _form(file: Looked) -> str:
    layout = file.layout
    parts = [
        layout.format.told,
        f"sheet {layout.sheet!r}" if layout.sheet and len(file.parts) == 1 else "",
        layout.encoding,
        f"delimiter {layout.delimiter!r}" if layout.delimiter else "",
        f"names in line {layout.header_row}" if layout.header_row else "",
        f"{len(paths)} files" if len(paths := {part.path for part in file.parts}) > 1 else "",
        f"{file.rows:,} rows" if file.whole else f"more than {file.rows:,} rows",
    ]
    return ", ".join(part for part in parts if part)


def _dates(file: Looked, settled: bool) -> Iterator[str]:
    source = file.source
    if file.open and not settled:
        example = next((column.examples[0] for column in file.layout.columns if column.name in file.open), "")
        yield f"    # ? {reads_as(file)}, as {example}"
        yield "    dates:"
    else:
        usual = max(file.moments, key=lambda name: file.moments[name].filled, default="")
        held = file.moments.get(usual)
        why = f"{held.readable:,} of {held.filled:,} cells of {usual} read so" if held else ""
        yield _line(2, "dates", source.dates, why)
    if source.column_dates:
        yield _line(2, "column_dates", _plain(source.column_dates))


def _key(file: Looked) -> Iterator[str]:
    source = file.source
    name = source.key
    if not name:
        return
    distinct = file.distinct.get(name, 0)
    twice = f"; {file.repeats:,} row{'s' * (file.repeats != 1)} twice, to the letter" if file.repeats else ""
    counted = f"{file.rows:,} rows, {distinct:,} different{twice}"
    if file.key:
        older = file.rows - file.repeats - distinct
        asked = "? " if older > MOST_OLDER * file.rows else ""
        yield _line(2, "key", name, asked + counted)
        if older:
            why = f"says which row of a key counts: the other {older:,} do{'es' * (older == 1)} not"
            yield _line(2, "latest_by", source.latest_by, asked + why)
        return
    blank = file.rows - file.filled.get(name, 0)
    lost = f"; {blank:,} rows have none" if blank else f": it would throw {file.rows - distinct:,} rows away"
    yield f"    # {_line(0, 'key', name, f'? {counted}{lost}')}"


def _kpi(offer: Offer) -> Iterator[str]:
    yield f"  {scalar(offer.id)}:"
    yield f"    # {_one_line(offer.why)}"
    for key, value in offer.keys.items():
        asked = f"? {offer.asks[key]}" if key in offer.asks else ""
        yield _line(2, key, _plain(value), asked)
    yield "    # target: ?"


def _left_out(offer: Offer, reason: str) -> Iterator[str]:
    yield f"  # {scalar(offer.id)}: not written, as {_one_line(reason)}"


def _passed_over(file: Looked, working: Sequence[Offer]) -> Iterator[str]:
    """Columns of numbers that no KPI is offered of, and why not."""
    offered = {offer.column for offer in working if offer.keys["source"] == file.id}
    yield from (f"  # {scalar(name)}: no KPI, as {why}" for name, why in passed_over(file) if name not in offered)


def _windows(draft: Draft, settled: bool) -> Iterator[str]:
    span = draft.span
    if any(file.open for file in draft.files) and not settled:
        yield "# ? once dates: is chosen, the windows:"
        yield "# baseline: {from: 2026-01-05, to: 2026-03-30}"
        yield "# evaluation: {from: 2026-03-30, to: 2026-05-25}"
    elif span is None or span.baseline is None or span.evaluation is None:
        whole = span.whole if span else 0
        yield f"# no windows: {whole:,} whole periods, and {FEWEST} are needed before a change can be judged"
    else:
        why = ("the first two thirds, the end left out", "the rest; ? move both to when something was changed")
        for name, window, said in zip(("baseline", "evaluation"), (span.baseline, span.evaluation), why, strict=True):
            yield f"{f'{name}: {{from: {window.start}, to: {window.end}}}':<{_COLUMN}}  # {said}"
