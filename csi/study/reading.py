"""A study file read into its definition: every error at once, with its line, its key, and what was expected."""

from __future__ import annotations

import codecs
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from csi.definition import CalendarDefinition, Exclusion, Rebase, SourceDefinition, StudyDefinition
from csi.errors import InvalidInput, InvalidInputs
from csi.series import exclusions
from csi.series.calendar import open_time
from csi.series.column_units import unconvertible, undecided
from csi.series.columns import link_of
from csi.series.periods import moment_of
from csi.study.keys import Keys, Notes, in_order, loaded, window_of
from csi.study.kpi_reading import kpi_of
from csi.study.rates import rates_said
from csi.study.source_reading import source_of, zone_of
from csi.terms import Period

VERSION = 1
MOST_NAMED = 500  # sources, or KPIs: far more than anybody looks at; ours
LARGEST = 250_000  # bytes of a study file: it is read in a moment, also where it is meant to take long; ours
_SHOWN = 3  # files named of a folder


def read_study(path: Path, *, with_files: bool = False) -> StudyDefinition:
    """Read a study file; ``with_files``: those it names must be there, too.

    Raises:
        InvalidInputs: all that is wrong with it, in one message.
    """
    return study_of(bytes_of(path), path.name, path.parent if with_files else None)


def bytes_of(path: Path) -> bytes:
    """The bytes of a study file.

    Raises:
        InvalidInputs: it cannot be read.
    """
    try:
        return path.read_bytes()
    except IsADirectoryError as error:
        there = sorted(one.name for one in (*path.glob("*.yml"), *path.glob("*.yaml")))[:_SHOWN]
        held = f"; there {'is' if len(there) == 1 else 'are'} {', '.join(there)} in it" if there else ""
        raise InvalidInputs([InvalidInput(str(path), f"is a folder; expected a study file in YAML{held}")]) from error
    except OSError as error:
        reason = f"cannot be read ({error.strerror}); expected a study file in YAML"
        raise InvalidInputs([InvalidInput(str(path), reason)]) from error


def study_of(
    content: bytes,
    name: str = "study",
    folder: Path | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    held: Collection[str] | None = None,
) -> StudyDefinition:
    """Read a study from the bytes of its file.

    Args:
        content: the bytes.
        name: stands in front of every error.
        folder: where its files lie, which must be there; None: they are not looked for.
        environment: what ``${NAME}`` may ask for; None: it is not looked for.
        held: sources whose rows are handed over, so that they need not say where they are; None: none can be.

    Raises:
        InvalidInputs: all that is wrong with it, in one message.
    """
    notes = Notes(name, environment=environment, held=held)
    mapping = _mapping(content, notes)
    return _checked(mapping, notes, folder)


def keys_read(content: bytes) -> Mapping[str, frozenset[str]]:
    """Every key that is looked for while a study is read, by its place (``kpis.*``): the reference is held to these.

    Raises:
        InvalidInputs: all that is wrong with the study.
    """
    notes = Notes("study")
    _checked(_mapping(content, notes), notes)
    return {place: frozenset(keys) for place, keys in notes.read.items()}


def study_from(mapping: Mapping[str, Any], name: str, *, held: Collection[str] | None = None) -> StudyDefinition:
    """A study from a mapping with docs/study.md's keys; ``held``: sources whose rows are handed over.

    Raises:
        InvalidInputs: all that is wrong with it, in one message.
    """
    return _checked(mapping, Notes(name, held=held))


def _checked(mapping: Any, notes: Notes, folder: Path | None = None) -> StudyDefinition:
    study = _study(Keys(mapping, "", notes), notes, folder) if not notes.errors else None
    if notes.errors or study is None:
        raise InvalidInputs(notes.errors)
    return study


def _mapping(content: bytes, notes: Notes) -> Any:
    """The file as YAML gives it, with the lines of its keys noted."""
    if len(content) > LARGEST:
        notes.wrong("", f"is larger than {LARGEST:,} bytes; expected a study file in YAML")
        return None
    try:
        mapping, notes.lines, twice = loaded(_text(content))
        for key in twice:
            notes.wrong(key, "is written twice; expected it once")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        notes.wrong("", f"line {line}: is not {error.encoding.upper()} text; expected a study file in YAML, in UTF-8")
    except yaml.YAMLError as error:
        notes.wrong("", _not_yaml(error))
    except RecursionError:
        notes.wrong("", "has more levels below one another than can be read; expected a study file in YAML")
    except ValueError as error:
        what = "a number of thousands of digits" if "integer string" in str(error) else str(error)
        notes.wrong("", f"is not YAML that can be read ({what}); expected a study file in YAML")
    else:
        if not isinstance(mapping, Mapping):
            said = "holds nothing; " if not content.strip() else ""
            drafts = "; of an export csi init drafts a study" if isinstance(mapping, str) else ""
            notes.wrong("", f"{said}expected keys such as study, service, timezone, period, sources and kpis{drafts}")
        return mapping
    return None


