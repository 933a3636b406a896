"""What says before and after noon in any language, as a strptime pattern knows it: AM and PM."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from csi.reading.calendar_words import words

# Blanks that are no plain blank, and what is left of one that was lost on the way.
_BLANKS = "[\u00a0\u2009\u202f\ufffd]"
_ENGLISH = re.compile(r"[ap]m", re.I)


def with_english_halves(texts: pa.StringArray) -> pa.StringArray:
    """The texts with AM or PM for ``p. m.``, ``午後`` and their like, each text once."""
    plain = pc.replace_substring_regex(texts, _BLANKS, " ")
    halves = {half: re.compile(rf"(?<![^\W\d_]){told}(?![^\W\d_])", re.I) for half, told in words().halves.items()}
    encoded = plain.dictionary_encode()
    made = [_in_english(text, halves) for text in encoded.dictionary.to_pylist()]
    return pa.array(made, pa.string()).take(encoded.indices)


def _in_english(text: str, halves: dict[str, re.Pattern[str]]) -> str:
    if _ENGLISH.search(text):
        return text
    for half, pattern in halves.items():
        found = list(pattern.finditer(text))
        if len(found) == 1:
            return f"{text[: found[0].start()]}{half}M{text[found[0].end() :]}"
    return text
