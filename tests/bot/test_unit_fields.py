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
from csi.reading.layout import guess
from csi.reading.proposing import proposed


def _shown(folder: Path, header: str, cell: str, units: tuple[str, ...], draft: Mapping[str, str], more: bool) -> bool:
    path = folder / "log.csv"
    path.write_text("\n".join([f"id,{header}", *(f"T{row},{cell}" for row in range(20))]))
    layout = guess(path, path.name)
    asked = Asked(layout.columns[1], tuple(SimpleNamespace(name="Took", unit=unit) for unit in units))
    field = f"{blocks.UNIT}{blocks.value_of(header)}"
    filled = {**drafted(layout, proposed(layout, "UTC"), [], None, path.name), **draft}
    view = blocks.mapping_form(Seen(path.name, layout, units=[asked]), filled, more=more)
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
