"""A site that logs, and what its lines are taken apart into."""

from __future__ import annotations

import re

from tests.oracle.common import site


def logged(run, sink, front="", back="", server="", kind="httplog", **given):
    top = "defaults\n    mode http\n    timeout client 20s\n    timeout server 20s\n    timeout connect 20s"
    option = f"option {kind}" if kind else ""
    return site(run, front=f"log <sink> local0\n{option}\n{front}", back=back, server=server, top=top, sink=sink, **given)


def endings(line):
    found = re.search(r" (\S+) (\S+) (\S{5,}|[\d/+-]+) (-?\d+) \+?\d+ - - (\S{4}) ", line)
    assert found, line
    return found[1], found[2], re.sub(r"\d+", lambda m: m[0], re.sub(r"(?<!-)\d+", "N", found[3])), int(found[4]), found[5]


def plain_head(line) -> str:
    """The datagram behind its priority."""
    text: str = line.raw.decode()
    return text.rstrip("\n").partition(">")[2]
