"""The paper charts are drawn on: size, colours, literal text, wrapping, and the same bytes for the same drawing.

Figures are made without pyplot and share nothing, so any thread may draw. Text is never read as mathtext: a KPI
called ``cost_$^2`` is drawn as it is typed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from threading import get_ident
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from csi.charts import artists

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.ft2font import FT2Font
    from matplotlib.lines import Line2D
    from matplotlib.text import Text

WIDTH = 6.4  # inches: at 600 px, the least at which Slack shows it, small print is still 10 px high
EDGE = 0.16  # inches of white around everything
DPI = 225  # 1,440 px: twice of what Slack shows at most, so that it stays crisp
FONT = "DejaVu Sans"  # comes with matplotlib: the same glyphs everywhere
# For letters it lacks (Chinese, Japanese, Korean, Thai, Indic), where one of them is installed; the first that has it.
FURTHER_FONTS = (
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Noto Sans CJK KR",
    "Noto Sans JP",
    "Noto Sans SC",
    "Noto Sans KR",
    "Source Han Sans",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "IPAGothic",
    "IPAexGothic",
    "NanumGothic",
    "Droid Sans Fallback",
    "Yu Gothic",
    "Microsoft YaHei",
    "Malgun Gothic",
    "Hiragino Sans",
    "PingFang SC",
    "Noto Sans Thai",
    "Noto Sans Devanagari",
    "Noto Sans Bengali",
    "Noto Sans Tamil",
    "Arial Unicode MS",
)
UNDRAWABLE = "□"
ALT_TEXT_LIMIT = 2000  # Source: docs/slack.md, Size
BLANKS = re.compile(r"[ \t\r\n\f\v\u2028\u2029]+")  # not the no-break space: a unit stays with its number
_LEFT_TO_RIGHT = "\u200e"  # a mark that is not seen
_HEBREW_AND_ARABIC = r"\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_FROM_THE_RIGHT = re.compile(rf"[{_HEBREW_AND_ARABIC}](?:[{_HEBREW_AND_ARABIC} ]*[{_HEBREW_AND_ARABIC}])?")
_MEASURED = 100.0  # points, at which letters are measured
LINE = 1.35  # line height in font sizes
_CLAUSES = (";", ":")  # ends of them, the stronger first
_LETTERS, _GUESSES = 2, 4  # letters about as wide as their size; guesses at how many fit, before halving; ours

# Source: Okabe & Ito (2008), Color Universal Design: told apart by colour-blind people.
BLUE, VERMILLION, PURPLE = "#0072B2", "#D55E00", "#7A4E9C"
GREEN, AMBER, RUST = "#00694D", "#7F5B00", "#A84300"  # darker ones, behind white letters
INK, TEXT, QUIET, RULE, FAINT, WHITE = "#1A1A1A", "#333333", "#5A5A5A", "#8A8A8A", "#E9E9E9", "#FFFFFF"
PALE = "#C2C2C2"


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture with its words: PNG bytes, the sentence that is its title, and text for those who don't see it."""

    png: bytes
    alt_text: str
    title: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture that may still become one of pixels or one of lines."""

    sheet: Figure
    alt_text: str
    title: str

    def chart(self) -> Chart:
        """As PNG with its words."""
        return Chart(png(self.sheet), self.alt_text, self.title)

    def svg(self) -> bytes:
        """As lines, with its words within."""
        return svg(self.sheet, self.title, self.alt_text)


def figure(height: float, width: float = WIDTH) -> Figure:
    """An empty white sheet, ``height`` inches high."""
    sheet = artists.Figure(figsize=(width, height), dpi=DPI, facecolor=WHITE)
    artists.FigureCanvasAgg(sheet)
    return sheet


def png(sheet: Figure) -> bytes:
    """The sheet as PNG with a palette: same drawing, same bytes (no date, no name of a program)."""
    canvas = artists.FigureCanvasAgg(sheet)
    canvas.draw()
    buffer = io.BytesIO()
    _of_few_colours(np.asarray(canvas.buffer_rgba())).save(buffer, "PNG", dpi=(DPI, DPI))
    return buffer.getvalue()


def _of_few_colours(pixels: NDArray[np.uint8]) -> Image.Image:
    """The pixels in the 256 colours they have most of, told apart by five bits: a fourth of the bytes, white is white.

    The ways of Pillow make white grey, or take five times as long.
    """
    fifth = (pixels[..., :3] >> 3).astype(np.uint16)
    code = fifth[..., 0] << 10 | fifth[..., 1] << 5 | fifth[..., 2]
    number_of = np.bincount(code.ravel(), minlength=1 << 15)
    used = np.flatnonzero(number_of)
    most = used[np.argsort(-number_of[used], kind="stable")[:256]]
    every, kept = (np.stack([one >> 10, one >> 5 & 31, one & 31], axis=-1) for one in (used, most))
    nearest = np.zeros(1 << 15, dtype=np.uint8)
    nearest[used] = ((every[:, None] - kept[None]) ** 2).sum(axis=-1).argmin(axis=1)
    picture = Image.fromarray(nearest[code])
    picture.putpalette((kept * 255 // 31).astype(np.uint8).tobytes())
    return picture


def svg(sheet: Figure, title: str, words: str) -> bytes:
    """The sheet as SVG with its title and its words for those who don't see it: same drawing, same bytes."""
    buffer = io.BytesIO()
    said = {"Date": None, "Creator": None, "Title": title, "Description": words}
    with artists.rc_context({"svg.hashsalt": "csi", "svg.fonttype": "path"}):
        artists.FigureCanvasSVG(sheet).print_svg(buffer, metadata=said)
    return buffer.getvalue()


