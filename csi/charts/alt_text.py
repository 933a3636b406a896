"""Charts in words, made from the same data: for those who don't see the picture (V6.4)."""

from __future__ import annotations

from collections.abc import Sequence

from csi.charts.canvas import ALT_TEXT_LIMIT
from csi.charts.marks import Mark, exclusions, gaps
from csi.charts.view import View, footnotes, limits_said, origin, target_text, windows_text
from csi.words.heading import ruled
from csi.words.wording import clip, direction, periods, sentence

SIGNALS_NAMED = 6


def control_chart_text(view: View) -> str:
    """What the control chart shows, most important first, in at most 2,000 characters."""
    unit = "numbers" if view.unit in ("", "count") else f"in {view.unit}"
    parts = [
        f"Control chart: {clip(view.name, 200)} for {clip(view.service, 100)}, {unit} per {view.period}, "
        f"{direction(view.kpi.direction)}.",
        sentence(ruled(view.analysis.badge, view.analysis.detail.summary)),
        view.analysis.detail.below,
        _values(view),
        _lines(view),
        _signals(view),
        _holes(view),
        sentence(windows_text(view)),
        sentence(origin(view)),
        *(sentence(note) for note in footnotes(view)),
    ]
    return clip(" ".join(" ".join(part.split()) for part in parts if part), ALT_TEXT_LIMIT)


def _values(view: View) -> str:
    whole = view.whole
    if not whole:
        return _unfinished(view)
    lowest, highest, latest = _extremes(whole)
    span = f"{periods(len(whole), view.period).capitalize()} with a value, {view.at(whole[0])} to {view.at(latest)}"
    if len(whole) == 1:
        return f"One finished period, {view.at(latest)}: {view.said(latest.value)}."
    return (
        f"{span}: lowest {view.said(lowest.value)} ({view.at(lowest)}), highest "
        f"{view.said(highest.value)} ({view.at(highest)}), latest {view.said(latest.value)}."
    )


def _unfinished(view: View) -> str:
    """What there is where no period is finished with a value that is shown: values all the same, or too few cases."""
    every = periods(len(view.marks), view.period).capitalize()
    if valued := [mark for mark in view.marks if mark.value is not None]:
        lowest, highest, latest = _extremes(valued)
        held = "none of them whole" if len(valued) == len(view.marks) else f"{len(valued)} with a value, none whole"
        return (
            f"{every}, {held}: lowest {view.said(lowest.value)} ({view.at(lowest)}), highest "
            f"{view.said(highest.value)} ({view.at(highest)}), latest {view.said(latest.value)}."
        )
    if any(mark.suppressed for mark in view.marks):
        return f"{every}, each of too few cases to be shown."
    return f"{every}, none finished with a value."


def _extremes(valued: Sequence[Mark]) -> tuple[Mark, Mark, Mark]:
    """The lowest, the highest and the latest."""
    return min(valued, key=_value), max(valued, key=_value), valued[-1]


def _value(mark: Mark) -> float:
    return mark.value if mark.value is not None else 0.0


def _lines(view: View) -> str:
    limits = view.analysis.limits
    target = target_text(view)
    centre = f", centre {view.said(limits.centre)}" if limits.exist else ""
    return f"{target[:1].upper()}{target[1:]}{centre}{_between(view)}. {sentence(limits_said(view))}"


def _between(view: View) -> str:
    limits = view.analysis.limits
    lower, upper = _edge(limits.lower, min, view), _edge(limits.upper, max, view)
    last = [_edge(side, _newest, view) for side in (limits.lower, limits.upper)]
    newest = f", at the newest {view.period} {last[0]} to {last[1]}" if last != [lower, upper] else ""
    return f", limits {lower} to {upper}{newest}" if limits.exist else ""


def _newest(known: Sequence[float]) -> float:
    """Where limits move with the number of cases the chart names the last."""
    return known[-1]


def _edge(side: object, outermost: object, view: View) -> str:
    if isinstance(side, tuple | list):
        known = [value for value in side if value is not None]
        side = outermost(known) if known and callable(outermost) else None
    return view.said(side if isinstance(side, int | float) else None) if side is not None else "none"


def _signals(view: View) -> str:
    of = [mark for mark in view.whole if mark.signal]
    if not of:
        return "No signals." if view.analysis.limits.exist else ""
    named = [_signal(view, mark) for mark in of[-SIGNALS_NAMED:]]
    more = f" and {len(of) - SIGNALS_NAMED} earlier" if len(of) > SIGNALS_NAMED else ""
    return f"Signals: {'; '.join(named)}{more}."


def _signal(view: View, mark: Mark) -> str:
    rule = mark.rule.marked if mark.rule else ""
    return f"{mark.signal}, {rule}, {view.at(mark)} ({view.said(mark.value)})"


def _holes(view: View) -> str:
    partial = [mark for mark in view.marks if mark.partial and mark.value is not None]
    said = [
        _count(sum(g.last - g.first + 1 for g in gaps(view.marks)), view, "without data"),
        _count(len(partial), view, "unfinished and not judged"),
        _count(sum(s.last - s.first + 1 for s in exclusions(view.marks)), view, "with something left out"),
    ]
    return " ".join(text for text in said if text)


def _count(number_of: int, view: View, what: str) -> str:
    return f"{periods(number_of, view.period).capitalize()} {what}." if number_of else ""


def joined(parts: Sequence[str]) -> str:
    """Sentences one after the other, clipped to what Slack takes."""
    return clip(" ".join(part for part in parts if part), ALT_TEXT_LIMIT)
