"""Rise and fall, as measured on HAProxy 2.6 and 2.8 (`option log-health-checks` shows every step)."""

from __future__ import annotations

import pytest

from steelyard.health.state import Health, Outcome

LETTERS = {"+": Outcome.PASSED, "-": Outcome.FAILED, "~": Outcome.CONDITIONAL}


def walk(results: str, rise: int = 2, fall: int = 3) -> list[str]:
    """The score after each result, `!` where it is not moved, and the turn."""
    health = Health(rise, fall)
    told = []
    for letter in results:
        moved, turn = health.take(LETTERS[letter])
        told.append(health.score() + ("" if moved else " !") + (f" {turn.name}" if turn else ""))
    return told


def test_the_first_failure_takes_an_unproved_server_down():
    assert walk("-") == ["0/2 DOWN DOWN"]


def test_the_first_pass_proves_it_whole():
    assert walk("++") == ["3/3 UP", "3/3 UP !"]


def test_a_proved_server_falls_in_steps():
    assert walk("+----") == ["3/3 UP", "2/3 UP", "1/3 UP", "0/2 DOWN DOWN", "0/2 DOWN !"]


def test_one_pass_makes_up_for_failures():
    assert walk("+--+") == ["3/3 UP", "2/3 UP", "1/3 UP", "3/3 UP"]


def test_rising_takes_a_run_of_passes():
    assert walk("-++") == ["0/2 DOWN DOWN", "1/2 DOWN", "3/3 UP UP"]
    assert walk("-+-+") == ["0/2 DOWN DOWN", "1/2 DOWN", "0/2 DOWN", "1/2 DOWN"]


def test_rise_and_fall_of_one():
    assert walk("+-+-", 1, 1) == ["1/1 UP !", "0/1 DOWN DOWN", "1/1 UP UP", "0/1 DOWN DOWN"]


def test_conditional_passes_make_a_server_drain():
    assert walk("+~~+") == ["3/3 UP", "3/3 UP ! STOPPING", "3/3 UP !", "3/3 UP ! UP"]


def test_a_draining_server_goes_down_like_another():
    assert walk("+~---")[-1] == "0/2 DOWN DOWN"


@pytest.mark.parametrize("rise", [1, 2, 5])
@pytest.mark.parametrize("fall", [1, 3])
def test_intervals(rise, fall):
    health = Health(rise, fall)
    assert health.steady == (fall == 1)
    health.take(Outcome.PASSED)
    assert health.steady
    assert health.up
