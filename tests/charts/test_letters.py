"""Names in letters that the one font lacks: drawn by another that is on the machine, else a box, and said."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from csi.charts import canvas

FURTHER = "STIXGeneral"  # comes with matplotlib, and has a letter that the one font lacks
LETTER = next(chr(one) for one in sorted(canvas._glyphs(FURTHER) - canvas._glyphs(canvas.FONT)) if chr(one).isalpha())


@pytest.fixture(params=[(), ("Not on this machine", FURTHER)])
def fonts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, ...]]:
    monkeypatch.setattr(canvas, "FURTHER_FONTS", request.param)
    known = (canvas._installed, canvas._family, canvas._advance)
    for one in known:
        one.cache_clear()
    yield request.param
    for one in known:
        one.cache_clear()


def test_a_letter_that_the_one_font_lacks_is_drawn_by_another_or_a_box(fonts: tuple[str, ...]) -> None:
    has = FURTHER in fonts
    assert canvas.drawable(f"a {LETTER}") == f"a {LETTER if has else canvas.UNDRAWABLE}"
    assert canvas.lacking(f"a {LETTER}\n{LETTER}\u3042") == ("\u3042" if has else f"{LETTER}\u3042")
    sheet = canvas.figure(1.0)
    drawn = canvas.write(sheet, 0.1, 0.1, f"a {LETTER}", size=10)
    assert drawn.get_fontfamily() == [canvas.FONT, *([FURTHER] if has else [])]
    assert canvas.png(sheet)  # a letter that no font has would be told as a warning, which is an error here
    assert canvas.width_of(LETTER, 10) > 0


def test_other_texts_name_no_other_font(fonts: tuple[str, ...]) -> None:
    assert canvas.font(10, text="Zeit bis zur Lösung, ч, שעות").get_family() == [canvas.FONT]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Time: 24.8 → 12.8 h", "Time: 24.8 → 12.8 h"),
        ("وقت الحل: 24.8 → 12.8 h", "\u200eوقت الحل\u200e: 24.8 → 12.8 h"),
        ("זמן, cycle 2: 15 → 41", "\u200eזמן\u200e, cycle 2: 15 → 41"),
        ("A ب B ج", "\u200eA ب\u200e B ج\u200e"),
    ],
)
def test_numbers_behind_a_name_from_right_to_left_keep_their_order(text: str, shown: str) -> None:
    assert canvas.in_order(text) == shown
    drawn = canvas.write(canvas.figure(1.0), 0.1, 0.1, text, size=10)
    assert drawn.get_text() == shown
