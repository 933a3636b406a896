"""Step 5, analyse the data: limits, signals, trend, change, verdict. Pure functions."""

from csi.step5_analyse.analysis import Analysis, KpiInput
from csi.step5_analyse.judge import judge

__all__ = ["Analysis", "KpiInput", "judge"]
