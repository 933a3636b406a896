"""``python -m tests.mutants --seed 1 --sample 300``: how many small wrong changes the tests see.

Each change is tried by itself, on the tests of its folder that stand alone (tests/fast.py); what nobody sees is
printed, to be read: a decision without a test, or code that does nothing. The files are not touched.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.mutants.mutations import mutations
from tests.mutants.running import (
    BROKEN,
    ROOT,
    SURVIVED,
    Ended,
    Mutant,
    forked,
    load_others,
    run_tests,
    tried,
    wait,
)

# The folders changed, and where their tests are.
PLACES = {
    "csi/step5_analyse": ("tests/step5_analyse",),
    "csi/analysis": ("tests/analysis",),
    "csi/cycle": ("tests/cycle",),
    "bot/delivery": ("tests/bot/delivery",),
}
LONGEST = 600.0  # seconds for the tests of a folder without a change


def sources(place: str) -> list[Path]:
    """The modules of a folder; ``__init__`` only names what others hold."""
    return sorted(path for path in (ROOT / place).glob("*.py") if path.name != "__init__.py")


def nearest_first(path: Path, folders: Sequence[str]) -> list[str]:
    """The files of tests, those first that name the changed module."""
    files = [file for folder in folders for file in sorted((ROOT / folder).glob("test_*.py"))]
    texts = {file: file.read_text(encoding="utf-8") for file in files}
    return [str(file) for file in sorted(files, key=lambda file: -texts[file].count(path.stem))]


def every_mutant(places: Sequence[str]) -> list[Mutant]:
    """All there are, in the order of files and lines."""
    return [
        Mutant(path, one, nearest_first(path, PLACES[place]))
        for place in places
        for path in sources(place)
        for one in mutations(path.read_text(encoding="utf-8"))
    ]


def drawn(every: Sequence[Mutant], places: Sequence[str], sample: int, seed: int) -> list[Mutant]:
    """As many of each folder, as far as it has them: else nine of ten would be of the largest one."""
    left, found = sample, []
    groups = [[one for one in every if one.path.is_relative_to(ROOT / place)] for place in places]
    groups.sort(key=len)
    for number, group in enumerate(groups):
        share = min(len(group), left // (len(groups) - number))
        found += random.Random(seed).sample(group, share)
        left -= share
    return found


def seconds_of(place: str) -> float:
    """How long the tests of a folder take without a change.

    Raises:
        SystemExit: they fail, so that nothing could be told by them.
    """
    since = time.monotonic()
    code = wait(forked(lambda: run_tests([str(ROOT / folder) for folder in PLACES[place]])), LONGEST)
    if code != 0:
        sys.exit(f"The tests of {place} do not pass without a change (pytest's exit code {code}).")
    return time.monotonic() - since


def told(ended: Sequence[Ended]) -> str:
    """The figures, by folder and in all."""
    lines = []
    for place in (*PLACES, ""):
        states = Counter(one.state for one in ended if f"{one.mutant.path.relative_to(ROOT)}".startswith(place))
        count = states.total() - states[BROKEN]
        if count:
            killed = count - states[SURVIVED]
            lines.append(f"{place or 'in all'}: {killed} of {count} seen ({killed / count:.0%})")
    return "\n".join(lines)


def main() -> None:
    """Draw a sample, try it, tell."""
    asked = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--sample", type=int, default=300)
    asked.add_argument("--place", action="append", choices=list(PLACES), help="only this folder")
    asked.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked.add_argument("--list", action="store_true", help="only name the mutants")
    said = asked.parse_args()
    places = said.place or list(PLACES)
    every = every_mutant(places)
    sample = drawn(every, places, said.sample, said.seed)
    if said.list:
        print("\n".join(map(str, sample)))
        return
    load_others()
    limits = {place: 30 + 4 * seconds_of(place) for place in places}
    ended = []
    for one in tried(sample, lambda mutant: limits[str(mutant.path.parent.relative_to(ROOT))], said.processes):
        ended.append(one)
        if one.state in (SURVIVED, BROKEN):
            print(f"{one.state} ({len(ended)}): {one.mutant}", flush=True)
    print(f"{len(every)} mutants in all, {len(sample)} drawn with seed {said.seed}\n{told(ended)}")


if __name__ == "__main__":
    main()
