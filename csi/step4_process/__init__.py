"""Step 4, process the data: one comparable series per KPI. Pure functions."""

from csi.step4_process.column_kinds import columns_needed
from csi.step4_process.columns import columns_read
from csi.step4_process.doubt_words import said, settling
from csi.step4_process.doubted import doubts
from csi.step4_process.doubts import Doubt, DoubtKind
from csi.step4_process.pipeline import Made, process, process_study
from csi.step4_process.processed import Processed, Quality, SourceCounts, trace

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
    "trace",
]
