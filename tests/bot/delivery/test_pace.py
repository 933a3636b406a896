"""About one message a second per channel, a few at once."""

from __future__ import annotations

import pytest

from bot.delivery.pace import BURST, CHANNELS, Pace


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def taken(pace: Pace, count: int, channel: str = "C1", team: str = "T1") -> list[bool]:
    return [pace.free(team, channel, posting=True) for _ in range(count)]


def test_three_at_once_then_one_a_second(clock: Clock) -> None:
    pace = Pace(time=clock)
    assert BURST == 3
    assert taken(pace, 4) == [True, True, True, False]
    clock.now += 0.9
    assert taken(pace, 1) == [False]
    clock.now += 0.1
    assert taken(pace, 2) == [True, False]


def test_silence_saves_no_more_than_a_burst(clock: Clock) -> None:
    pace = Pace(time=clock)
    taken(pace, 3)
    clock.now += 3600
    assert taken(pace, 4) == [True, True, True, False]


def test_each_channel_of_each_workspace_has_its_own(clock: Clock) -> None:
    pace = Pace(burst=1.0, time=clock)
    assert taken(pace, 2) == [True, False]
    assert taken(pace, 1, channel="C2") == taken(pace, 1, team="T2") == [True]


def test_a_change_in_place_takes_none_and_honours_a_hold(clock: Clock) -> None:
    pace = Pace(burst=1.0, time=clock)
    assert [pace.free("T1", "C1", posting=False) for _ in range(3)] == [True] * 3
    assert taken(pace, 2) == [True, False]
    pace.hold("T1", "C1", 30)
    clock.now += 29.9
    assert not pace.free("T1", "C1", posting=False)
    assert not pace.free("T1", "C1", posting=True)
    assert pace.free("T1", "C2", posting=True)
    clock.now += 0.1
    assert pace.free("T1", "C1", posting=False)


def test_a_rate_is_kept_to(clock: Clock) -> None:
    pace = Pace(per_second=4.0, burst=1.0, time=clock)
    assert taken(pace, 2) == [True, False]
    clock.now += 0.25
    assert taken(pace, 2) == [True, False]


def test_a_workspace_has_a_pace_in_all_its_channels(clock: Clock) -> None:
    pace = Pace(burst=2.0, time=clock)
    assert CHANNELS == 5
    assert [taken(pace, 3, channel=f"C{number}") for number in range(5)] == [[True, True, False]] * 5
    assert taken(pace, 1, channel="C9") == [False]
    assert taken(pace, 1, team="T2") == [True]
    assert pace.free("T1", "C9", posting=False)
    clock.now += 0.2
    assert taken(pace, 2, channel="C9") == [True, False]
