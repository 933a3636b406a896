"""Everything that can go wrong, as sentences fit to show.

CsiError
  InvalidInput     one field holds what it cannot hold
    UnitUnclear    … as nobody knows what unit a column's numbers are in
    DatesSwapped   … as days and months look swapped in a column
  InvalidInputs    several such fields, told in one message
  NotFound         what was named is not here
    Altered        … or is not what was kept
  TooFewPoints     a claim needs more periods than there are
  NotComparable    two things differ in unit, period, calendar, scope or definition
  GateRefused      rules of a step fail
  Conflict         somebody else was first, or the state has moved on
    TooEarly       … or has not come so far
  NotAllowed       the person's role does not permit it
  TooManyRows      more is to be read at once than a process should hold
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Place(StrEnum):
    """Where somebody who was refused goes on; the value is the word that opens it."""

    START = "start"
    STATUS = "status"
    NEXT = "next"
    BACK = "back"
    CLOSE = "close"
    ROLES = "roles"
    KPI = "kpi"
    SOURCE = "source"
    SHOULD_MEASURE = "measure"
    GATHER = "gather"
    PROCESS = "process"
    ANALYSE = "analyse"
    CORRECT = "act"
    REGISTER = "register"


@dataclass(frozen=True, slots=True)
class Way:
    """A way on from an error: the place, and what is opened there (the step to go back to, the key of a KPI)."""

    place: Place
    argument: str = ""


class CsiError(Exception):
    """Base of all errors of the core; ``str(error)`` is a sentence fit to show, ``ways`` where one goes on from it."""

    def __init__(self, *args: object, ways: Sequence[Way] = ()) -> None:
        super().__init__(*args)
        self.ways = tuple(ways)

    def __reduce__(self) -> tuple[Any, ...]:
        """An error of another process is the same here, whatever it was made from."""
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[CsiError], args: tuple[Any, ...], fields: Mapping[str, Any]) -> CsiError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(fields)
    return error


class Section(StrEnum):
    """Which part of a study a key lies in."""

    KPIS = "kpis"
    SOURCES = "sources"


class StudyKey(str):
    """A key of a study that knows whose it is: ``kpis.mttr.value.from`` is ``value.from`` of the KPI ``mttr``."""

    __slots__ = ("key", "name", "section")
    section: Section
    name: str
    key: str

    def __new__(cls, section: Section, name: str, key: str = "") -> StudyKey:
        """Written with dots between its parts."""
        self = super().__new__(cls, ".".join(filter(None, (section.value, name, key))))
        self.section, self.name, self.key = section, name, key
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """The same key in a copy, and in another process."""
        return StudyKey, (self.section, self.name, self.key)


def key_of_kpi(name: str, key: str = "") -> StudyKey:
    """A key of a KPI; without one, the KPI itself."""
    return StudyKey(Section.KPIS, name, key)


def key_of_source(name: str, key: str = "") -> StudyKey:
    """A key of a source; without one, the source itself."""
    return StudyKey(Section.SOURCES, name, key)


class InvalidInput(CsiError):
    """A field holds what it cannot hold: ``field`` names it, ``reason`` is a sentence with what was expected.

    ``about`` is the key of the study that it lies at, where that is known: of a KPI or a source.
    """

    def __init__(self, field: str, reason: str, *, ways: Sequence[Way] = (), about: StudyKey | None = None) -> None:
        super().__init__(f"{field}: {reason}" if field else reason, ways=ways)
        self.field = field
        self.reason = reason
        self.about = field if about is None and isinstance(field, StudyKey) else about


class UnitUnclear(InvalidInput):
    """A column's numbers may be in another unit than is needed.

    ``reason`` is ``found`` with what a study's file is expected to say; ``source`` is the key of the column's source.
    """

    def __init__(self, field: str, found: str, *, expected: str, source: str) -> None:
        super().__init__(field, f"{found}; expected {expected}")
        self.found = found
        self.expected = expected
        self.source = source


class DatesSwapped(InvalidInput):
    """Days and months of a column (``field``) look swapped; a person may know that they are not."""


class InvalidInputs(CsiError):
    """Several invalid fields, all told at once."""

    def __init__(self, errors: Sequence[InvalidInput]) -> None:
        ways = dict.fromkeys(way for error in errors for way in error.ways)
        super().__init__("\n".join(str(error) for error in errors), ways=tuple(ways))
        self.errors = tuple(errors)


class NotFound(CsiError):
    """What was named does not exist here."""


class Altered(NotFound):
    """A stored file is not what was kept: somebody wrote to it past the bot, or it is damaged."""


class TooFewPoints(CsiError):
    """A claim needs more periods: ``needed`` and ``have`` say how many."""

    def __init__(self, what: str, *, needed: int, have: int) -> None:
        missing = needed - have
        super().__init__(f"Not enough data for {what}: {have} of {needed} periods; {missing} more needed.")
        self.needed = needed
        self.have = have


class NotComparable(CsiError):
    """Two things must not be compared; the sentence names each difference."""

    def __init__(self, differences: Sequence[str]) -> None:
        super().__init__("Not comparable: " + "; ".join(differences) + ".")
        self.differences = tuple(differences)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One rule that fails: its id (``V1.1``), a plain sentence, and the id of the button that mends it.

    ``blocks`` tells BLOCK from WARN; of a ``note``, which nobody can mend now, no reason is asked. ``mend`` is an
    action id such as ``measure.edit_kpi`` and
    ``mend_value`` its value (often a row id); ``mend_label`` is the button's text.
    """

    rule: str
    sentence: str
    blocks: bool = True
    mend: str = ""
    mend_label: str = ""
    mend_value: str = ""
    note: bool = False


class GateRefused(CsiError):
    """A step cannot be left: ``breaches`` lists every rule that fails."""

    def __init__(self, breaches: Sequence[Breach]) -> None:
        super().__init__("\n".join(f"{b.rule}: {b.sentence}" for b in breaches))
        self.breaches = tuple(breaches)


class Conflict(CsiError):
    """Somebody was first, or the state has moved on; nothing was changed."""


class TooEarly(Conflict):
    """Something belongs to a step that the cycle has not come to; ``what`` is such as "Processing is"."""

    def __init__(self, what: str, step: int, here: int) -> None:
        said = f"{what} step {step}; this cycle is in step {here}. Go on to the next step first."
        super().__init__(said, ways=[Way(Place.NEXT)])


class TooManyRows(CsiError):
    """More is to be read at once than a process should hold; nothing was read, nothing was cut."""


class NotAllowed(CsiError):
    """The person's role at this moment does not permit it."""