def lines_in(content: bytes) -> dict[str, int]:
    """The line of every key of a study that could be read, by its path."""
    return loaded(_text(content))[1]


def _text(content: bytes) -> str:
    """The text of a study: UTF-8, or what its first bytes say it is, as Windows writes it."""
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if wide else "utf-8-sig")


def _not_yaml(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.reader.ReaderError):
        return f"holds the character {chr(error.character)!r}, which no YAML text may; expected a study file in UTF-8"
    mark = getattr(error, "problem_mark", None)
    place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    problem = str(getattr(error, "problem", None) or error)
    return f"{place}not YAML: {problem}; expected {_yaml_expected(problem, getattr(error, 'context', None) or '')}"


_SIGNED = (("scanning an alias", "*"), ("scanning an anchor", "&"))


def _yaml_expected(problem: str, context: str) -> str:
    """What mends a text that YAML takes for something else: the signs with which patterns, units and names begin."""
    sign = next((sign for sign in "%@`" if f"'{sign}' that cannot start" in problem), "")
    sign = sign or next((sign for what, sign in _SIGNED if what in context), "")
    if sign:
        return f"a text that begins with {sign} between quotes, such as '{sign}…'"
    if "'\\t' that cannot start" in problem:
        return "blanks in place of the tab"
    if problem.startswith("mapping values are not allowed"):
        return "a text with a colon and a blank inside between quotes, or each key on a line of its own"
    return "a study file in YAML"


def _study(top: Keys, notes: Notes, folder: Path | None) -> StudyDefinition | None:
    if top.get("study") != VERSION or isinstance(top.get("study"), bool):
        top.wrong("study", f"expected study: {VERSION}, the only version there is")
    service = top.text("service", needed="the name of the service")
    timezone = zone_of(top, "timezone", needed="an IANA zone such as Europe/Lisbon") or "UTC"
    period = top.choice("period", [str(period) for period in Period], "week", needed=True)
    sources = {name: source_of(name, keys, timezone, folder) for name, keys in _named(top, "sources").items()}
    sources |= _linked(top.keys("links"), sources)
    kpi_keys = _named(top, "kpis")
    kpis = {name: kpi_of(name, keys, sources, set(kpi_keys)) for name, keys in kpi_keys.items()}
    study = StudyDefinition(
        service=service,
        timezone=timezone,
        period=Period(period or Period.WEEK),
        sources=sources,
        kpis={name: kpi for name, kpi in kpis.items() if kpi is not None},
        calendar=_calendar(top.keys("calendar"), timezone),
        baseline=window_of(top, "baseline"),
        evaluation=window_of(top, "evaluation"),
        exclusions=tuple(one for keys in top.items("exclusions") if (one := _exclusion(keys, set(kpi_keys), timezone))),
        as_of=_as_of(top),
        rates=rates_said(top, timezone),
        rebases=tuple(anew for keys in top.items("rebases") if (anew := _rebase(keys, set(kpi_keys)))),
    )
    in_order(top, study.baseline, study.evaluation)
    for kpi in study.kpis.values():
        own = study.of_kpi(kpi)
        if own is not study:
            in_order(kpi_keys[kpi.id], own.baseline, own.evaluation)
    _links_hold(top, study)
    _rebases_differ(top, study)
    _comparators_compare(top, study)
    _ratios_are_in_one_unit(top, study)
    _units_convert(top, study)
    top.end()
    return study if not notes.errors else None


def _named(top: Keys, key: str) -> dict[str, Keys]:
    """The named entries below a key, at least one."""
    entries = top.keys(key)
    if not entries.mapping:
        top.wrong(key, f"expected at least one of the {key}, by its name")
    if len(entries.mapping) > MOST_NAMED:
        top.wrong(key, f"names {len(entries.mapping):,}; expected at most {MOST_NAMED}; make several studies of it")
        return {}
    return entries.below()


def _calendar(keys: Keys, timezone: str) -> CalendarDefinition:
    """The calendar, tried over one week so that its errors are told now."""
    calendar = CalendarDefinition(
        hours={day: keys.keys("hours").texts(day) for day in keys.keys("hours").mapping},
        holidays=keys.text("holidays"),
        closed=tuple(day for text in keys.texts("closed") if (day := _closed_day(keys, text))),
        special={day: keys.keys("special").texts(day) for day in keys.keys("special").mapping},
        timezone=zone_of(keys, "timezone"),
    )
    keys.end()
    try:
        moment = moment_of(date(2024, 1, 1), timezone)
        open_time(calendar, moment, moment, timezone)
    except InvalidInput as error:
        keys.notes.wrong(error.field, error.reason)
    except ValueError as error:
        keys.wrong("special", f"{error}; expected dates such as 2026-12-24 with opening intervals")
    return calendar


