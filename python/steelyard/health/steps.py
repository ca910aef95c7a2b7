"""A check of several steps (`tcp-check`): connections, what is sent on them, and what must come back."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
import time
from dataclasses import dataclass, field, replace
from functools import lru_cache

from steelyard.config.checking import TcpComment, TcpConnect, TcpExpect, TcpSend, TcpStep
from steelyard.health.probe import CHUNK, REPLY_MAX, open_socket, preface, target, words
from steelyard.health.result import Code, Result
from steelyard.health.spec import Spec
from steelyard.plan.schema.server import AddressInet

_DONE = "(tcp-check)"
_LINGER_ON = struct.pack("ii", 0, 0)
_IMPLICIT = TcpConnect(default=True)


async def converse(spec: Spec) -> Result:
    """Does one check. Never raises but CancelledError."""
    talk = _Talk(spec, time.monotonic())
    try:
        return await talk.run()
    finally:
        talk.close()


@dataclass(slots=True)
class _Talk:
    """One check as it goes on. `data`: what came since the last time something was sent, or a connection was opened."""

    spec: Spec
    started: float
    sock: socket.socket | None = None
    data: bytes = b""
    ended: bool = False
    until: float = 0.0
    unsent: bytes = field(default=b"")

    async def run(self) -> Result:
        steps = [step for step in self.spec.steps if not isinstance(step, TcpComment)]
        if not isinstance(steps[0] if steps else None, TcpConnect):
            failed = await self._connect(_IMPLICIT, "at initial connection step of tcp-check")
            if failed is not None:
                return failed
        comment, last = "", None
        for number, step in enumerate(self.spec.steps, 1):
            if isinstance(step, TcpComment):
                comment = step.text
                continue
            failed = await self._step(step, number, step.comment or comment)
            if failed is not None:
                return failed
            comment, last = "", step
        return self._passed(last)

    async def _step(self, step: TcpConnect | TcpSend | TcpExpect, number: int, comment: str) -> Result | None:
        where = f"at step {number} of tcp-check ({_shown(step)})" + (f" comment: '{comment}'" if comment else "")
        try:
            if isinstance(step, TcpConnect):
                return await self._connect(step, where)
            async with asyncio.timeout_at(asyncio.get_running_loop().time() + max(self.until - time.monotonic(), 0.001)):
                if isinstance(step, TcpSend):
                    self.data = b""
                    await self._send(step.data)
                    return None
                return await self._expect(step, f"at step {number}" + (f" comment: {comment}" if comment else ""))
        except TimeoutError:
            late = step.late if isinstance(step, TcpExpect) else ""
            return self._result(Code[late] if late else Code.L7TOUT, f" {where}")
        except OSError as error:
            return self._result(Code.SOCKERR, f"{words(error)} {where}")

    async def _connect(self, step: TcpConnect, where: str) -> Result | None:
        self.close()
        spec = _aimed(self.spec, step)
        loop = asyncio.get_running_loop()
        self.data, self.ended = b"", False
        try:
            self.sock = open_socket(spec)
            if step.linger and self.sock.family != socket.AF_UNIX:
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ON)
        except OSError as error:
            return self._result(Code.SOCKERR, f"{words(error)} {where}")
        try:
            async with asyncio.timeout(spec.timeout_connect / 1000):
                await loop.sock_connect(self.sock, target(spec))
                await self._send(preface(spec, self.sock))
        except TimeoutError:
            return self._result(Code.L4TOUT, f" {where}")
        except OSError as error:
            return self._result(Code.L4CON, f"{words(error)} {where}")
        # Without `timeout check`, what is left of the interval.
        left = spec.timeout_connect / 1000 - (time.monotonic() - self.started)
        self.until = time.monotonic() + (left if spec.timeout_read is None else spec.timeout_read / 1000)
        return None

    async def _send(self, data: bytes) -> None:
        if self.sock is not None and data:
            await asyncio.get_running_loop().sock_sendall(self.sock, data)

    async def _expect(self, step: TcpExpect, where: str) -> Result | None:
        while True:
            over = self.ended or len(self.data) >= REPLY_MAX
            if self.ended and not self.data:
                return self._result(Code.L7RSP, f"TCPCHK got an empty response {where}")
            enough = bool(self.data) and (over or len(self.data) >= step.least)
            if enough:
                match = _matches(step, self.data)
                # Where a least number of bytes is said, they decide; else more may come that matches.
                if match or over or step.least >= 0:
                    if match != step.negated:
                        return None
                    what = "matched unwanted" if match else "did not match"
                    return self._result(
                        Code[step.error] if step.error else Code.L7RSP, f"TCPCHK {what} content {_content(step)} {where}"
                    )
            if self.sock is None:
                return self._result(Code.SOCKERR)
            chunk = await asyncio.get_running_loop().sock_recv(self.sock, CHUNK)
            self.data += chunk
            self.ended = not chunk

    def _passed(self, last: TcpStep | None) -> Result:
        if isinstance(last, TcpExpect):
            return self._result(Code[last.ok] if last.ok else Code.L7OK, _DONE)
        if isinstance(last, TcpSend):
            return self._result(Code.L7OK, _DONE)
        return self._result(Code.L4OK, _DONE if last is not None else "")

    def _result(self, code: Code, info: str = "") -> Result:
        return Result(code, 0, info, int((time.monotonic() - self.started) * 1000))

    def close(self) -> None:
        if self.sock is not None:
            self.sock.close()
            self.sock = None


def _aimed(spec: Spec, step: TcpConnect) -> Spec:
    """The check with the address and the preface of one connection."""
    address = spec.address
    if isinstance(address, AddressInet):
        address = AddressInet(ip=step.host or address.ip, port=step.port or address.port)
    elif step.host and step.port:
        address = AddressInet(ip=step.host, port=step.port)
    send_proxy = spec.send_proxy if step.default else 1 if step.send_proxy else 0
    return replace(spec, address=address, send_proxy=send_proxy)


@lru_cache(maxsize=1024)
def _regex(text: str) -> re.Pattern[bytes]:
    return re.compile(text.encode("utf-8", "surrogateescape"))


def _matches(step: TcpExpect, data: bytes) -> bool:
    match step.kind:
        case "string":
            return step.value.encode("utf-8", "surrogateescape") in data
        case "binary":
            return bytes.fromhex(step.value) in data
        case "rstring":
            return _regex(step.value).search(data) is not None
        case "rbinary":
            return _regex(step.value).search(data.hex().upper().encode()) is not None


def _shown(step: TcpConnect | TcpSend | TcpExpect) -> str:
    """A step as HAProxy names it in messages."""
    if isinstance(step, TcpConnect):
        return f"connect port {step.port}" if step.port else "connect"
    if isinstance(step, TcpSend):
        return "send"
    match step.kind:
        case "string":
            return f"expect string '{step.value}'"
        case "rstring":
            return "expect regex"
        case "binary":
            return f"expect binary '{step.value.upper()}'"
        case "rbinary":
            return "expect binary regex"


def _content(step: TcpExpect) -> str:
    return {"string": f"'{step.value}'", "rstring": "(regex)", "binary": "(binary)", "rbinary": "(binary regex)"}[step.kind]