def font(size: float, *, bold: bool = False, text: str = "") -> FontProperties:
    """The one font, in points; behind it those that have the letters of ``text`` which it lacks."""
    further = dict.fromkeys(family for sign in text if (family := _family(sign)) and family != FONT)
    return artists.FontProperties(family=[FONT, *further], size=size, weight="bold" if bold else "normal")


@cache
def _glyphs(family: str) -> frozenset[int]:
    return frozenset(artists.FT2Font(artists.findfont(artists.FontProperties(family=family))).get_charmap())


@cache
def _installed() -> tuple[str, ...]:
    """The further fonts that are on this machine."""
    here = set(artists.fontManager.get_font_names())
    return tuple(one for one in FURTHER_FONTS if one in here)


@cache
def _family(sign: str) -> str:
    """The first font that has a letter; empty where none has."""
    if ord(sign) in _glyphs(FONT):
        return FONT
    return next((one for one in _installed() if ord(sign) in _glyphs(one)), "")


def lacking(text: str) -> str:
    """The letters of a text that no font on this machine has, each once: pictures show a box for each."""
    return "".join(dict.fromkeys(sign for sign in BLANKS.sub("", text) if not _family(sign)))


def drawable(text: str) -> str:
    """The text on one line with a box for every character that no font here has."""
    plain = BLANKS.sub(" ", text).strip()
    return "".join(sign if _family(sign) else UNDRAWABLE for sign in plain)


def in_order(text: str) -> str:
    """The text with marks around what is written from right to left, so that only that is.

    “24.8 → 12.8” behind an Arabic name would become “12.8 → 24.8” (Unicode Standard Annex 9, rules P2 and W2).
    """
    if not _FROM_THE_RIGHT.search(text):
        return text
    return _LEFT_TO_RIGHT + _FROM_THE_RIGHT.sub(lambda found: found[0] + _LEFT_TO_RIGHT, text)


def write(
    sheet: Figure,
    x: float,
    y: float,
    text: str,
    *,
    size: float,
    colour: str = TEXT,
    bold: bool = False,
    ha: str = "left",
    va: str = "top",
) -> Text:
    """Text on the sheet at ``x``, ``y`` in inches from its top left corner."""
    width, height = sheet.get_size_inches()
    shown = drawable(text)
    letters = font(size, bold=bold, text=shown)
    drawn = sheet.text(x / width, 1 - y / height, in_order(shown), fontproperties=letters, color=colour, ha=ha, va=va)
    drawn.set_parse_math(False)
    return drawn


def mark(sheet: Figure, x: float, y: float, **style: Any) -> Line2D:
    """One marker on the sheet at ``x``, ``y`` in inches from its top left corner."""
    width, height = sheet.get_size_inches()
    drawn = artists.Line2D([x / width], [1 - y / height], transform=sheet.transFigure, linestyle="none", **style)
    sheet.add_artist(drawn)
    return drawn


def stroke(sheet: Figure, start: tuple[float, float], end: tuple[float, float], **style: Any) -> Line2D:
    """A straight line between two points, in inches from the sheet's top left corner."""
    width, height = sheet.get_size_inches()
    (left, upper), (right, lower) = start, end
    drawn = artists.Line2D(
        [left / width, right / width], [1 - upper / height, 1 - lower / height], transform=sheet.transFigure, **style
    )
    sheet.add_artist(drawn)
    return drawn


