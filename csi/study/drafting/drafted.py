"""A whole study drafted from files: looked at, offered, tested by computing it, and written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from csi.errors import CsiError, InvalidInput
from csi.series import Processed, said, so_far
from csi.series.column_kinds import columns_needed
from csi.study.drafting.looked import Looked, every_moment, looked
from csi.study.drafting.offer import Offer, slug
from csi.study.drafting.offers import first_moment, follow, offers
from csi.study.drafting.parts import Part, grouped, name_of, part_of, sheets_alike
from csi.study.drafting.suited import suited
from csi.study.drafting.text import Draft, far_in, reads_as, study_text, unsure_fillers
from csi.study.drafting.undated import why_undated
from csi.study.drafting.unique import unique
from csi.study.drafting.windows import span_of
from csi.study.engines import Means
from csi.study.evaluation import Report
from csi.study.given import Given
from csi.study.running import measured


@dataclass(frozen=True, slots=True)
class Drafted:
    """A study's text, what has to be done before it can run, and what in it is only a guess that decides a verdict."""

    text: str
    to_do: tuple[str, ...] = ()
    guessed: tuple[str, ...] = ()


def drafted(paths: Sequence[Path], folder: Path, timezone: str, service: str = "") -> Drafted:
    """The study of some files.

    Args:
        paths: the files; those of one layout are one source.
        folder: what the study's paths will be relative to.
        timezone: the zone of the report, and of stamps without an offset.
        service: its name; empty: the first file's.

    Raises:
        InvalidInput: a file is no table, or none of its columns says when.
    """
    files = _named([one for group in grouped([part_of(path) for path in paths]) for one in _together(group, timezone)])
    for file in files:
        if not first_moment(file):
            raise InvalidInput(file.path.name, why_undated(file))
    dated = [(file, first_moment(file)) for file in files]
    span = span_of([every_moment(file, at) for file, at in dated], timezone, suited(dated, timezone))
    draft = Draft(files, folder, timezone, service or files[0].path.name.partition(".")[0], span)
    wanted = unique([offer for file in files for offer in offers(file)])
    working, refused = _tested(draft, wanted)
    if not working:
        why = next((reason for _, reason in refused), "expected rows that have moments")
        raise InvalidInput(files[0].path.name, f"no KPI could be computed from it; {why}")
    letters = (f"sources.{file.id}.encoding" for file in files if file.layout.alike)
    words = (f"sources.{file.id}.missing" for file in files if unsure_fillers(file))
    taken = (f"sources.{file.id}.meant" for file in files if file.nothing)
    guessed = (*letters, *words, *taken, *(f"kpis.{offer.id}.{key}" for offer in working for key in offer.asks))
    return Drafted(study_text(draft, working, refused), tuple(_to_do(files)), guessed)


def _to_do(files: Sequence[Looked]) -> list[str]:
    asked = [f"sources.{file.id}.dates: {reads_as(file)}" for file in files if file.open]
    return [*asked, *(f"sources.{file.id}.missing: {line}" for file in files for line in far_in(file))]


def _together(group: Sequence[Part], timezone: str) -> list[Looked]:
    """The parts of one layout as one source, each alone where a key names other cases in each; a workbook's sheets
    together where they follow one another, or a key tells all of their rows apart."""
    if len(group) == 1 and (sheets := sheets_alike(group[0])):
        found = looked(sheets, "", timezone)
        if (found.key and not found.repeats) or (not found.split and follow(found)):
            return [found]
    found = looked(group, "", timezone)
    return [looked([part], "", timezone) for part in group] if found.split else [found]


def _named(files: Sequence[Looked]) -> list[Looked]:
    """Each under a name of its own."""
    found: dict[str, Looked] = {}
    for file in files:
        name, number = slug(name_of([part.path for part in file.parts])), 2
        while (id := name if number == 2 and name not in found else f"{name}_{number}") in found:
            number += 1
        found[id] = replace(file, id=id, source=replace(file.source, id=id))
    return list(found.values())


@dataclass(frozen=True, slots=True)
class _Tested:
    """What a KPI that was computed is ``refused`` for, and what is to be ``asked`` of its value; empty: nothing."""

    refused: str = ""
    asked: str = ""


def _tested(draft: Draft, wanted: Sequence[Offer]) -> tuple[list[Offer], list[tuple[Offer, str]]]:
    """The offers that compute, and those that do not with the reason: all at once, else each for itself."""
    told = _together_tested(draft, wanted)
    if told is None:
        told = {offer.id: _alone(draft, offer) for offer in wanted}
    working = [_asking(offer, told[offer.id].asked) for offer in wanted if not told[offer.id].refused]
    return working, [(offer, told[offer.id].refused) for offer in wanted if told[offer.id].refused]


def _asking(offer: Offer, asked: str) -> Offer:
    return replace(offer, asks={**offer.asks, "value": asked}) if asked else offer


def _alone(draft: Draft, offer: Offer) -> _Tested:
    try:
        return _computed(draft, [offer])[offer.id]
    except CsiError as error:
        return _Tested(refused=str(error))


def _together_tested(draft: Draft, wanted: Sequence[Offer]) -> Mapping[str, _Tested] | None:
    try:
        return _computed(draft, wanted)
    except CsiError:
        return None


def _computed(draft: Draft, wanted: Sequence[Offer]) -> dict[str, _Tested]:
    """What each KPI shows once it is computed."""
    given = Given.of_text(study_text(draft, wanted, (), settled=True).encode(), "the draft", draft.folder)
    report = measured(given, Means())
    return {
        name: _Tested(_without_value(one.processed, _cells(report, name)), so_far(one.processed.doubts))
        for name, one in report.kpis.items()
    }


def _without_value(done: Processed, cells: pd.DataFrame) -> str:
    """Why a KPI gives no value: what most rows or ``cells`` are refused for, or what speaks against it; else empty."""
    if (done.series["n"] > 0).any() and done.series["value"].notna().any():
        return ""
    refused = pd.concat([done.set_aside, cells])
    if len(refused):
        kinds = Counter(zip(refused["column"], refused["reason"], refused["expected"], strict=True))
        (((column, reason, expected), count),) = kinds.most_common(1)
        return f"it gives no value: {count:,} cells of {column} are refused, {reason}; expected {expected}"
    return f"it gives no value{next((f': {said(one)}' for one in done.doubts), '')}"


def _cells(report: Report, name: str) -> pd.DataFrame:
    """The refused cells of the columns that a KPI reads."""
    kpi = report.study.kpis[name]
    read = {one for every in columns_needed(replace(report.study, kpis={name: kpi}), kpi.source) for one in every}
    found = report.quarantine
    return found[(found["source"] == kpi.source) & found["column"].isin(read)]
