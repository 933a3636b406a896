"""Every sentence is one message of the catalogue: in a language made by rule no English is left."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from csi.terms import VERDICTS, Awaited, Direction, Evidence, Period, Verdict
from csi.words import behind, footnotes, heading, messages, together, waiting, wording
from csi.words.messages import counted, said, said_as, spoken
from tests.words.pseudo import Pseudo, strange
from tests.words.test_behind import plain
from tests.words.test_nothing_reads_a_sentence import is_sentence

ROOT = Path(__file__).parents[2]
KEYWORDS = {"said": None, "mark": None, "counted": (1, 2), "said_as": ((1, "c"), 2)}
# Rooms whose sentences are not all messages of the catalogue yet. Each that is done leaves the list.
NOT_YET = {
    "bot",
    "bot/blocks",
    "bot/delivery",
    "bot/listeners",
    "bot/push",
    "csi",
    "csi/analysis",
    "csi/charts",
    "csi/command",
    "csi/cycle",
    "csi/fetching",
    "csi/keeping",
    "csi/kpi_catalogue",
    "csi/reading",
    "csi/reminders",
    "csi/series",
    "csi/step1_should_measure",
    "csi/step2_can_measure",
    "csi/step3_gather",
    "csi/step4_process",
    "csi/step5_analyse",
    "csi/step6_present",
    "csi/step7_correct",
    "csi/study",
    "csi/taking_up",
}
NO_ROOM = {"bot/sandbox", "csi/migrations", "csi/models"}  # a Slack of its own; what nobody reads
NAMES = re.compile(r"XmR|\bh\b|× 10|\bp\b")  # data: kinds of charts, units, the probability


@cache
def catalogue() -> frozenset[str]:
    found: set[str] = set()
    for _, _, message, _, _ in extract_from_dir(ROOT / "csi", [("**.py", "python")], keywords=KEYWORDS):
        found |= {message} if isinstance(message, str) else {one for one in message if one}
    return frozenset(found)


def every_week() -> Iterator[str]:
    for period in Period:
        yield from (wording.periods(1, period), wording.periods(2, period), wording.each("1", period))
        yield from (wording.point(NOW, period), wording.point(NOW, period, year=False), wording.named(NOW, period))


def every_cut() -> Iterator[str]:
    for at_end in (True, False):
        for quick in (True, False):
            yield wording.cut("1", "2", NOW, at_end=at_end, quick=quick, rows=(1, 2))


def every_number_behind() -> Iterator[str]:
    results = [plain(evidence=one.value, attribution="1") for one in Evidence]
    results.append(plain(verdict=Verdict.INCONCLUSIVE.value, evidence="none", attribution="1"))
    change = {**plain()["change"], "difference": None, "hodges_lehmann": None}
    assurance = {**plain()["assurance"], "hit_share": None}
    results.append(plain(change=change, assurance=assurance, attribution="1", trend=dict.fromkeys(plain()["trend"])))
    for result in results:
        for name, text in behind.numbers(result, Period.WEEK):
            yield from (name, text)


def every_headline() -> Iterator[str]:
    gap, same = (
        together.moved(together.Move(before=24.6, after=now, difference=now - 24.6, sides=(-7.1, 1.0)))
        for now in (19.8, 24.6)
    )
    known = {"name": "1", "unit": "", "target": "2", "why": "2"}
    for label, change, state, held in product(VERDICTS, heading.CHANGES, (*heading.STATES, ""), (True, False)):
        for read in (gap, same, None):
            told = heading.Told(label=label, read=read, change=change, state=state, held=held, **known)
            yield from (heading.headline(told), heading.summary(told), heading.ruled(label, "1"))
    for evidence, allows in product(Evidence, ("", "3")):
        yield heading.below(
            heading.Below(read=gap, evidence=evidence, before=1, after=2, period=Period.WEEK, allows=allows)
        )
    yield from (heading.of_verdicts([*Verdict] * 2, 1), heading.of_verdicts([], 1), heading.of_verdicts([]))
    yield from (heading.ruled("NOT MEASURED", ""), heading.titled("1", "2"))


NOW = datetime(2016, 2, 29, 14, tzinfo=UTC)
MOVED = together.Move(before=24.6, after=19.8, difference=-4.8, sides=(-7.1, -2.4), unit="%")
SAMPLES: dict[str, Callable[[], Iterator[str]]] = {
    "behind": every_number_behind,
    "footnotes": lambda: iter(
        (
            footnotes.left_out(date(2016, 2, 1), date(2016, 2, 3), "1", "2", 1),
            footnotes.left_out(date(2016, 2, 1), date(2016, 2, 3), "1", "2", 2),
            footnotes.to_be_left_out(date(2016, 2, 1), date(2016, 2, 3), "1", ""),
        )
    ),
    "waiting": lambda: (waiting.phrase(kind, 1, "2") for kind in Awaited),
    "together": lambda: iter(
        (
            *(together.moved(MOVED).__getattribute__(name) for name in ("before", "after", "difference", "likely")),
            together.slope(-0.3, (-0.4, -0.2), "h", Period.WEEK),
            together.slope(-0.3, (), "h", Period.WEEK),
            together.slope(1e-6, (0.0, 1e-5), "h", Period.DAY),
            *together.share(0.5, (0.4, 0.6)),
            together.Scale("h", 1).likely((1.0, 2.0)),
        )
    ),
    "periods": every_week,
    "headings": every_headline,
    "cuts": every_cut,
    "wording": lambda: iter(
        (
            wording.number(float("inf"), 1),
            wording.gap(1, "%", 1),
            wording.when(NOW),
            wording.when(None),
            wording.listed(["1", "2", "3"]),
            wording.either(["1", "2"]),
            *map(wording.direction, Direction),
            *(wording.day(date(2016, month, 1), year=month % 2 == 0) for month in range(1, 13)),
        )
    ),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_no_english_is_left_in_what_the_words_say(name: str) -> None:
    english = list(SAMPLES[name]())
    with spoken(Pseudo(catalogue())):
        strange_ones = list(SAMPLES[name]())
    assert len(english) == len(strange_ones)
    left = [text for text in strange_ones if re.search("[A-Za-z]", NAMES.sub("", text))]
    assert left == []
    assert list(SAMPLES[name]()) == english


def sentences(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Texts with words in them that are no docstring, and no message of the catalogue."""
    messages_of = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS
        for argument in node.args
        for inner in ast.walk(argument)
    }
    documents = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and is_sentence(node.value) and id(node) not in messages_of | documents:
            yield str(node.value), node.lineno