def literal(texts: Iterable[Text], *, size: float, colour: str = QUIET) -> None:
    """Tick labels in the one font, never read as mathtext."""
    for text in texts:
        text.set_parse_math(False)
        text.set_fontproperties(font(size, text=text.get_text()))
        text.set_color(colour)


def halo(text: Text) -> Text:
    """The text with a white edge, so that a line behind it does not cross it out."""
    text.set_path_effects([artists.withStroke(linewidth=2.4, foreground=WHITE)])
    return text


def height_of(lines: int, size: float) -> float:
    """How high some lines of text are, in inches."""
    return lines * size * LINE / 72


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a text is drawn, in inches: by the advance of each letter, which kerning makes less, never more."""
    return sum(_advance(sign, bold) for sign in drawable(text)) * size / 72


@cache
def _advance(sign: str, bold: bool) -> float:
    """How far a letter reaches, in font sizes."""
    glyph = _face(_family(sign) or FONT, bold, get_ident()).load_char(ord(sign), flags=artists.LoadFlags.NO_HINTING)
    return float(glyph.linearHoriAdvance) / 65536 / _MEASURED


@lru_cache(maxsize=64)
def _face(family: str, bold: bool, _thread: int) -> FT2Font:
    """The letters, for one thread alone: two that load them at once find none."""
    weight = "bold" if bold else "normal"
    face = artists.FT2Font(artists.findfont(artists.FontProperties(family=family, weight=weight)))
    face.set_size(_MEASURED, 72)
    return face


def wrapped(text: str, size: float, *, within: float, most: int, bold: bool = False) -> list[str]:
    """The text in at most ``most`` lines not wider than ``within`` inches; what doesn't fit ends in an ellipsis."""
    lines: list[str] = []
    rest = drawable(text)
    while rest and len(lines) < most:
        taken = _fitting(rest, size, within, bold)
        lines.append(rest[:taken].rstrip())
        rest = rest[taken:].lstrip()
    if rest:
        lines[-1] = _with_ellipsis(lines[-1], size, within, bold)
    return lines


def in_two(text: str, size: float, *, within: float, bold: bool = False) -> list[str]:
    """The text in two lines, if it fits: parted where a clause ends, else where both are about as long."""
    rest = drawable(text)
    parts = [(rest[:at], rest[at + 1 :]) for at in range(1, len(rest) - 1) if rest[at] == " "]
    whole = [
        (first, second)
        for first, second in parts
        if not _of_a_number(rest, len(first))
        and max(width_of(one, size, bold=bold) for one in (first, second)) <= within
    ]
    for ending in _CLAUSES:
        ended = [one for one in whole if one[0].endswith(ending)]
        if ended:
            return list(ended[-1])
    return list(min(whole, key=lambda pair: max(width_of(one, size, bold=bold) for one in pair), default=()))


def fitted(text: str, size: float, *, within: float, bold: bool = False) -> str:
    """The text on one line, cut with an ellipsis where it is wider than ``within`` inches."""
    lines = wrapped(text, size, within=within, most=1, bold=bold)
    return lines[0] if lines else ""


def _fitting(text: str, size: float, within: float, bold: bool) -> int:
    """How many characters fit: up to the last space, or in the middle of a word too long for a line."""
    low, high, tries = 1, len(text), 0
    likely = int(within * 72 / size * _LETTERS)
    while low < high:
        halfway, tries = (low + high + 1) // 2, tries + 1
        middle = min(max(likely, low + 1), high) if tries <= _GUESSES else halfway
        width = width_of(text[:middle], size, bold=bold)
        low, high = (middle, high) if width <= within else (low, middle - 1)
        likely = int(middle * within / width) if width else high
    if low == len(text):
        return low
    breaks = [at for at in range(low + 1) if text[at] == " "]
    apart = [at for at in breaks if at and not _of_a_number(text, at)]
    return (apart or [at for at in breaks if at] or [low])[-1]


def _of_a_number(text: str, at: int) -> bool:
    """Whether the blank lies between a number and what it counts."""
    return text[at - 1].isdigit() and not text[at + 1 : at + 2].isdigit()


def _with_ellipsis(line: str, size: float, within: float, bold: bool) -> str:
    while line and width_of(f"{line}…", size, bold=bold) > within:
        line = line[:-1]
    return f"{line.rstrip()}…"
