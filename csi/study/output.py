"""What a run writes: report.json, series.csv, quarantine.csv, report.md, a picture per KPI and slam.png."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pandas as pd

from csi.charts import charts, facts, further, paper, slam
from csi.charts.canvas import Drawing
from csi.charts.further import Further
from csi.charts.report import Link, markdown
from csi.errors import CsiError
from csi.series.quarantine import BETWEEN
from csi.study import placing
from csi.study.earlier import JSON, TEXTS, kpis_of_report
from csi.study.evaluation import Report
from csi.study.moments import in_one_offset
from csi.study.plain import POINT, report_json, series_plain

PDF, _GRID = "report.pdf", "slam"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_ODD = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is written, and what must not be written over.

    Attributes:
        charts: whether pictures are drawn.
        svg: whether they are lines (SVG), not pixels (PNG).
        pdf: whether there is a report on paper, too.
        inputs: every path that is read, with what it is.
        hidden: takes out of a text what may not be said.
    """

    charts: bool = True
    pdf: bool = False
    svg: bool = False
    inputs: tuple[tuple[str, Path], ...] = ()
    hidden: Callable[[bytes], bytes] = bytes

    def names(self, kpis: Collection[str]) -> list[str]:
        """The names of the files that a report of some KPIs may have."""
        pictures = _Names(list(kpis), self.ending).every if self.charts else []
        return [*TEXTS, *pictures, *([PDF] if self.pdf else [])]

    @property
    def ending(self) -> str:
        """Of a picture's name."""
        return "svg" if self.svg else "png"


class _Names:
    """The names of a report's pictures: of the grid, of each KPI's chart, and of what else is drawn of it."""

    def __init__(self, kpis: Sequence[str], ending: str) -> None:
        self.grid = f"{_GRID}.{ending}"
        taken = {_GRID}
        self.charts = {kpi: f"{_free(_ODD.sub('_', kpi), taken)}.{ending}" for kpi in kpis}
        self.further = {
            (kpi, kind): f"{_free(f'{Path(name).stem}-{kind}', taken)}.{ending}"
            for kpi, name in self.charts.items()
            for kind in Further
        }

    @property
    def every(self) -> list[str]:
        """All of them."""
        return [self.grid, *self.charts.values(), *self.further.values()]


def check(folder: Path, kpis: Collection[str], wanted: Wanted) -> None:
    """Refuse a folder in which a report would be written over what is read; at once, before anything is computed.

    Raises:
        CsiError: it names both.
    """
    placing.check(folder, wanted.names(kpis), wanted.inputs)


def write(report: Report, folder: Path, wanted: Wanted | None = None) -> list[Path]:
    """Write everything into a folder, made where it is not there; the paths written.

    What an earlier run wrote there and this one does not is gone; everything else in it stays. Nothing is written
    when something fails.

    Raises:
        CsiError: it cannot be written, or something that is read would be written over.
    """
    wanted = wanted or Wanted()
    check(folder, report.kpis, wanted)
    made = contents(report, wanted)
    try:
        placing.place(made, folder, earlier(folder), wanted.inputs)
    except OSError as error:
        raise CsiError(f"{folder}: cannot be written ({error.strerror}); expected a folder to write to") from error
    return [folder / name for name in made]


def contents(report: Report, wanted: Wanted) -> dict[str, bytes]:
    """Every file of a report by its name."""
    texts = {JSON: report_json(report), "series.csv": series_csv(report), "quarantine.csv": quarantine_csv(report)}
    made = {**texts, **drawn(report, wanted)}
    return {name: wanted.hidden(content) if name in TEXTS else content for name, content in made.items()}


