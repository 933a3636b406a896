"""Step 5, analyse the data: limits, signals, trend, change, verdict. Pure functions."""

from csi.analysis.analysis import Analysis, KpiInput
from csi.analysis.judge import judge

__all__ = ["Analysis", "KpiInput", "judge"]
