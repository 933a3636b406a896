"""Printed numbers that do not add up: none, in the golden texts and in all that is said of 200 seeded series."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from csi.analysis import KpiInput, judge
from csi.analysis.finding import draft
from csi.analysis.sentence import below, headline, sentence
from csi.charts import further, where
from csi.charts.alt_text import control_chart_text
from csi.charts.report import details
from csi.charts.view import View
from csi.terms import Direction, Period
from tests.analysis import test_read_first
from tests.analysis.adding import sums, wrong
from tests.analysis.series import kpi_input, noise, plain_result
from tests.charts import places, samples

SERIES = 120  # every level with either direction, as a share, counted or measured
LEVELS = (0.4, 3.0, 25.0, 50.0, 180.0, 2400.0, 3e-7, 5e8)


def test_the_golden_texts_add_up() -> None:
    text = Path(__file__).with_name("sentences.txt").read_text()
    assert len(sums(text)) > 50
    assert wrong(text) == []


def test_every_combination_adds_up_in_all_its_lengths() -> None:
    seen = 0
    for subject, facts, verdict in test_read_first.CASES:
        evidence = test_read_first.evidence(facts, verdict)
        text = f"{headline(subject, facts, verdict)} {below(subject, facts, evidence, [])}\n"
        text += sentence(subject, facts, verdict, evidence)
        seen += len(sums(text))
        assert wrong(text) == [], text
    assert seen > len(test_read_first.CASES) / 3


def _item(seed: int) -> KpiInput:
    """A series of its own level, spread, change and target; every third is a share, a fifth is counted."""
    random = np.random.default_rng(seed)
    level, spread = LEVELS[seed % len(LEVELS)], float(random.choice([0.002, 0.02, 0.1]))
    moved, off = float(random.uniform(-4, 4)), float(random.uniform(-0.3, 0.3))
    direction = (Direction.LOWER, Direction.HIGHER)[seed % 2]
    if seed % 3 == 0:
        n = random.integers(20, 400, 36)
        good = random.binomial(n, np.where(np.arange(36) < 24, 0.7, 0.7 + moved / 20))
        about: dict[str, Any] = {"n": n.astype(float), "numerator": good, "measure": "share", "unit": "%"}
        return kpi_input(100 * good / n, direction=direction, target=70.0 + off, value=None, good="x", **about)
    if seed % 5 == 0:
        counts = random.poisson(np.where(np.arange(36) < 24, 9, max(9 + moved, 0.5))).astype(float)
        return kpi_input(counts, measure="count", value=None, unit="count", target=8.0, direction=Direction.LOWER)
    values = noise(36, level=level, sigma=level * spread, seed=seed)
    values[24:] += moved * level * spread
    return kpi_input(values, direction=direction, target=float(values[24:].mean()) + off * level * spread)


@cache
def judged() -> dict[str, View]:
    """What is said of each of the series, as it is shown."""
    items = {str(seed): _item(seed) for seed in range(SERIES)}
    found = judge(items)
    return {
        seed: View(
            kpi=item.definition,
            processed=samples.processed(item.series, item.definition),
            analysis=found[seed],
            service="Desk",
            source="tickets",
            baseline=item.baseline,
            evaluation=item.evaluation,
        )
        for seed, item in items.items()
    }


def said(view: View) -> Iterator[str]:
    """Every text of a KPI in which levels stand beside their difference."""
    of = view.analysis
    yield of.sentence
    yield f"{of.headline} {of.detail.below}"
    yield f"{of.detail.summary} {of.detail.below}"
    yield control_chart_text(view)
    yield "\n".join(details(view, None))
    for _, drawn in further.drawings(view):
        yield f"{drawn.title} {drawn.alt_text}"


def test_what_is_said_of_a_hundred_series_adds_up() -> None:
    texts = [text for view in judged().values() for text in said(view)]
    assert len([place for text in texts for place in sums(text)]) > 4 * SERIES
    assert [place for text in texts for place in wrong(text)] == []


@pytest.mark.parametrize("seed", range(0, SERIES, 20))
def test_a_drafted_finding_adds_up(seed: int) -> None:
    text = draft("A KPI", Period.WEEK, plain_result(_item(seed))).against_baseline
    assert sums(text)
    assert wrong(text) == []


def test_groups_are_told_as_their_levels_are_read() -> None:
    seen = 0
    for seed in range(6):
        for shown in (places.ranking(tuple(np.random.default_rng(seed).normal(0, 2, 6))), places.funnel(4 + seed)):
            for group, figures in where.rows_of(shown):
                for one in shown.where.sentences:
                    if one.startswith(f"{shown.where.column} {group}: "):
                        text = f"{figures} {one.removesuffix('.').partition(': ')[2]}".replace(" (likely", ", likely")
                        seen += len(sums(text))
                        assert sums(text), text
                        assert wrong(text) == [], text
    assert seen > 6


@pytest.mark.parametrize(
    ("text", "off"),
    [
        ("fell from 24.6 h to 19.8 h (−4.8 h, likely −7.1 to −2.4)", False),
        ("fell from 24.6 h to 19.8 h (−4.7 h, likely −7.1 to −2.4)", True),
        ("Reopened rose from 1.1 % to 3.2 % (+2.2 points, likely +0.9 to +3.3)", True),
        ("24.6 → 19.8 h; target 20 h is not met. −4.8 h, likely −7.1 to −2.4 · strong evidence", False),
        ("1,024.6 → 1,019.8 h; no target is set. −4.9 h, likely −7.1 to −2.4", True),
        ("stayed at 24.6 h (−0.1 h, likely −1 to 1)", True),
        ("Stays at 24.6 h; no target is set. 0.0 h, likely −1.0 to +1.0", False),
        ("24.6 h before, 19.8 h after (−4.8 h, −20 % of the baseline", False),
        ("Baseline 1 – 2 May: 5 h · Evaluation 3 – 4 May: 7 h\nDifference: +3 h (+1 to +4)", True),
        ("24.8 million → 12.8 million EUR; target 20 million EUR is met. −12.0 million EUR, likely −1", False),
        ("2.60 billion → 2.50 billion; x. −0.11 billion, likely −1", True),
        ("2.60 × 10^−7 → 2.50 × 10^−7 h; x. −0.10 × 10^−7 h, likely −1", False),
    ],
)
def test_the_check_sees_what_is_off(text: str, off: bool) -> None:
    assert len(sums(text)) == 1
    assert bool(wrong(text)) is off
