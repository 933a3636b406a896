"""From points per period to the processed KPI: which are partial, missing, excluded; quality; footnotes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from csi.definition import Duration, KpiDefinition, StudyDefinition
from csi.measures import measure_of
from csi.series import cut_words, exclusions, outliers, undated, unended, weekly
from csi.series.axis import Axis
from csi.series.cadence import EVERY_PERIOD, longest_silence, usual_silence
from csi.series.column_kinds import moments_of_kpi
from csi.series.column_units import taken_unsaid
from csi.series.coverage import Cut, cuts_of
from csi.series.doubt_words import notes
from csi.series.doubts import doubts_of
from csi.series.exposure import Pulse, alive, alive_by_cadence, partial, seldom
from csi.series.groups import groups_of
from csi.series.last_rows import shared_last
from csi.series.measures import Points, points_of
from csi.series.periods import LATEST, MISSING, edges, from_microseconds, microseconds, phases
from csi.series.portion import Portion
from csi.series.processed import COVERAGE_WARNING, Dimension, Processed, Quality, SourceCounts, TracePart
from csi.series.quality import Usable, periods_spoken, quality, thrown_away, values_held
from csi.series.refusals import columns_needed_by
from csi.series.rows import SourceRows
from csi.series.still_open import shares
from csi.series.tried import Tried


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything the rows of one KPI say; the same from memory or from partitions.

    ``quantiles`` are of all raw values per period where the measure is one; ``parts`` lead back to the rows.
    """

    whole: Portion
    quantiles: np.ndarray | None = None
    parts: tuple[TracePart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """What is to be said of each period."""

    alive: np.ndarray
    partial: np.ndarray
    missing: np.ndarray
    excluded: np.ndarray
    wholly: np.ndarray
    refused: np.ndarray
    cuts: tuple[Cut, ...]
    unknown: np.ndarray


@dataclass(frozen=True, slots=True)
class Setting:
    """What one KPI stands in: the study, its periods, the rows of its source and the newest moment of that source."""

    study: StudyDefinition
    kpi: KpiDefinition
    axis: Axis
    source: SourceRows
    source_last: int

    @property
    def cadence(self) -> str:
        """How often rows of the KPI's source are due; empty where nobody declared it."""
        return self.study.sources[self.kpi.source].cadence

    @property
    def starts(self) -> pd.DatetimeIndex:
        """The periods' beginnings in the reporting zone."""
        return self.axis.starts(self.study.timezone)


def assembled(setting: Setting, gathered: Gathered) -> Processed:
    """The processed KPI from what its rows say."""
    points = points_of(setting.kpi, gathered.whole.found, setting.axis, gathered.quantiles)
    flags = _flags(setting, gathered.whole, points)
    expected = ~flags.partial & ~flags.wholly
    spoken = periods_spoken(flags.alive, expected, setting.starts)
    kpi, study = setting.kpi, setting.study
    lost = undated.flawed(study, kpi, gathered.whole.undated)
    series = _series(setting, gathered.whole, points, flags)
    doubts = doubts_of(kpi, _tried(setting, gathered.whole), series, taken_unsaid(study, kpi))
    return Processed(
        kpi=kpi,
        period=study.period,
        timezone=study.timezone,
        series=series,
        quality=_quality(setting, gathered.whole, spoken),
        coverage=spoken.ratio,
        counts={kpi.source: _counts(setting, gathered.whole.beat)},
        left_out=exclusions.left_out(exclusions.of_kpi(study, kpi.id), gathered.whole.by_exclusion.tolist()),
        notes=(
            *_notes(setting, gathered.whole, flags.unknown),
            *cut_words.notes(flags.cuts, series),
            *notes(doubts),
        ),
        refused_for=_why(gathered.whole) or _ask_for_key(setting.source) or undated.reason(kpi, lost),
        cases=gathered.whole.cases,
        open_past_target=shares(gathered.whole.still_open),
        events=gathered.whole.events,
        set_aside=gathered.whole.set_aside,
        cuts=flags.cuts,
        parts=gathered.parts,
        doubts=doubts,
        undated=gathered.whole.undated,
        groups=groups_of(kpi, gathered.whole.sample, setting.axis.size, setting.source.every),
    )


def _tried(setting: Setting, whole: Portion) -> Tried:
    """The conditions tried, with the source's own rows that run backwards: those are set aside before a KPI looks; and
    with what all rows together show of the last ones."""
    value = setting.kpi.value
    pair = (value.start, value.end) if isinstance(value, Duration) else ("", "")
    backward, timed = setting.source.backward.get(pair, (0, 0))
    found = replace(whole.tried, backward=whole.tried.backward + backward, timed=whole.tried.timed + timed)
    return replace(found, last=shared_last(whole.found))


def _flags(setting: Setting, whole: Portion, points: Points) -> Flags:
    axis, study, beat = setting.axis, setting.study, whole.beat
    beating = _beating(setting, whole)
    left_out = axis.left_out()
    excluded, wholly = left_out > 0, left_out >= np.diff(axis.edges)
    short = partial(beat, axis.edges, axis.as_of if study.as_of is not None else None)
    refused = _refused(whole, points, axis.size)
    only_refused = (refused > 0) & (points.n == 0)
    if measure_of(setting.kpi.measure).is_additive:
        # What is added up lacks what was left out or refused; of other measures a few rows less say the same.
        short |= (excluded & ~wholly) | (refused > (1 - COVERAGE_WARNING) * (refused + points.n))
    if measure_of(setting.kpi.measure).is_of_spans:  # an outage that is not known of makes its period look whole
        short, only_refused = short | (refused > 0), np.zeros(axis.size, dtype=bool)
    if whole.waiting is not None:  # whoever was quick is known already: the others of their period are still open
        short |= whole.waiting > (1 - COVERAGE_WARNING) * (whole.waiting + points.n)
    unknown = unended.unsettled(setting.kpi, whole.unended, whole.found.n, points.value)
    short |= unknown
    cuts = _cuts(setting, whole)
    for cut in cuts:
        short |= cut.periods
    missing = np.isnan(points.value) | ~beating | wholly | only_refused
    return Flags(
        alive=beating,
        partial=short,
        missing=missing,
        excluded=excluded,
        wholly=wholly,
        refused=refused,
        cuts=cuts,
        unknown=unknown,
    )


def _refused(whole: Portion, points: Points, size: int) -> np.ndarray:
    """How many rows were refused of each period.

    Those whose moment cannot be read may lie in any period without rows, where they are as many as such a period
    usually holds: it is not known to be empty then.
    """
    known = np.zeros(size, dtype=np.int64) if whole.refused is None else whole.refused
    filled = points.n[points.n > 0]
    usual = float(np.median(filled)) if len(filled) else 1.0
    maybe = (points.n == 0) & (known == 0) & (whole.unplaced > 0) & (whole.unplaced >= usual / 2)
    return np.where(maybe, whole.unplaced, known)


def _cuts(setting: Setting, whole: Portion) -> tuple[Cut, ...]:
    """Where the export of the KPI is cut by another moment than its own: the first one that tells of a cut."""
    found = (cuts_of(setting.kpi, one, setting.axis.edges, setting.study.timezone) for one in whole.pairs)
    return next((one for one in found if one), ())


def _beating(setting: Setting, whole: Portion) -> np.ndarray:
    """In which periods the source was alive: by its declared cadence, else its steady step, else what is usual."""
    axis, beat, closed = setting.axis, whole.beat, setting.axis.agreed() == 0
    if setting.cadence == EVERY_PERIOD:
        return whole.found.n > 0
    if longest := longest_silence(setting.cadence):
        return alive_by_cadence(beat, axis.edges, closed, axis.as_of, longest)
    if measure_of(setting.kpi.measure).is_of_spans:  # outages are rare, and a stock stays when nothing moves
        return _between(beat, axis)
    alike = phases(setting.starts, setting.study.period)
    if longest := usual_silence(beat):
        return alive_by_cadence(beat, axis.edges, closed | seldom(beat, alike), axis.as_of, longest)
    return alive(beat, axis.edges, alike, closed, axis.as_of)


def _between(beat: Pulse, axis: Axis) -> np.ndarray:
    filled = np.flatnonzero(beat.rows)
    after_first = np.arange(axis.size) >= (filled[0] if len(filled) else axis.size)
    return after_first & (axis.edges[:-1] <= axis.as_of)


def _series(setting: Setting, whole: Portion, points: Points, flags: Flags) -> pd.DataFrame:
    silent = ~flags.alive | flags.wholly
    sides = {name: np.where(silent, np.nan, side) for name, side in (points.sides or {}).items()}
    return pd.DataFrame(
        {
            "end": from_microseconds(setting.axis.edges[1:], setting.study.timezone),
            "value": np.where(flags.missing, np.nan, points.value),
            "n": np.where(silent, 0, points.n).astype(np.int64),
            "numerator": np.where(silent, np.nan, points.numerator),
            "denominator": np.where(silent, np.nan, points.denominator),
            "partial": flags.partial,
            "missing": flags.missing,
            "excluded": flags.excluded,
            "excluded_rows": whole.excluded_rows.astype(np.int64),
            "refused": flags.refused.astype(np.int64),
            **sides,
        },
        index=setting.starts.rename("start"),
    )


def _quality(setting: Setting, whole: Portion, spoken: Dimension) -> Quality:
    due, reached = _due(setting.study, setting.axis, setting.source_last)
    lost = undated.flawed(setting.study, setting.kpi, whole.undated).rows
    return quality(
        setting.source,
        usable=Usable(whole.meant + lost, whole.refused_rows + lost, whole.disorder),
        needed=columns_needed_by(setting.kpi),
        set_aside=whole.set_aside,
        periods=spoken,
        values=values_held(whole.held, whole.rows),
        timeliness=Dimension(reached, due, "periods begun that the source has delivered for"),
    )


def _due(study: StudyDefinition, axis: Axis, source_last: int) -> tuple[int, int]:
    """How many periods had begun by the newest moment known, and how many of these the source has reached."""
    if not axis.size or axis.as_of < axis.edges[0]:
        return 0, 0
    first, last = from_microseconds(np.array([axis.edges[0], axis.as_of]), study.timezone)
    starts = microseconds(edges(first, last, study.period, study.timezone))[:-1]
    return len(starts), int((starts <= source_last).sum())


def _counts(setting: Setting, beat: Pulse) -> SourceCounts:
    """What became of a source's rows, with the first and last moment of the KPI's own column."""
    first, last = beat.first.min(initial=LATEST), beat.last.max(initial=MISSING)
    return source_counts(setting.source, setting.study.timezone, int(first), int(last))


def source_counts(source: SourceRows, timezone: str, first: int, last: int) -> SourceCounts:
    """What became of a source's rows, with the first and last of some of its moments (us; missing: none)."""
    first_at, last_at = (
        None if moment in (MISSING, LATEST) else from_microseconds(np.array([moment]), timezone)[0]
        for moment in (first, last)
    )
    return SourceCounts(
        sha256=source.sha256,
        rows_read=source.rows_read,
        rows_kept=source.rows_kept,
        repeated=source.resolved.repeated,
        superseded=source.resolved.superseded,
        conflicts=len(source.resolved.conflicts),
        quarantined=source.unreadable,
        no_rows=min(source.no_rows, source.unreadable),
        refused_cells=source.refused_cells,
        first_at=first_at,
        last_at=last_at,
    )


def _notes(setting: Setting, whole: Portion, unknown: np.ndarray) -> tuple[str, ...]:
    kpi, notes = setting.kpi, list[str]()
    if whole.late:
        notes.append(f"{_rows(whole.late)} still open past the target counted as breaches.")
    if whole.open_ends and kpi.measure == "availability":
        notes.append(f"{_rows(whole.open_ends)} without an end counted as lasting until the newest moment known.")
    notes += undated.footnote(kpi, whole.undated)
    notes += unended.footnote(kpi, whole.unended, whole.found.n, unknown)
    if whole.refused_rows:
        notes.append(_unusable(whole))
    if setting.source.resolved.discarded:
        notes.append(f"{_discarded(setting.source)}.")
    notes += _shared(setting)
    notes += _repeated(setting)
    if kpi.measure == "backlog":
        notes.append("Rebuilt from the log: what was open before its first row is not in it.")
    notes += weekly.footnotes(whole.tried.dates, setting.study.period)
    further = (*_doubtful(setting.source), *_clocks(setting), *_not_yet(setting), *_taken(setting))
    return (*notes, *_unusual(setting, whole), *further)


def _shared(setting: Setting) -> list[str]:
    """That rows stand alike in two deliveries, where nothing tells whether they are the same."""
    zone = setting.study.timezone
    return [
        f"{_rows(one.rows)} from {one.first.tz_convert(zone):%Y-%m-%d} to {one.last.tz_convert(zone):%Y-%m-%d} stand "
        "alike in two deliveries and count twice: they seem to overlap. A key, the column that names a case, counts "
        "each once."
        for one in setting.source.shared
    ]


def _repeated(setting: Setting) -> list[str]:
    """That rows of one delivery repeat earlier ones of it, where nothing tells whether they are the same."""
    return [
        f"{_rows(one.rows)} of {setting.kpi.source}, from line {one.first:,} to {one.last:,}, repeat earlier rows to "
        "the letter and count twice: a stretch seems to be written again. Take them out, or name a key."
        for one in setting.source.repeats
        if not setting.source.source.key
    ]


def _taken(setting: Setting) -> list[str]:
    """That numbers of which nobody says what they are in are taken to be in the KPI's unit."""
    kpi = setting.kpi
    column = taken_unsaid(setting.study, kpi) if setting.source.rows_kept else ""
    if not column:
        return []
    return [f"{column} names no unit; its numbers are taken to be in {kpi.unit}."]


def _unusual(setting: Setting, whole: Portion) -> list[str]:
    if whole.looked_over is None or whole.ends is None:
        return []
    where = " of the evaluation window" if setting.study.evaluation else ""
    note = outliers.footnote(setting.kpi, whole.looked_over, whole.ends, where)
    return [note] if note else []


def _unusable(whole: Portion) -> str:
    """How many rows were refused, and why where one reason holds of most of them."""
    said = f"{_rows(whole.refused_rows)} of {whole.meant:,} could not be used for this KPI"
    return f"{said}: {why}." if (why := _why(whole)) else f"{said}; the quarantine says why."


def _why(whole: Portion) -> str:
    """The one reason of most refused rows, with what would mend it; empty where there is no such one."""
    told = (whole.set_aside["reason"] + "; expected " + whole.set_aside["expected"]).value_counts()
    return str(told.index[0]) if len(told) and 2 * told.iloc[0] > whole.refused_rows else ""


def _discarded(source: SourceRows) -> str:
    lost, keys = source.resolved.discarded, source.resolved.keys
    unsaid = f"{source.source.key} names {keys:,} cases, and no column says which of their rows is the latest"
    return f"{unsaid}: {_rows(lost)} left out"


def _ask_for_key(source: SourceRows) -> str:
    """What is to be said where a key throws rows away that nobody has said yes to."""
    lost = thrown_away(source)
    wanted = f"expected another key, the column that says which row is the latest, or a yes to {lost:,} (discards)"
    return f"{_discarded(source)}; {wanted}" if lost else ""


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _not_yet(setting: Setting) -> list[str]:
    """The cells of the KPI's own columns that hold a date for "not yet"."""
    return [
        f"{column}: {one.count:,} cell{'' if one.count == 1 else 's'} hold{'s' if one.count == 1 else ''} {text} and "
        f"count{'s' if one.count == 1 else ''} as empty (first: line {one.line:,})."
        for column in dict.fromkeys(moments_of_kpi(setting.kpi))
        for text, one in setting.source.placeholders.get(column, {}).items()
    ]


def _doubtful(source: SourceRows) -> list[str]:
    notes = []
    for column, kinds in source.doubtful.items():
        if kinds.get("ambiguous"):
            notes.append(f"{column}: {_local(kinds['ambiguous'])} the clock shows twice; the first is taken.")
        if kinds.get("nonexistent"):
            skipped = f"{column}: {_local(kinds['nonexistent'])} the clock skips; moved forward."
            notes.append(f"{skipped} That speaks for another zone than {source.source.zone_of(column)}.")
    return notes


def _local(count: int) -> str:
    return f"{count:,} local time{'' if count == 1 else 's'}"


def _clocks(setting: Setting) -> list[str]:
    """What the cells of the KPI's moments say against their zone: some name an offset of their own, others none."""
    source, notes = setting.source, list[str]()
    counts = {name: source.doubtful.get(name, {}) for name in dict.fromkeys(moments_of_kpi(setting.kpi))}
    stated = [name for name, kinds in counts.items() if kinds.get("stated") and not kinds.get("local")]
    for name, kinds in counts.items():
        zone, local = source.source.zone_of(name), kinds.get("local", 0)
        if local and (own := kinds.get("stated", 0)):
            notes.append(f"{name}: {local:,} of {local + own:,} moments say no offset and are read in {zone}.")
        elif local and stated:
            said = " and ".join(stated)
            notes.append(f"{name} says no offset and is read in {zone}, while {said} says its own: is that its zone?")
    return notes