def drawn(report: Report, wanted: Wanted) -> dict[str, bytes]:
    """A picture per KPI that has a point, what else is drawn of it, the grid of clause and period, and the report in
    words."""
    base = facts.of(report.study, report.kpis, sources=report.sources, notes=report.notes)
    names = _Names([view.kpi.id for view in base.views], wanted.ending)
    shown = [view for view in base.views if len(view.marks)] if wanted.charts or wanted.pdf else []
    charts_of = {view.kpi.id: charts.drawing(view) for view in shown}
    grid = slam.drawing(base) if wanted.charts or wanted.pdf else None
    found: dict[str, bytes] = {}
    links: dict[str, list[Link]] = {}
    if grid and wanted.charts:
        found |= {names.charts[kpi]: _picture(one, wanted) for kpi, one in charts_of.items()}
        found[names.grid] = _picture(grid, wanted)
        for view in shown:
            for kind, one in further.drawings(view):
                file = names.further[view.kpi.id, kind]
                found[file] = _picture(one, wanted)
                links.setdefault(view.kpi.id, []).append(Link(kind, file, one.title))
    told = {kpi: names.charts[kpi] for kpi in charts_of} if found else {}
    words = markdown(base, pictures=told, grid=names.grid if told else "", further=links)
    found["report.md"] = words.encode()
    if grid and wanted.pdf:
        found[PDF] = paper.report_pdf(base, {kpi: one.chart() for kpi, one in charts_of.items()}, grid.chart())
    return found


def _picture(one: Drawing, wanted: Wanted) -> bytes:
    return one.svg() if wanted.svg else one.chart().png


def earlier(folder: Path) -> list[str]:
    """The files in a folder that a run before this one wrote, told by the report it left there."""
    kpis = kpis_of_report(folder)
    if kpis is None:
        return []
    known = dict.fromkeys(name for svg in (False, True) for name in Wanted(pdf=True, svg=svg).names(kpis))
    return [name for name in known if (folder / name).is_file() and not (folder / name).is_symlink()]


def file_names(kpis: Sequence[str], ending: str = "png") -> dict[str, str]:
    """Each KPI's file name: its id, with odd signs replaced; each once, also where case is no difference."""
    return _Names(kpis, ending).charts


def _free(name: str, taken: set[str]) -> str:
    """The first name of a file, without its ending, that no other has."""
    free = next(one for one in _candidates(name) if one.lower() not in taken)
    taken.add(free.lower())
    return free


def _candidates(name: str) -> Iterator[str]:
    yield from (name, f"kpi-{name}")
    yield from (f"{name}-{number}" for number in count(2))


def series_csv(report: Report) -> bytes:
    """Every point of every KPI, one line each."""
    points: Mapping[str, list[dict[str, object]]] = in_one_offset(
        {name: series_plain(outcome.processed.series) for name, outcome in report.kpis.items()}
    )
    rows = [
        {"kpi": name, "unit": report.kpis[name].processed.kpi.unit, **point}
        for name, series in points.items()
        for point in series
    ]
    return _csv(pd.DataFrame(rows, columns=["kpi", "unit", *POINT]))


def quarantine_csv(report: Report) -> bytes:
    """Every row set aside, with where it came from and why; safe to open in a spreadsheet.

    ``file_column`` is the column as the file calls it, where the study renames it; ``kpi_names`` are those of ``kpis``.
    """
    aside = report.quarantine
    back = {(id, new): old for id, one in report.study.sources.items() for old, new in one.columns.items()}
    names = {id: kpi.name or id for id, kpi in report.study.kpis.items()}
    pairs = zip(aside["source"], aside["column"].fillna(""), strict=True)
    own = [back.get((source, column), column) for source, column in pairs]
    told = [BETWEEN.join(names.get(id, id) for id in str(ids).split(BETWEEN)) for ids in aside["kpis"].fillna("")]
    return _csv(aside.assign(file_column=own, kpi_names=told))


def _csv(frame: pd.DataFrame) -> bytes:
    return frame.map(harmless).to_csv(index=False, lineterminator="\n").encode()


def harmless(cell: object) -> object:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
