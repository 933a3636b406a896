"""The unit of a column is asked for in the mapping form where nothing says it; else it stands under “More …”."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.blocks import step3_gather as blocks
from bot.blocks.step3_gather.mapping import Asked, Seen
from bot.listeners.step3_gather.drafts import _units, drafted
from bot.sandbox.limits import view_problems
from csi.definition import SourceDefinition
from csi.errors import InvalidInput
from csi.reading.layout import Layout, guess
from csi.reading.proposing import proposed
from csi.reading.readers import read


def _shown(folder: Path, header: str, cell: str, units: tuple[str, ...], draft: Mapping[str, str], more: bool) -> bool:
    path = folder / "log.csv"
    path.write_text("\n".join([f"id,{header}", *(f"T{row},{cell}" for row in range(20))]))
    layout = guess(path, path.name)
    asked = Asked(
        layout.columns[1], tuple(SimpleNamespace(name="Took", unit=unit) for unit in units), layout.columns[1].name
    )
    field = f"{blocks.UNIT}{blocks.value_of(header)}"
    filled = {**drafted(layout, proposed(layout, "UTC"), [], None, path.name), **draft}
    view = blocks.mapping_form(Seen(filename=path.name, layout=layout, units=[asked]), filled, more=more)
    assert view_problems(view, lambda _: None, "modal") == []
    return field in blocks.shown_fields(view)


@pytest.mark.parametrize(
    ("header", "cell", "units", "at_once"),
    [
        ("took", "312", ("h",), True),
        ("time in minutes", "312", ("h",), False),
        ("took (h)", "5", ("h",), False),
        ("took (h)", "5", ("h", "min"), False),
        ("cost (EUR)", "5", ("h",), True),
        ("took (h)", "5", ("h", "EUR"), True),
    ],
)
def test_a_unit_is_asked_for_only_where_nothing_fitting_says_it(
    tmp_path: Path, header: str, cell: str, units: tuple[str, ...], at_once: bool
) -> None:
    assert _shown(tmp_path, header, cell, units, {}, more=False) is at_once
    assert _shown(tmp_path, header, cell, units, {}, more=True)


def test_a_unit_that_nobody_filled_in_is_asked_for(tmp_path: Path) -> None:
    emptied = {f"{blocks.UNIT}{blocks.value_of('took (h)')}": ""}
    assert _shown(tmp_path, "took (h)", "5", ("h",), emptied, more=False)


def _clocks() -> Layout:
    cells = "\n".join(f"T{row},0{row % 6}:{row:02},{row}" for row in range(10, 40))
    return guess(f"id,Handling,calls\n{cells}".encode(), "log.csv")


@pytest.mark.parametrize("units", [("h",), ("s",), ("EUR",), ("calls",), ("",), ()])
def test_what_a_clock_of_two_parts_is_is_asked_with_a_cell_of_the_file_whoever_reads_it(units: tuple[str, ...]) -> None:
    layout = _clocks()
    kpis = tuple(SimpleNamespace(name="Took", unit=unit) for unit in units)
    asked = Asked(layout.columns[1], kpis, layout.columns[1].name)
    assert (list(asked.choices), asked.must_be_said, asked.is_told) == (["h:mm", "min:s"], True, False)
    draft = drafted(layout, proposed(layout, "UTC"), [], None, "log.csv")
    view = blocks.mapping_form(Seen(filename="log.csv", layout=layout, units=[asked]), draft)
    assert view_problems(view, lambda _: None, "modal") == []
    block = next(one for one in view["blocks"] if one.get("block_id", "").startswith(blocks.UNIT))
    assert block["label"]["text"] == "What is 04:10 in Handling?"
    assert [one["text"]["text"] for one in block["element"]["options"]] == ["4 h 10 min", "4 min 10 s"]
    assert "initial_option" not in block["element"]


def test_a_number_that_no_kpi_reads_may_be_a_plain_one() -> None:
    column = _clocks().columns[2]
    asked = Asked(column, (), column.name)
    assert (asked.must_be_said, asked.is_told) == (False, False)
    assert [unit for unit in (blocks.PLAIN, "h", "%", "MB") if unit not in asked.choices] == []
    draft = drafted(_clocks(), proposed(_clocks(), "UTC"), [], None, "log.csv")
    view = blocks.mapping_form(Seen(filename="log.csv", layout=_clocks(), units=[asked]), draft)
    assert view_problems(view, lambda _: None, "modal") == []
    block = next(one for one in view["blocks"] if one.get("block_id") == asked.field)
    assert block["element"]["initial_option"]["value"] == blocks.PLAIN


def test_a_unit_that_the_file_says_is_not_asked_for_a_number_that_no_kpi_reads() -> None:
    column = replace(_clocks().columns[2], unit="wk")
    asked = Asked(column, (), column.name)
    assert (asked.is_told, asked.choices["wk"]) == (True, "wk")


@pytest.mark.parametrize(
    ("said", "kpis", "units", "refused"),
    [
        ("", (), {}, True),
        ("min:s", (), {"Handling": "min:s"}, False),
        ("h:mm", ("h",), {"Handling": "h:mm"}, False),
        ("min", (), {}, True),  # was said while it was no clock
    ],
)
def test_an_answer_is_kept_and_none_is_refused(
    said: str, kpis: tuple[str, ...], units: dict[str, str], refused: bool
) -> None:
    layout = _clocks()
    asked = Asked(layout.columns[1], tuple(SimpleNamespace(name="T", unit=one) for one in kpis), "Handling")
    errors: list[InvalidInput] = []
    assert dict(_units({asked.field: said}, layout, [asked], errors)) == units
    assert [(one.field, "nothing in the file says which" in one.reason) for one in errors] == (
        [(asked.field, True)] if refused else []
    )


@pytest.mark.parametrize(
    ("said", "kpis", "units", "refused"),
    [
        ("", (), {}, False),
        (blocks.PLAIN, (), {}, False),
        (blocks.PLAIN, ("h",), {}, True),  # was said before a KPI read it
        ("min", ("h",), {"calls": "min"}, False),
        ("wk", ("h",), {"calls": "wk"}, False),
        ("", ("h",), {}, True),
    ],
)
def test_a_plain_number_is_in_no_unit_until_a_kpi_has_one(
    said: str, kpis: tuple[str, ...], units: dict[str, str], refused: bool
) -> None:
    layout = _clocks()
    asked = Asked(layout.columns[2], tuple(SimpleNamespace(name="T", unit=one) for one in kpis), "calls")
    errors: list[InvalidInput] = []
    assert dict(_units({asked.field: said}, layout, [asked], errors)) == units
    assert [one.field for one in errors] == ([asked.field] if refused else [])


@pytest.mark.parametrize(("unit", "first"), [("h:mm", 4 * 3600 + 10 * 60), ("min:s", 4 * 60 + 10)])
def test_what_is_chosen_for_a_clock_is_read_so(unit: str, first: float) -> None:
    rows = "\n".join(f"2025-01-{row},0{row % 6}:{row}" for row in range(10, 29))
    source = SourceDefinition(id="x", timezone="UTC", options={"units": {"Handling": unit}})
    read_so = read(f"at,Handling\n{rows}".encode(), source, moments=["at"], numbers=["Handling"])
    assert (read_so.frame["Handling"].iloc[0], read_so.units["Handling"]) == (first, "s")
