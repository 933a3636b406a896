"""Writes ``tickets.csv``: a made-up service desk of 38 weeks, whose second line has a morning rota from the 25th on."""

from __future__ import annotations

import csv
import math
import random
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).parent
MONDAY = datetime(2026, 1, 5)
WEEKS, ROTA = 38, 24  # weeks in all, and those before the rota
HEADER = ("Number", "Opened", "Resolved", "Priority", "Reopened", "Score (0-10)")


def rows(seed: int = 7) -> list[tuple[str, ...]]:
    """One row a ticket, by opening; the last are still open, one moment cannot be read, one row stands twice."""
    draw = random.Random(seed)
    cases: list[tuple[datetime, timedelta]] = []
    for week in range(WEEKS):
        usual = 36.0 if week < ROTA else 15.0  # hours of the middle ticket
        for _ in range(draw.randint(14, 20)):
            opened = MONDAY + timedelta(weeks=week, minutes=draw.randrange(5 * 24 * 60))
            took = timedelta(hours=usual * math.exp(draw.gauss(0.0, 0.5)))
            cases.append((opened, took))
    made = [_row(number, at, at + took, draw) for number, (at, took) in enumerate(sorted(cases))]
    spoilt = made[200]
    made[200] = (*spoilt[:2], "31/04/2026 10:00", *spoilt[3:])
    return [*made[:300], made[299], *made[300:]]


def _row(number: int, opened: datetime, resolved: datetime, draw: random.Random) -> tuple[str, ...]:
    ended = f"{resolved:%d/%m/%Y %H:%M}" if resolved < MONDAY + timedelta(weeks=WEEKS) else ""
    score = str(draw.choice((3, 6, 7, 8, 9, 9, 10, 10))) if ended and draw.random() < 0.6 else ""
    priority = draw.choice(("1 - High", "2 - Medium", "2 - Medium", "3 - Low"))
    reopened = str(int(draw.random() < 0.05))
    return f"T{number:04d}", f"{opened:%d/%m/%Y %H:%M}", ended, priority, reopened, score


def write(path: Path) -> None:
    """The file, byte for byte the same each time."""
    with path.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out, lineterminator="\n")
        lines.writerow(HEADER)
        lines.writerows(rows())


if __name__ == "__main__":
    write(HERE / "tickets.csv")
