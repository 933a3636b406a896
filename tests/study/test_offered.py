"""What is offered for a recognised export gives the right figures when it is run as a study."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from csi.reading.exports import computable, of_layout
from csi.reading.layout import guess
from csi.reading.proposing import proposed
from csi.study.running import run


def _series(folder: Path, text: str) -> dict[str, list[float]]:
    """Per KPI offered for a file its values by week, in UTC."""
    file = folder / "t.csv"
    file.write_text(text, encoding="utf-8")
    layout = guess(file)
    export = of_layout(layout)
    assert export is not None
    said = proposed(layout, "UTC")
    units = {"units": said.options["units"]} if "units" in said.options else {}
    kpis = {one.id: {"source": "t", "direction": "lower", **one.definition} for one in computable(export)}
    study = {
        "study": 1,
        "service": "desk",
        "timezone": "UTC",
        "period": "week",
        "kpis": kpis,
        "sources": {"t": {"file": "t.csv", "key": said.key, "dates": said.dates, **units}},
    }
    path = folder / "study.yml"
    path.write_text(yaml.safe_dump(study, allow_unicode=True), encoding="utf-8")
    return {id: list(one.processed.series["value"]) for id, one in run(path).kpis.items()}


def test_zendesk(tmp_path: Path) -> None:
    """Two tickets of 3 h and 5 h, one good and one bad answer, first replies after 30 and 90 minutes."""
    found = _series(
        tmp_path,
        "Summation column,Id,Requester,Created at,Solved at,First reply time in minutes,Reopens,Satisfaction Score\n"
        "1,7,a,2025-01-06 09:00:00,2025-01-06 12:00:00,30,0,Good\n"
        "1,8,b,2025-01-07 09:00:00,2025-01-07 14:00:00,90,1,Bad\n"
        "1,9,c,2025-01-08 09:00:00,2025-01-08 13:00:00,60,0,Offered\n",
    )
    assert found == {"volume": [3], "K10": [0], "K03": [4], "K02": [60], "K08": [pytest.approx(100 / 3)], "K16": [50]}


def test_a_portuguese_otrs_search(tmp_path: Path) -> None:
    """One ticket kept (446 minutes left), one late (-30), one without an agreed time (0), one still open."""
    found = _series(
        tmp_path,
        "Número;Ticket#;Idade;Criado;Hora de Fechamento;Fila;Tempo de solução em minutos;"
        "Delta de tempo de solução em minutos\n"
        "1;20250001;1 d 2 h;2025-01-06 15:00:00;2025-01-06 16:00:00;a;33;446\n"
        "2;20250002;1 d 2 h;2025-01-07 15:00:00;2025-01-07 18:00:00;a;120;-30\n"
        "3;20250003;1 d 2 h;2025-01-08 15:00:00;2025-01-08 17:00:00;a;60;0\n"
        "4;20250004;1 d 2 h;2025-01-09 15:00:00;;a;0;0\n",
    )
    assert found == {"volume": [4], "K10": [1], "K03": [2], "K09": [50]}
