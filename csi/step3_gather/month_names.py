"""Months by name: dates in which the month is a word are read the same whichever way round the others stand."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

# English, German, French, Spanish, Portuguese, Italian: the tongues of the exports met so far.
_NAMES = (
    "january february march april may june july august september october november december",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
)
_SHORTEST = 3


def _numbers() -> dict[str, int]:
    """Number by name, in full or cut after its third letter or later, where only one month is meant."""
    meant: dict[str, set[int]] = {}
    for names in _NAMES:
        for number, name in enumerate(names.split(), start=1):
            for length in range(_SHORTEST, len(name) + 1):
                meant.setdefault(name[:length], set()).add(number)
    return {name: numbers.pop() for name, numbers in meant.items() if len(numbers) == 1}


_NUMBERS = _numbers()
_KNOWN = pa.array(list(_NUMBERS), pa.string())
_AS_NUMBERS = pa.array(list(_NUMBERS.values()), pa.int64())


def month_numbers(words: pa.StringArray) -> pa.Int64Array:
    """1 to 12 by name (``Mar``, ``März``, ``sept``); 0 for any other word."""
    places = pc.index_in(pc.utf8_lower(words), value_set=_KNOWN)
    return pc.fill_null(pc.take(_AS_NUMBERS, places), 0)
