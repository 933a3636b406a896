"""``python -m tests.benchmarks process|read_csv|engines|analyse|verdicts|charts``: ratios against peers, alternating
in one run; and how often a verdict is wrong."""

from __future__ import annotations

import sys
from importlib import import_module

NAMES = ("process", "read_csv", "engines", "analyse", "verdicts", "charts", "load")


def main(words: list[str]) -> int:
    """Run the benchmarks named, or all."""
    for name in words or NAMES:
        if name not in NAMES:
            print(f"{name!r} is not a benchmark; expected one of {', '.join(NAMES)}")
            return 2
        import_module(f"tests.benchmarks.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
