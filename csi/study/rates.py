"""The rates of a study file: what one currency is worth in another, from which day, says who."""

from __future__ import annotations

from csi.definition import ExchangeRate
from csi.series import units
from csi.series.periods import moment_of
from csi.study.keys import Keys
from csi.words.wording import plainly


def rates_said(top: Keys, timezone: str) -> tuple[ExchangeRate, ...]:
    """The list below ``rates``; two of one pair may not begin at one moment."""
    found: dict[tuple[object, ...], ExchangeRate] = {}
    for keys in top.items("rates"):
        rate = _rate(keys)
        if rate is None:
            continue
        place = (rate.unit, rate.wanted, moment_of(rate.start, timezone))
        if place in found:
            keys.wrong("from", f"{rate.unit} in {rate.wanted} has a rate from {rate.start} already; expected one")
        found[place] = rate
    return tuple(found.values())


def _rate(keys: Keys) -> ExchangeRate | None:
    unit, wanted = _currency(keys, "unit"), _currency(keys, "in")
    start, rate = keys.moment("from", needed=True), _positive(keys)
    source = keys.text("source")
    keys.end()
    if unit and unit == wanted:
        keys.wrong("in", f"is {wanted!r} as the unit is; expected another currency")
    if not unit or not wanted or start is None or rate is None:
        return None
    return ExchangeRate(unit, wanted, start, rate, source)


def _currency(keys: Keys, key: str) -> str:
    name = keys.text(key, needed="a currency such as EUR")
    found = units.find(name) if name else None
    if found is not None:
        keys.wrong(key, f"{name!r} is a unit of {found.dimension}; expected a currency such as EUR")
        return ""
    return name


def _positive(keys: Keys) -> float | None:
    if keys.get("rate") is None:
        keys.wrong("rate", "is missing; expected a number above 0")
    rate = keys.number("rate")
    if rate is not None and rate <= 0:
        keys.wrong("rate", f"expected a number above 0, not {plainly(rate)}")
        return None
    return rate
