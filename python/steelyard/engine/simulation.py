"""Requests played through a plan without sockets: the twin of the core's `explain/case.rs`. A test holds the two together."""

from __future__ import annotations

from typing import Literal

import msgspec

from steelyard import _engine
from steelyard.plan import schema

End = Literal["forwarded", "replied", "tarpitted", "closed", "dropped", "served", "waits"]


class ServerState(msgspec.Struct, frozen=True, kw_only=True):
    """A server that is not as the configuration has it. `proxy` and `server` are indices of the plan."""

    proxy: int
    server: int
    up: bool = True
    drain: bool = False
    conns: int = 0
    queued: int = 0
    weight: int | None = None


class ProxyState(msgspec.Struct, frozen=True, kw_only=True):
    """Load of a proxy that is not idle."""

    proxy: int
    fe_conn: int = 0
    fe_req_rate: int = 0
    fe_sess_rate: int = 0
    be_conn: int = 0
    be_sess_rate: int = 0
    queue: int = 0


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One request and the world it comes into. Bytes travel as base64; `now` is in microseconds since the epoch.

    `src` and `dst` are `address:port`, `[address]:port`, or None for a unix socket. `response` None: an empty 200.
    """

    frontend: int
    request: bytes
    now: int
    bind: int = 0
    src: str | None = None
    dst: str | None = None
    response: bytes | None = None
    servers: list[ServerState] = []
    proxies: list[ProxyState] = []
    random: int = 0
    reused: bool = False


class SetStep(msgspec.Struct, frozen=True, tag_field="step", tag="set"):
    """A rule set of a proxy begins."""

    proxy: str
    set: str


class RuleStep(msgspec.Struct, frozen=True, tag_field="step", tag="rule"):
    """A rule was reached; its tests follow. `taken` None: it waits for more bytes than the case has."""

    at: schema.At
    text: str
    taken: bool | None


class TestStep(msgspec.Struct, frozen=True, tag_field="step", tag="test"):
    """An ACL test. `values`: what the fetch gave, none when there is nothing of the kind. `pattern`: the one that matched."""

    at: schema.At
    acl: str
    text: str
    values: list[str]
    matched: bool
    pattern: str | None


class ChangeStep(msgspec.Struct, frozen=True, tag_field="step", tag="change"):
    """What the rule above changed."""

    at: schema.At
    what: str
    before: str | None
    after: str | None


class ChoiceStep(msgspec.Struct, frozen=True, tag_field="step", tag="choice"):
    """A backend or a server was chosen. `at` None: by no rule."""

    at: schema.At | None
    kind: Literal["backend", "server"]
    what: str
    name: str


class VerdictStep(msgspec.Struct, frozen=True, tag_field="step", tag="verdict"):
    """How a rule set ended, where later rules did not run, or why it went on behind a rule that applied."""

    what: str


Step = SetStep | RuleStep | TestStep | ChangeStep | ChoiceStep | VerdictStep


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """The head of a message."""

    line: str
    headers: list[tuple[str, str]]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a case. `request` is what the server gets, `response` what the client gets.

    `variables`: those that are set at the end, `scope.name` and value, those of the process left out.
    `keeps`: the client's connection may carry another request. `unread`: bytes of the case behind its request.
    """

    steps: list[Step]
    end: End
    why: str
    backend: str | None
    server: str | None
    request: Message | None
    status: int | None
    response: Message | None
    body: str
    termination: str
    log: str | None
    variables: list[tuple[str, str]]
    keeps: bool
    unread: int


class Simulation:
    """A plan in which requests are played. Turns of balancers and variables of the process stay between cases."""

    def __init__(self, plan: schema.Plan) -> None:
        """Raises PlanError (`steelyard.engine.engine`) for a plan that can't be run."""
        self._simulation = _engine.Simulation(schema.encode(plan))

    def play(self, case: Case) -> Outcome:
        """Raises ValueError when the case names what the plan does not have."""
        return msgspec.json.decode(self._simulation.play(msgspec.json.encode(case)), type=Outcome)
