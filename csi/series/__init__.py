"""Step 4, process the data: one comparable series per KPI. Pure functions."""

from csi.series.column_kinds import columns_needed
from csi.series.columns import columns_read
from csi.series.doubt_words import said, settling, so_far
from csi.series.doubted import doubts
from csi.series.doubts import Doubt, DoubtKind
from csi.series.pipeline import Made, process, process_study
from csi.series.processed import Processed, Quality, SourceCounts, trace

__all__ = [
    "Doubt",
    "DoubtKind",
    "Made",
    "Processed",
    "Quality",
    "SourceCounts",
    "columns_needed",
    "columns_read",
    "doubts",
    "process",
    "process_study",
    "said",
    "settling",
    "so_far",
    "trace",
]
