"""Exports of programs people use, recognised by their headers and proven by their cells.

One file per program (``*.yml``) says what its columns are called and mean. Adding one: that file, and a row in
``tests/step3_gather/exports/test_programs.py``.
"""

from csi.step3_gather.exports.meanings import DATES_A_ROW, Caution, Meaning, Trap
from csi.step3_gather.exports.offering import Computable, Lacking, computable, lacking
from csi.step3_gather.exports.profile import About, Clock, Words
from csi.step3_gather.exports.recognition import Dropped, Export, Misleading, Told, of_layout, recognised
from csi.step3_gather.exports.sample import Doubt
from csi.step3_gather.exports.ways import Note

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
