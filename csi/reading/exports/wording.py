"""What recognition found, in one plain sentence each: for a form and a command alike; nothing decides by reading it."""

from __future__ import annotations

from collections.abc import Mapping

from csi.reading.exports.meanings import Caution, Meaning, Trap
from csi.reading.exports.offering import Lacking
from csi.reading.exports.recognition import Dropped, Misleading
from csi.reading.exports.sample import Doubt
from csi.reading.exports.ways import Note

_TRAPS: Mapping[Trap, str] = {
    Trap.INTERNAL_ID: "is a number of the program's own, not what names a case",
    Trap.NO_UNIT: "does not say which unit it is in",
    Trap.TIME_LEFT: "is what was left of an agreed time, not how long it took",
    Trap.DEADLINE: "is the moment by which something is due",
    Trap.BOOKED_WORK: "is work booked by hand, not the time that went by",
    Trap.WORD: "says in a word how it ended, not when",
    Trap.YES_NO: "says yes or no, not when",
    Trap.NOT_RESOLVED: "is no moment at which anything was resolved",
    Trap.NAME_OF_TARGET: "is the name of an agreed time, not the time it took",
    Trap.NOT_PROGRESS: "is the line of support, not how far the work is",
    Trap.COUNTS_HOLDERS: "counts everyone who held it, the first one too",
    Trap.REPEATS: "counts repetitions within a row",
    Trap.MIXED: "holds a moment and a percentage in one cell",
    Trap.CLEARED: "is emptied when a late case is closed: what is left looks kept",
    Trap.FINISHED_NOT_SUCCESSFUL: "says that it ended, not that it worked",
}
_DOUBTS: Mapping[Doubt, str] = {
    Doubt.EMPTY: "holds nothing in the rows looked at",
    Doubt.NO_MOMENT: "does not hold moments that can be read",
    Doubt.NO_NUMBER: "does not hold numbers",
    Doubt.NO_DURATION: "does not hold lengths of time whose unit is known",
    Doubt.REPEATS: "has values that several rows share, and no column says which is the latest",
    Doubt.UNKNOWN_WORDS: "holds words that are not known here",
    Doubt.UNSAYABLE: "has a name that no condition can hold",
    Doubt.REVERSED: "ends before it begins in most rows",
}
_CAUTIONS: Mapping[Caution, str] = {
    Caution.SEVERAL_ROWS_PER_KEY: "One case has several rows here: the latest of each counts.",
    Caution.ZONE_IN_LAST_LINE: "Its last line names the time zone of its moments.",
    Caution.SECOND_HEADER_ROW: "The row below the header is no answer: it names the choices.",
    Caution.ONE_ROW_PER_STATE: "A row is a time up or a time down: both have a duration.",
    Caution.ONE_ROW_PER_CHECK: "A row is one check: an outage has many.",
    Caution.ONE_ROW_PER_LEG: "One call can have several rows.",
    Caution.NOT_ONLY_DEPLOYMENTS: "A row is any run of a workflow, tests too: keep those that deploy.",
    Caution.USERS_OWN_ZONE: "Its moments may be in the zone of whoever exported it.",
    Caution.DURATION_WORDS: "Its lengths of time are words in the language of the export.",
    Caution.TWO_PEOPLE_IN_A_CELL: "A cell can name several people.",
    Caution.THOUSANDS_IN_IDS: "Its ids can hold blanks between thousands.",
}
_NOTES: Mapping[Note, str] = {
    Note.CLOSED_FOR_RESOLVED: "until closed, as the file does not say when it was resolved",
    Note.DATED_BY_OPENING: "by the period in which it was opened, as no moment tells when it was over",
    Note.DATED_BY_RESOLUTION: "by the period in which it was over, as the answer has no moment of its own",
    Note.BUSINESS_CLOCK: "measured by the program on its own service hours",
    Note.CLOCK_UNSAID: "measured by the program; ask whether it counts all hours or service hours",
    Note.BY_WORDS: "by the words of the answers",
}


def misleading(one: Misleading) -> str:
    """Why a column is not used as its name suggests."""
    return f"‘{one.column}’ {_TRAPS[one.why]}."


def dropped(one: Dropped) -> str:
    """Why a column that is named like a meaning is not taken for it."""
    return f"‘{one.column}’ is not taken for {meaning(one.means)}: it {_DOUBTS[one.why]}."


def caution(one: Caution) -> str:
    """What has to be known of the whole file."""
    return _CAUTIONS[one]


def note(one: Note) -> str:
    """What has to be known of one KPI, as part of a sentence."""
    return _NOTES[one]


def lacking(one: Lacking) -> str:
    """What it would take to measure a KPI by this file."""
    if one.missing:
        return f"It would take a column for {' and '.join(map(meaning, one.missing))}."
    return f"Its columns do not serve: it {_DOUBTS[one.doubt]}." if one.doubt else ""


def meaning(one: Meaning) -> str:
    """A meaning in plain words."""
    return _MEANINGS.get(one, one.replace("_", " "))


_MEANINGS: Mapping[Meaning, str] = {
    Meaning.KEY: "what names a case",
    Meaning.OPENED: "when it was opened",
    Meaning.ASSIGNED: "when it was assigned",
    Meaning.ACKNOWLEDGED: "when it was acknowledged",
    Meaning.FIRST_RESPONSE: "when it was first answered",
    Meaning.RESOLVED: "when it was resolved",
    Meaning.CLOSED: "when it was closed",
    Meaning.UPDATED: "when it was last changed",
    Meaning.VERSION: "which row is the latest",
    Meaning.DUE: "when it is due",
    Meaning.RESOLVE_DUE: "when its resolution is due",
    Meaning.RESPONSE_DUE: "when its answer is due",
    Meaning.REOPENS: "how often it was reopened",
    Meaning.REASSIGNMENTS: "how often it was passed on",
    Meaning.SATISFACTION: "how content people were",
    Meaning.ANSWERED: "when people answered",
    Meaning.RESOLVE_MET: "whether it was resolved in time",
    Meaning.RESPONSE_MET: "whether it was answered in time",
    Meaning.ACKNOWLEDGE_TOOK: "how long the acknowledgement took",
    Meaning.RESPONSE_TOOK: "how long the first answer took",
    Meaning.RESOLVE_TOOK: "how long the resolution took",
    Meaning.CLOSE_TOOK: "how long it took until closed",
    Meaning.HANDLE_TOOK: "how long its handling took",
    Meaning.PAUSED: "how long it was on hold",
    Meaning.RESPONSE_LEFT: "how much of the agreed time was left at the answer",
    Meaning.RESOLVE_LEFT: "how much of the agreed time was left at the end",
    Meaning.STARTED: "when it began",
    Meaning.ENDED: "when it ended",
    Meaning.LASTED: "how long it lasted",
    Meaning.IS_DOWN: "whether it was down",
    Meaning.DEPLOYED: "when it was deployed",
    Meaning.COMMITTED: "when it was committed",
    Meaning.OUTCOME: "how it came out",
}
