"""A file of no program that is known, its columns taken for what the catalogue calls them, and tested alike."""

from __future__ import annotations

from types import MappingProxyType

from csi.reading.exports.meanings import Meaning, Shape
from csi.reading.exports.profile import About, Known
from csi.reading.exports.recognition import Dropped, Export, Told
from csi.reading.exports.sample import Sample, doubt_of
from csi.reading.layout import Layout
from csi.reading.naming import guesses

_GUESSED = (Shape.MOMENT, Shape.NUMBER)  # what cells can bear out; a text may be anything


def by_name(layout: Layout) -> Export:
    """The columns that are called nearly as the catalogue calls them and hold what they then have to.

    Cases only: of outages nothing in a name tells which were planned, or none.
    """
    sample = Sample.of(layout.names, layout.examples, layout.columns)
    wanted = {one.catalogue_name: one for one in Meaning if one.catalogue_name and one.shape in _GUESSED}
    columns, dropped = {}, []
    for name, column in guesses(list(wanted), layout.names).items():
        means = wanted[name]
        doubt = doubt_of(Known(means=means, names={}), column, sample, layout.missing)
        if doubt:
            dropped.append(Dropped(means, column, doubt))
        else:
            columns[means] = Told(means=means, column=column, language="")
    return Export(
        program="",
        name="",
        about=About.TICKETS,
        languages=(),
        signature=0,
        known=len(columns),
        columns=MappingProxyType(columns),
        dropped=tuple(dropped),
        missing=layout.missing,
        sample=sample,
    )
