"""What reading says in a study's keys, in the words of the form and the buttons where it is chosen here."""

from __future__ import annotations

import re

_DATES = "“How are dates written?”"
_REST = "“Which columns hold the rest of its date?” under “More …”"
_ZONES = "“Are columns in another time zone?” under “More …”"
_EMPTY = "“What stands for “nothing here”?” under “More …”"
# A phrase of csi/reading -> the same here; what is longer stands before what it holds.
_SAID: tuple[tuple[str, str], ...] = (
    (
        "choose epoch (seconds since 1970), excel or excel1904 (days, as workbooks count)",
        f"choose “seconds since 1970” or “a workbook's days” at {_DATES}",
    ),
    (
        "list it under missing if it means “not yet”, or the column under meant if the date is real",
        f"type it at {_EMPTY} if it means “not yet”, or press “They are real dates”",
    ),
    ("or list the column under meant if the date is real", "or press “They are real dates”"),
    ("or list the column under meant if every date is right", "or press “Every date is right”"),
    ("join the two columns", f"choose the other column at {_REST}"),
    ("join it with the column that holds the year", f"choose the column that holds the year at {_REST}"),
    ("name the column's zone, such as Asia/Kolkata", f"type it at {_ZONES}, such as Asia/Kolkata"),
    (", or say in which encoding it is written (encoding).", "."),
    (": rename it under columns", " in the header of the file"),
)
_ORDERS = {
    "day_first": "“day first”",
    "month_first": "“month first”",
    "year_first": "“year first in two digits”",
    "iso": "“year first”",
}
_CHOOSE = re.compile(rf"\bchoose ((?:{'|'.join(_ORDERS)})(?:(?:, | or )(?:{'|'.join(_ORDERS)}))*)\b")
_DECIMAL = re.compile(r"^either decimal: '\.' or decimal: ',' at the source, for ")
_CLOCK = re.compile(r"^in units either \{.*: \"h:mm\"\} or \{.*: \"min:s\"\}, for ", re.DOTALL)


def in_form(text: str) -> str:
    """A sentence or an expectation as somebody meets it who maps a file in Slack."""
    for said, here in _SAID:
        text = text.replace(said, here)
    text = _CHOOSE.sub(lambda found: f"choose {_orders(found[1])} at {_DATES}", text)
    text = _DECIMAL.sub("an answer in the form to what its sign parts, for ", text)
    return _CLOCK.sub("an answer in the form to what it is, for ", text)


def _orders(names: str) -> str:
    return re.sub(r"[a-z]+(?:_[a-z]+)?", lambda name: _ORDERS.get(name[0], name[0]), names)
