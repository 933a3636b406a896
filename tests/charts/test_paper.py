"""The report on paper: A4, a page a KPI, letters that can be searched, the picture in words; same facts, same bytes."""

from __future__ import annotations

import re
from dataclasses import replace

from csi.charts.charts import draw
from csi.charts.paper import report_pdf
from csi.charts.slam import slam_chart
from tests.charts.samples import KPI, base, view


def test_a_page_a_kpi_behind_the_first_with_fonts_inside() -> None:
    facts = base(*(view([10.0, 30.0], kpi=replace(KPI, id=f"k{at}", name=f"KPI {at}")) for at in range(3)))
    pictures = {one.kpi.id: draw(one) for one in facts.views}
    made = [report_pdf(facts, pictures, slam_chart(facts)) for _ in range(2)]
    assert made[0] == made[1]
    assert len(re.findall(rb"/Type /Page\b", made[0])) == 4
    sizes = [tuple(map(float, box.split())) for box in re.findall(rb"/MediaBox \[ ?([\d. ]+)\]", made[0])]
    assert {(round(right / 72, 2), round(top / 72, 2)) for *_, right, top in sizes} == {(8.27, 11.69)}
    assert b"/FontFile2" in made[0]
    assert b"CreationDate" not in made[0]
