"""Replies that are made here, by an action or for an error: twin of `plan/reply.rs`."""

from __future__ import annotations

from msgspec import field

from steelyard.plan.schema.base import Node
from steelyard.plan.schema.expr import LogFormat

Payload = str
"""Bytes as base64 (standard alphabet, padded)."""


class BodyDefault(Node, frozen=True, tag="default"):
    """The proxy's error file for the status, or the built-in page."""


class BodyEmpty(Node, frozen=True, tag="empty"):
    """No body at all."""


class BodyBytes(Node, frozen=True, tag="bytes"):
    bytes: Payload


class BodyLogFormat(Node, frozen=True, tag="log_format"):
    format: LogFormat


class BodyRaw(Node, frozen=True, tag="raw"):
    """A whole reply with its head."""

    bytes: Payload


class BodyLocation(Node, frozen=True, tag="location"):
    """`errorloc302`, `errorloc303`."""

    status: int
    url: str


ReplyBody = BodyDefault | BodyEmpty | BodyBytes | BodyLogFormat | BodyRaw | BodyLocation


class Reply(Node, frozen=True):
    """`status` None: what the action gives by default."""

    status: int | None = None
    content_type: str | None = None
    body: ReplyBody = field(default_factory=BodyDefault)
    headers: list[tuple[str, LogFormat]] = field(default_factory=list)


class ErrorFile(Node, frozen=True):
    status: int
    reply: Reply
