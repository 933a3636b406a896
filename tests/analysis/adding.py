"""Whether the numbers that are printed beside each other add up: what was, what is, and the difference between."""

from __future__ import annotations

import re
from decimal import Decimal

NUMBER = r"([+−]?\d[\d,]*(?:\.\d+)?(?: (?:million|billion|trillion)| × 10\^−?\d+)?)"
POWERS = {6: "million", 9: "billion", 12: "trillion"}
UNIT = r"(?: (?:%|points|[a-zA-Z]{1,8})(?![a-zA-Z]))?"
# Levels, then their difference; what lies between them may hold no other levels.
SAID = (
    re.compile(rf"from {NUMBER}{UNIT} to {NUMBER}{UNIT} \({NUMBER}{UNIT}[,;)]"),
    re.compile(rf"{NUMBER}{UNIT} before, {NUMBER}{UNIT} after \({NUMBER}{UNIT}[,;)]"),
    re.compile(rf"{NUMBER} → {NUMBER}(?:(?!→)[^\n])*?\s{NUMBER}{UNIT}, likely"),
    re.compile(
        rf"Baseline [^:]*: {NUMBER}{UNIT} · Evaluation [^:]*: {NUMBER}{UNIT}(?:(?!Baseline)[\s\S])*?"
        rf"Difference: {NUMBER}{UNIT}"
    ),
    re.compile(rf"[Ff]rom {NUMBER}{UNIT} to {NUMBER}{UNIT}, change {NUMBER}"),
)
STAYED = (
    re.compile(rf"[Ss]tayed at {NUMBER}{UNIT} \({NUMBER}{UNIT}[,;)]"),
    re.compile(rf"[Ss]tays at {NUMBER}{UNIT}(?:(?!→)[^\n])*?\s{NUMBER}{UNIT}, likely"),
)


def read(text: str) -> Decimal:
    """A number as it is printed."""
    plain = text.replace(",", "").replace("−", "-").replace(" × 10^", "e")
    for power, word in POWERS.items():
        plain = plain.replace(f" {word}", f"e{power}")
    return Decimal(plain)


def sums(text: str) -> list[tuple[str, Decimal]]:
    """Every place where levels stand with their difference, and by how much it is off."""
    moved = [(one[0], read(one[1]) + read(one[3]) - read(one[2])) for way in SAID for one in way.finditer(text)]
    stayed = [(one[0], read(one[2])) for way in STAYED for one in way.finditer(text)]
    return moved + stayed


def wrong(text: str) -> list[str]:
    """The places where the numbers do not add up."""
    return [place for place, off in sums(text) if off]
