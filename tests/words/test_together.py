"""Numbers printed together are rounded together."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from csi.words.together import Move, Scale, keeping, moved, share

Told = tuple[str, str, str, str]


def told(move: Move) -> Told:
    read = moved(move)
    return read.before, read.after, read.difference, read.likely


@pytest.mark.parametrize(
    ("move", "read"),
    [
        (
            Move(before=50.14, after=50.16, difference=0.02, sides=(-0.4, 0.44), unit="h"),
            ("50.1 h", "50.2 h", "+0.1 h", "−0.4 to +0.4"),
        ),
        (
            Move(before=24.6, after=19.8, difference=-4.8, sides=(-7.1, -2.4), unit="h"),
            ("24.6 h", "19.8 h", "−4.8 h", "−7.1 to −2.4"),
        ),
        (
            Move(before=50.0, after=52.0, difference=2.0, sides=(0.04, 3.96), unit="h"),
            ("50.00 h", "52.00 h", "+2.00 h", "+0.04 to +3.96"),
        ),
        (
            Move(before=52.0, after=50.0, difference=-2.0, sides=(-3.96, -0.04), unit="h"),
            ("52.00 h", "50.00 h", "−2.00 h", "−3.96 to −0.04"),
        ),
        (
            Move(before=50.0, after=52.0, difference=2.0, sides=(0.05, 3.96), unit="h"),
            ("50.0 h", "52.0 h", "+2.0 h", "+0.1 to +4.0"),
        ),
        (
            Move(before=50.0, after=39.96, difference=-10.04, sides=(-12, -8), unit="h", aims=(40.0,)),
            ("50.00 h", "39.96 h", "−10.04 h", "−12.00 to −8.00"),
        ),
        (
            Move(before=50.0, after=40.0, difference=-10.0, sides=(-12, -8), unit="h", aims=(40.0,)),
            ("50.0 h", "40.0 h", "−10.0 h", "−12.0 to −8.0"),
        ),
        (
            Move(before=40.04, after=50.0, difference=9.96, sides=(8, 12), unit="h", aims=(40.0,)),
            ("40.04 h", "50.00 h", "+9.96 h", "+8.00 to +12.00"),
        ),
        (
            Move(before=50.0, after=48.04, difference=-1.96, sides=(-4, 1), unit="h", aims=(), matters=2.0),
            ("50.00 h", "48.04 h", "−1.96 h", "−4.00 to +1.00"),
        ),
        (
            Move(before=50.0, after=48.0, difference=-2.0, sides=(-4, 1), unit="h", aims=(), matters=2.0),
            ("50.0 h", "48.0 h", "−2.0 h", "−4.0 to +1.0"),
        ),
        (
            Move(before=50.0, after=52.0, difference=1.2, sides=(0.5, 1.9), unit="h"),
            ("50.0 h", "52.0 h", "+1.2 h", "+0.5 to +1.9"),
        ),
        (
            Move(before=1928.0, after=1951.5, difference=23.5, sides=(-180, 226), unit="count"),
            ("1,928", "1,952", "+24", "−180 to +226"),
        ),
        (
            Move(before=99.94, after=99.96, difference=0.02, sides=(-0.03, 0.07), unit="%"),
            ("99.940 %", "99.960 %", "+0.020 points", "−0.030 to +0.070"),
        ),
        (
            Move(before=1.5e12, after=1.52e12, difference=2e10, sides=(1e9, 4e10), unit=""),
            ("1.500 trillion", "1.520 trillion", "+0.020 trillion", "+0.001 trillion to +0.040 trillion"),
        ),
        (
            Move(before=24_771_723.0, after=12_804_598.0, difference=-11_967_125.0, unit="$", aims=(2e7,)),
            ("24.8 million $", "12.8 million $", "−12.0 million $", ""),
        ),
        (
            Move(before=2e7, after=19_999_000.0, difference=-1000.0, unit="$", aims=(2e7,)),
            ("20.000 million $", "19.999 million $", "−0.001 million $", ""),
        ),
        (
            Move(before=2e6, after=2e6 - 100, difference=-100.0, sides=(-150, -50), unit="$"),
            ("2,000,000 $", "1,999,900 $", "−100 $", "−150 to −50"),
        ),
        (
            Move(before=1.5e17, after=1.52e17, difference=2e15, sides=(1e14, 4e15), unit=""),
            ("1.500 × 10^17", "1.520 × 10^17", "+0.020 × 10^17", "+0.001 × 10^17 to +0.040 × 10^17"),
        ),
        (
            Move(before=3e-6, after=5e-6, difference=2e-6, sides=(), unit="h"),
            ("0.00000300 h", "0.00000500 h", "+0.00000200 h", ""),
        ),
        (Move(before=0.0, after=0.0, difference=0.0, sides=(0.0, 0.0), unit="h"), ("0 h", "0 h", "0 h", "0 to 0")),
    ],
)
def test_a_move_is_read_as_it_was(move: Move, read: Told) -> None:
    assert told(move) == read


levels = st.floats(-1e6, 1e6).map(lambda value: round(value, 5)) | st.integers(-999, 999).map(lambda n: n / 100)
gaps = st.floats(-1e4, 1e4).map(lambda value: round(value, 5)) | st.integers(-99, 99).map(lambda n: n / 100)


def parsed(text: str) -> float:
    number = text.removesuffix(" points").removesuffix(" h").removesuffix(" %")
    number = number.replace(" million", " × 10^6")
    mantissa, _, power = number.replace(",", "").replace("−", "-").partition(" × 10^")
    return float(mantissa) * 10.0 ** int(power or 0)


@given(
    before=levels,
    moves=gaps,
    below=gaps.map(abs),
    above=gaps.map(abs),
    aim=levels,
    matters=gaps.map(abs),
    unit=st.sampled_from(["h", "%"]),
)
def test_what_is_read_adds_up_and_keeps_its_sides(
    before: float, moves: float, below: float, above: float, aim: float, unit: str, matters: float
) -> None:
    after = round(before + moves, 5)
    low, high = round(after - before - below, 5), round(after - before + above, 5)
    assume(max(map(abs, (before, after, low, high))) >= 1e-4)
    read = moved(
        Move(
            before=before,
            after=after,
            difference=after - before,
            sides=(low, high),
            unit=unit,
            aims=(aim,),
            matters=matters,
        )
    )
    first, second, gap = map(parsed, (read.before, read.after, read.difference))
    least, most = map(parsed, read.sides)
    assert second - first == pytest.approx(gap, abs=1e-7)
    assert least <= gap <= most
    assert (low > 0 or high < 0) == (least > 0 or most < 0)
    for level, said in ((before, first), (after, second)):
        assert (level > aim) - (level < aim) == (said > aim) - (said < aim)
    size = parsed(read.scale.size(matters))
    assert (
        not matters
        or abs(abs(after - before) - matters) < 1e-9
        or ((abs(after - before) > matters) == (abs(gap) > size))
    )


@pytest.mark.parametrize(
    ("part", "sides", "read"),
    [
        (0.4, (0.2, 0.61), ("40 %", "20 % to 61 %")),
        (0.996, (0.2, 1.61), ("99.6 %", "20.0 % to 161.0 %")),
        (0.003, (0.001, 0.61), ("0.3 %", "0.1 % to 61.0 %")),
        (0.3, (-0.001, 0.61), ("30 %", "0 % to 61 %")),
        (1.0, (), ("100 %", "")),
        (0.0, (), ("0 %", "")),
    ],
)
def test_a_share_that_is_not_all_or_nothing_does_not_read_so(part: float, sides: tuple[float, ...], read: Told) -> None:
    assert share(part, sides) == read


def test_a_scale_keeps_an_interval_off_zero() -> None:
    scale = Scale("h", 1)
    assert keeping(scale, 1.0, (0.04, 2.0)).places == 2
    assert keeping(scale, -1.0, (-2.0, -0.04)).places == 2
    assert keeping(scale, 1.0, (-0.04, 2.0)).places == 1
    assert keeping(scale, 1.04, (), (1.0,)).places == 2
    assert keeping(scale, 1.0, (), (1.0,)).places == 1
