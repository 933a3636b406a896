"""``python -m tests.calibration``: the table of docs/calibration.md, anew.

``CSI_SERIES=2000`` takes that many series a cell, ``CSI_SEED=7`` other ones; words (``python -m tests.calibration
"1 σ"``) print the cells whose names hold one of them. CI draws few of each (``tests/reference/test_verdicts.py``).
"""

from __future__ import annotations

import sys

from tests.benchmarks.verdicts import main

if __name__ == "__main__":
    main(sys.argv[1:])
