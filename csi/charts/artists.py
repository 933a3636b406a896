"""What of matplotlib is drawn with, loaded by whoever draws first.

It takes a second of a core, which a process that draws nothing (a clock, ``csi init``, most of the bot) need not spend.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_PLACES = {
    "FT2Font": "matplotlib.ft2font",
    "FancyBboxPatch": "matplotlib.patches",
    "Figure": "matplotlib.figure",
    "FigureCanvasAgg": "matplotlib.backends.backend_agg",
    "FigureCanvasSVG": "matplotlib.backends.backend_svg",
    "FontProperties": "matplotlib.font_manager",
    "Line2D": "matplotlib.lines",
    "LoadFlags": "matplotlib.ft2font",
    "MaxNLocator": "matplotlib.ticker",
    "PdfPages": "matplotlib.backends.backend_pdf",
    "Rectangle": "matplotlib.patches",
    "findfont": "matplotlib.font_manager",
    "fontManager": "matplotlib.font_manager",
    "imread": "matplotlib.image",
    "rc_context": "matplotlib",
    "withStroke": "matplotlib.patheffects",
}


def __getattr__(name: str) -> Any:
    """One of them, by its own name there.

    Raises:
        AttributeError: nothing of that name is drawn with.
    """
    if name not in _PLACES:
        raise AttributeError(name)
    found = globals()[name] = getattr(import_module(_PLACES[name]), name)
    return found
