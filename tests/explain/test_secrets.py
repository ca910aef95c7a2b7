"""What traces hide."""

from __future__ import annotations

import base64

import pytest

from steelyard.engine import simulation
from steelyard.engine.events import Times, Traced
from steelyard.engine.simulation import ChangeStep, ChoiceStep, Message, Outcome, Step
from steelyard.explain.secrets import hidden
from steelyard.plan.schema import At

PAIR = base64.b64encode(b"ali:open sesame now").decode()


def trace(secrets: list[str], steps: list[Step], log: str = "", server: str = "s1") -> Traced:
    head = Message(line="GET / HTTP/1.1", headers=[("Host", "a"), ("COOKIE", "id=1"), ("X", "plain")])
    return Traced(
        id="1", date=(0, 0), src=None, dst=None, frontend="f", received=head, secrets=secrets,
        times=Times(request=0, queue=0, connect=0, response=0, total=0),
        outcome=Outcome(
            steps=steps, end="forwarded", why="", backend="b", server=server, request=None, status=200, response=None, body="",
            termination="----", log=log, variables=[], keeps=True, unread=0,
        ),
    )  # fmt: skip


def of_test(value: str) -> simulation.TestStep:
    return simulation.TestStep(at=At(file=0, line=1), acl="", text="", values=[value], matched=False, pattern=None)


def test_headers_by_name() -> None:
    clean = hidden(trace(["id=1"], []))
    assert clean.received.headers == [("Host", "a"), ("COOKIE", "***"), ("X", "plain")]
    assert clean.secrets == []


def test_changes_by_name() -> None:
    change = ChangeStep(at=At(file=0, line=1), what="response header set-cookie", before=None, after="a=b")
    (step,) = hidden(trace([], [change])).outcome.steps
    assert isinstance(step, ChangeStep) and (step.before, step.after) == (None, "***")


@pytest.mark.parametrize(
    ("secret", "value"),
    [
        ("Bearer abcdefghijklmnop", "abcdefghijklmnop"),
        ("Bearer abcdefghijklmnop", "BEGIN Bearer abcdefghijkl"),
        ("a=1; sid=0123456789abcdef", "0123456789abcdef"),
        ("a=1; sid=short", "short"),
        ("a=1; sid=xy", "xy"),
        ("sid=0123456789abcdef; Path=/; HttpOnly", "0123456789abcdef"),
        (f"Basic {PAIR}", "open sesame now"),
        (f"Basic {PAIR}", "ali:open sesame now"),
        (f"Basic {PAIR}", PAIR),
        ("opaque-key-without-scheme", "opaque-key-without-scheme"),
    ],
)
def test_values_wherever_they_are(secret: str, value: str) -> None:
    (step,) = hidden(trace([secret], [of_test(value)])).outcome.steps
    assert isinstance(step, simulation.TestStep)
    assert "***" in step.values[0]
    assert not any(part in step.values[0] for part in ("abcdef", "short", "xy", "sesame", PAIR, "opaque"))


def test_attributes_of_cookies_are_no_secrets() -> None:
    secret = "SRV=longer; path=/; Domain=shop.example"
    (step,) = hidden(trace([secret], [of_test("/")], log="shop.example / longer")).outcome.steps
    assert isinstance(step, simulation.TestStep) and step.values == ["/"]
    assert hidden(trace([secret], [], log="shop.example / longer")).outcome.log == "shop.example / ***"


def test_a_value_that_was_cut() -> None:
    """A text may end before the secret does."""
    secret = "k=" + "0123456789" * 40
    (step,) = hidden(trace([secret], [of_test("the cookie is " + "0123456789" * 20 + "...")])).outcome.steps
    assert isinstance(step, simulation.TestStep) and step.values == ["the cookie is ***"]


def test_in_the_log_line() -> None:
    assert hidden(trace(["sid=0123456789abcdef"], [], log="x {0123456789abcdef} y")).outcome.log == "x {*** y"


def test_names_of_the_configuration_stay() -> None:
    choice = ChoiceStep(at=None, kind="server", what="cookie SRV", name="server-two")
    clean = hidden(trace(["SRV=server-two"], [choice], server="server-two"))
    (step,) = clean.outcome.steps
    assert isinstance(step, ChoiceStep) and step.name == "server-two" and clean.outcome.server == "server-two"


def test_short_values_do_not_blot_out_the_text() -> None:
    assert hidden(trace(["a=1"], [], log="1 of 11")).outcome.log == "1 of 11"
