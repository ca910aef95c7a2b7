"""What one check found, as a value: HAProxy's status codes, their words, and how a log line tells them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from steelyard.health.state import Outcome


class Code(Enum):
    """`check_status` of the statistics, and its words."""

    UNK = "unknown"
    INI = "initializing"
    SOCKERR = "Socket error"
    L4OK = "Layer4 check passed"
    L4TOUT = "Layer4 timeout"
    L4CON = "Layer4 connection problem"
    L6OK = "Layer6 check passed"
    L6TOUT = "Layer6 timeout"
    L6RSP = "Layer6 invalid response"
    L7OK = "Layer7 check passed"
    L7OKC = "Layer7 check conditionally passed"
    L7TOUT = "Layer7 timeout"
    L7RSP = "Layer7 invalid response"
    L7STS = "Layer7 wrong status"

    @property
    def outcome(self) -> Outcome:
        match self:
            case Code.L4OK | Code.L6OK | Code.L7OK:
                return Outcome.PASSED
            case Code.L7OKC:
                return Outcome.CONDITIONAL
            case _:
                return Outcome.FAILED


@dataclass(frozen=True, slots=True)
class Result:
    """`status`: the HTTP status where one decided. `info`: the system's or the server's own words. `ms`: how long it took."""

    code: Code
    status: int = 0
    info: str = ""
    ms: int = 0

    def reason(self) -> str:
        """`, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms`"""
        text = f", reason: {self.code.value}"
        if self.code in (Code.L7OK, Code.L7OKC, Code.L7STS):
            text += f", code: {self.status}"
        if self.info:
            text += f', info: "{self.info}"'
        return f"{text}, check duration: {self.ms}ms"
