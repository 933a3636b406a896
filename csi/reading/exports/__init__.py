"""Exports of programs people use, recognised by their headers and proven by their cells.

One file per program (``*.yml``) says what its columns are called and mean. Adding one: that file, and a row in
``tests/reading/exports/test_programs.py``.
"""

from csi.reading.exports.meanings import DATES_A_ROW, Caution, Meaning, Trap
from csi.reading.exports.offering import Computable, Lacking, computable, lacking
from csi.reading.exports.profile import About, Clock, Words
from csi.reading.exports.recognition import Dropped, Export, Misleading, Told, of_layout, recognised
from csi.reading.exports.sample import Doubt
from csi.reading.exports.ways import Note

__all__ = [
    "DATES_A_ROW",
    "About",
    "Caution",
    "Clock",
    "Computable",
    "Doubt",
    "Dropped",
    "Export",
    "Lacking",
    "Meaning",
    "Misleading",
    "Note",
    "Told",
    "Trap",
    "Words",
    "computable",
    "lacking",
    "of_layout",
    "recognised",
]