def _closed_day(keys: Keys, text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        keys.wrong("closed", f"expected dates such as 2026-12-24, not {text!r}")
        return None


def _linked(keys: Keys, sources: Mapping[str, SourceDefinition]) -> dict[str, SourceDefinition]:
    """The sources that lead to another, where the study says so for all of them in one place."""
    found = {}
    for name in keys.mapping:
        if name not in sources:
            keys.wrong(name, f"there is no such source; expected one of {', '.join(sources)}")
        elif "link" in sources[name].options:
            keys.wrong(name, f"is linked by sources.{name}.link already; expected it once")
        else:
            options = {**sources[name].options, "link": keys.mapping[name]}
            found[name] = replace(sources[name], options=options)
    return found


def _links_hold(top: Keys, study: StudyDefinition) -> None:
    """A link names two other sources, two columns, and joins by the keys of both sides."""
    for name, source in study.sources.items():
        if "link" not in source.options:
            continue
        link = link_of(source)
        if link is None or not all((link.source, link.table, link.own, link.other)):
            top.wrong(
                f"sources.{name}.link", "expected {source, table, own, other}: two sources, and the table's columns"
            )
            continue
        for wanted in (link.source, link.table):
            if wanted not in study.sources:
                top.wrong(f"sources.{name}.link", f"there is no source {wanted!r}")
        if link.source == name:
            top.wrong(f"sources.{name}.link", f"leads to {name} itself; expected another source")
        if link.own == link.other:
            top.wrong(
                f"sources.{name}.link", f"names {link.own!r} for both sides; expected two columns of {link.table}"
            )
        sides = (name, link.source)
        for side in sides:
            if side in study.sources and not study.sources[side].key:
                top.wrong(f"sources.{side}.key", f"is missing; {sides[0]} and {sides[1]} are linked by their keys")


def _ratios_are_in_one_unit(top: Keys, study: StudyDefinition) -> None:
    """Rows of several units are added up in one only."""
    for kpi, column in undecided(study):
        expected = "expected a unit such as EUR or EUR/ticket, or rates of money"
        top.wrong(f"kpis.{kpi}.unit", f"does not say to what the unit in each row of {column!r} is brought; {expected}")


def _units_convert(top: Keys, study: StudyDefinition) -> None:
    for kpi, reason in unconvertible(study):
        top.wrong(f"kpis.{kpi}.unit", f"{reason}; expected units that convert into each other")


def _exclusion(keys: Keys, kpis: set[str], timezone: str) -> Exclusion | None:
    kpi = keys.text("kpi")
    if kpi and kpi not in kpis:
        keys.wrong("kpi", f"there is no KPI {kpi!r}; expected one of {', '.join(sorted(kpis))}, or none for all")
    start, end = keys.moment("from", needed=True), keys.moment("to", needed=True)
    reason, approver = keys.text("reason"), keys.text("approved_by")
    keys.end()
    if start is None or end is None:
        return None
    exclusion = Exclusion(kpi, start, end, reason, approver)
    try:
        exclusions.check(exclusion, timezone, keys.path)
    except InvalidInput as error:
        keys.notes.wrong(error.field, error.reason)
    return exclusion


def _rebase(keys: Keys, kpis: set[str]) -> Rebase | None:
    kpi = keys.choice("kpi", sorted(kpis), needed=True)
    start, reason = keys.day("from", needed=True), keys.text("reason", needed="why the limits begin anew")
    approver = keys.text("approved_by")
    keys.end()
    return Rebase(start, reason, approver, kpi) if start and reason and kpi else None


def _comparators_compare(top: Keys, study: StudyDefinition) -> None:
    """What a comparator did is taken off: it counts the same way."""
    for name, kpi in study.kpis.items():
        other = study.kpis.get(kpi.comparator)
        if other is not None and (other.unit, other.direction) != (kpi.unit, kpi.direction):
            said = f"{other.id} is in {other.unit}, {other.direction}; expected {kpi.unit}, {kpi.direction} as here"
            top.wrong(f"kpis.{name}.comparator", said)


def _rebases_differ(top: Keys, study: StudyDefinition) -> None:
    """The limits of one KPI begin anew once on a day."""
    asked = [(one.kpi, one.start) for one in study.rebases]
    for kpi, start in sorted({one for one in asked if asked.count(one) > 1}):
        top.wrong("rebases", f"the limits of {kpi} begin anew on {start} twice; expected it once")


def _as_of(top: Keys) -> datetime | None:
    value = top.moment("as_of")
    if value is None or isinstance(value, datetime):
        return value
    return datetime(value.year, value.month, value.day)
