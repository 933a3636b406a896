"""The unit of a column is asked for in the mapping form where nothing says it; else it stands under “More …”."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.blocks import step3_gather as blocks
from bot.blocks.step3_gather.mapping import Asked, Seen
from bot.listeners.step3_gather.drafts import drafted
from bot.sandbox.limits import view_problems
from csi.definition import SourceDefinition
from csi.reading.layout import guess
from csi.reading.proposing import proposed
from csi.reading.readers import read


def _shown(folder: Path, header: str, cell: str, units: tuple[str, ...], draft: Mapping[str, str], more: bool) -> bool:
    path = folder / "log.csv"
    path.write_text("\n".join([f"id,{header}", *(f"T{row},{cell}" for row in range(20))]))
    layout = guess(path, path.name)
    asked = Asked(layout.columns[1], tuple(SimpleNamespace(name="Took", unit=unit) for unit in units))
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


@pytest.mark.parametrize(("unit", "choices"), [("h", ["h:mm", "min:s"]), ("s", ["h:mm", "min:s"]), ("EUR", [])])
def test_what_a_clock_of_two_parts_is_is_asked_with_a_cell_of_the_file(unit: str, choices: list[str]) -> None:
    cells = "\n".join(f"T{row},0{row % 6}:{row:02}" for row in range(10, 40))
    layout = guess(f"id,Handling\n{cells}".encode(), "log.csv")
    asked = Asked(layout.columns[1], (SimpleNamespace(name="Took", unit=unit),))
    assert [one for one in asked.choices if ":" in one] == choices
    if not choices:
        return
    draft = drafted(layout, proposed(layout, "UTC"), [], None, "log.csv")
    view = blocks.mapping_form(Seen(filename="log.csv", layout=layout, units=[asked]), draft)
    assert view_problems(view, lambda _: None, "modal") == []
    block = next(one for one in view["blocks"] if one.get("block_id", "").startswith(blocks.UNIT))
    assert block["label"]["text"] == "What is 04:10 in Handling?"
    assert [one["text"]["text"] for one in block["element"]["options"]] == ["4 h 10 min", "4 min 10 s"]
    assert "initial_option" not in block["element"]


@pytest.mark.parametrize(("unit", "first"), [("h:mm", 4 * 3600 + 10 * 60), ("min:s", 4 * 60 + 10)])
def test_what_is_chosen_for_a_clock_is_read_so(unit: str, first: float) -> None:
    rows = "\n".join(f"2025-01-{row},0{row % 6}:{row}" for row in range(10, 29))
    source = SourceDefinition(id="x", timezone="UTC", options={"units": {"Handling": unit}})
    read_so = read(f"at,Handling\n{rows}".encode(), source, moments=["at"], numbers=["Handling"])
    assert (read_so.frame["Handling"].iloc[0], read_so.units["Handling"]) == (first, "s")