def room_of(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    return "/".join(parts[: min(2, len(parts) - 1)])


def test_the_rooms_that_are_not_done_are_these_and_no_others() -> None:
    left = {
        room_of(path)
        for part in ("csi", "bot")
        for path in (ROOT / part).rglob("*.py")
        if any(sentences(ast.parse(path.read_text(encoding="utf-8"))))
    }
    assert left - NO_ROOM == NOT_YET


def test_a_message_is_found_with_its_fields_in_the_language_that_is_spoken() -> None:
    assert said("week of {day}", day="1") == "week of 1"
    with spoken(Pseudo()):
        assert said("week of {day}", day="a {b}") == "⟦ŵééķ óƒ a {b}⟧"
        assert said_as("approved by", "nobody") == strange("nobody")
        assert counted("{count} row of {all}", "{count} rows of {all}", 1200, all=3) == "⟦1,200 ŕóŵš óƒ 3⟧"
        assert counted("{count} row", "{count} rows", 1) == "⟦1 ŕóŵ⟧"
    assert counted("{count} row", "{count} rows", 2) == "2 rows"
    assert messages.mark("a") == "a"


def test_what_was_said_in_one_language_is_not_said_so_in_the_next() -> None:
    first = together.moved(MOVED).difference
    with spoken(Pseudo()):
        assert together.moved(MOVED).difference == first.replace("points", strange("points"))
    assert together.moved(MOVED).difference == first
