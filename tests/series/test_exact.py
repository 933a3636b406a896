"""Exact sums: the same digit whatever the order and the split; type 7 quantiles as numpy gives them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csi.series.exact import exact_sums, merged
from csi.series.quantiles import quantile, quantiles

FLOATS = st.floats(allow_nan=False, allow_infinity=False, width=64, min_value=-1e300, max_value=1e300)


@given(st.lists(FLOATS, max_size=40))
def test_a_sum_is_the_correctly_rounded_one(values: list[float]) -> None:
    codes = np.zeros(len(values), dtype=np.int32)
    assert exact_sums(codes, np.array(values, dtype=float), 1).rounded(1).tolist() == [math.fsum(values)]


@given(
    st.lists(st.tuples(st.integers(0, 3), FLOATS), max_size=40), st.randoms(use_true_random=False), st.integers(0, 40)
)
def test_order_and_split_change_nothing(pairs: list[tuple[int, float]], random: object, cut: int) -> None:
    def sums(chosen: list[tuple[int, float]]) -> object:
        codes = np.array([code for code, _ in chosen], dtype=np.int32)
        return exact_sums(codes, np.array([value for _, value in chosen], dtype=float), 4)

    whole = sums(pairs).rounded(4)
    shuffled = list(pairs)
    random.shuffle(shuffled)
    assert merged([sums(shuffled[:cut]), sums(shuffled[cut:])]).rounded(4).tolist() == whole.tolist()


def test_means_divide_once_and_nothing_by_zero() -> None:
    codes = np.array([0, 0, 2])
    found = exact_sums(codes, np.array([0.1, 0.2, 7.0]), 3).rounded(3, np.array([2, 0, 1]))
    assert found[0] == math.fsum([0.1, 0.2]) / 2
    assert math.isnan(found[1])
    assert found[2] == 7


def test_what_is_not_finite_or_has_no_group_is_skipped() -> None:
    sums = exact_sums(np.array([0, 0, -1, 0]), np.array([1.0, np.nan, 5.0, np.inf]), 1)
    assert sums.rounded(1).tolist() == [1.0]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.sampled_from([0.0, 0.05, 0.5, 0.9, 0.99, 1.0]))
def test_a_quantile_is_type_7(values: list[float], probability: float) -> None:
    expected = np.quantile(values, probability, method="linear")
    assert quantile(np.array(values), probability) == pytest.approx(expected, rel=1e-12, abs=1e-9)


def test_quantiles_are_of_each_group_alone() -> None:
    codes, values = np.array([2, 0, 2, 2, 0]), np.array([1.0, 5, 3, 2, 7])
    assert quantiles(codes, values, 4, 0.5).tolist()[:1] == [6.0]
    assert np.isnan(quantiles(codes, values, 4, 0.5)[[1, 3]]).all()
    assert quantiles(codes, values, 4, 0.5)[2] == 2.0
