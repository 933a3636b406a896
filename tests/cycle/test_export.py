"""What is packed with a study is safe to open."""

from __future__ import annotations

import pandas as pd

from csi.cycle.study_export import _csv
from csi.reading.chunk import quarantine_frame
from csi.reading.reading import Reading


def test_typed_numbers_hold_no_formula() -> None:
    frame = pd.DataFrame({"kpi": ["a", "b"], "value": [-3.0, 4.5], "unit": ["=HYPERLINK(1)", "h"]})
    lines = _csv(Reading(frame, quarantine_frame(()), 2, "x")).decode().splitlines()
    assert lines == ["kpi,value,unit", "a,-3.0,'=HYPERLINK(1)", "b,4.5,h"]
