"""What an answer in words says of the person who gave it: satisfied, neutral, dissatisfied, or no answer at all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("ratings.yml")
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ`´", "'") | {"_": " ", "\ufe0f": "", "\u00a0": " "})
_SKIN = re.compile("[\U0001f3fb-\U0001f3ff]")
_NUMBERED = re.compile(r"^\(?\d{1,2}\)?\s*[-–—=:.)]*\s+(?=\D)|^\d{1,2}\s*[-–—=:.)]+\s*(?=\D)")
_NUMBER_BEHIND = re.compile(r"\s*[(\[]\d{1,2}[)\]]$")
_SAID = re.compile(r"(\d{1,2})\s*(?:[=:–—-]|→)\s*([^\d,;()\[\]/]+)|(\d{1,2})\s*[(\[]([^)\]\d]+)[)\]]")


class Answer(StrEnum):
    """What somebody says."""

    SATISFIED = "satisfied"
    NEUTRAL = "neutral"
    DISSATISFIED = "dissatisfied"
    NONE = "not_an_answer"  # asked but not answered, does not know


@cache
def _file() -> Mapping[str, Any]:
    return dict(yaml.safe_load(FILE.read_text(encoding="utf-8")))


@cache
def words() -> Mapping[str, Answer]:
    """Every known wording, as ``plain`` writes it, with what it says."""
    found = _file()
    return {plain(str(word)): answer for answer in Answer for spoken in found[answer].values() for word in spoken}


def plain(text: str) -> str:
    """A wording as it is compared: small letters, usual apostrophes and blanks, no number or stop around it."""
    text = unicodedata.normalize("NFKC", text).casefold().translate(_APOSTROPHES)
    text = " ".join(_SKIN.sub("", text).split())
    bare = _NUMBER_BEHIND.sub("", _NUMBERED.sub("", text)).rstrip(".! ")
    return bare or text


def answer_of(text: str) -> Answer | None:
    """What a wording says; None where it is not known."""
    return words().get(plain(text))


def best_is_lowest(header: str) -> bool | None:
    """Whether a header says that the smallest number is the best answer; None where it says nothing of it."""
    lowered = plain(header)
    if any(word in lowered for word in _file()["best_first"]):
        return True
    said = {int(one[0] or one[2]): _side(one[1] or one[3]) for one in _SAID.findall(header)}
    good = [number for number, side in said.items() if side is Answer.SATISFIED]
    bad = [number for number, side in said.items() if side is Answer.DISSATISFIED]
    if good and bad:
        return None if min(good) == min(bad) else min(good) < min(bad)
    if good or bad:
        return (min(good or bad) <= 1) == bool(good)
    return None


def _side(text: str) -> Answer | None:
    word = plain(text)
    for name, answer in (("best", Answer.SATISFIED), ("worst", Answer.DISSATISFIED)):
        if word in _file()[name]:
            return answer
    return answer_of(word)
