"""Large files are read in a time that grows with their lines, whatever they are full of.

CPU time of this process, and the smallest of a few runs, since the machine may be busy. Four times the lines may take eight times
as long: a loop inside a loop would take sixteen times as long or more.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.large import lines
from steelyard.config.read import read

HEAD = "global\ndefaults\n mode http\n timeout client 1s\n timeout server 1s\n timeout connect 1s\n"
FRONT = f"{HEAD}frontend f\n bind :80\n"
BACK = f"{HEAD}backend b\n"
STEPS, MOST, SLACK = 1000, 8.0, 0.02


def _repeated(head: str, line: str) -> Callable[[int], str]:
    return lambda count: head + "".join(line.format(n=number, before=max(0, number - 1)) for number in range(count))


SHAPES: dict[str, Callable[[int], str]] = {
    "many backends": lambda count: "\n".join([*lines(count), ""]),
    "ACLs of one frontend": _repeated(FRONT, " acl a{n} path_beg /p{n}\n"),
    "ACLs that ask for the one before": _repeated(f"{FRONT} acl a0 path /\n", " acl a{n} acl(a{before})\n"),
    "rules": _repeated(FRONT, " http-request set-header X-{n} %[path] if {{ path /{n} }}\n"),
    "choices of a backend": _repeated(f"{FRONT} acl a path /\n", " use_backend b if a {{ path /{n} }}\n"),
    "servers": _repeated(BACK, " server s{n} 10.0.0.1:{n} check\n"),
    "listens": _repeated(HEAD, "listen l{n}\n bind :{n}\n server s 10.0.0.1:80\n"),
    "defaults of one": _repeated(f"{HEAD}defaults d\n", "defaults d{n} from d\n timeout queue 1s\n"),
    "defaults, each from the one before": _repeated(f"{HEAD}defaults d0\n", "defaults d{n} from d{before}\n"),
    "variables": _repeated("global\n", " setenv V{n} x\n"),
    "peers": _repeated(f"{HEAD}peers p\n", " peer p{n} 10.0.0.1:{n}1\n"),
    "users": _repeated(f"{HEAD}userlist u\n", " user u{n} insecure-password x\n"),
    "conditions": _repeated(HEAD, ".if defined(HOME)\n.else\n.endif\n"),
    "conditions in each other": lambda count: HEAD + ".if defined(HOME)\n" * count + ".endif\n" * count,
    "quotes": _repeated(FRONT, ' http-request set-header X-{n} "a \\"b\\" ${{HOME}}" # c\n'),
    "one line of words": lambda count: f"{FRONT} http-request set-header X {'x ' * count * 40}\n",
    "one line of fetches": lambda count: f'{FRONT} http-request set-header X "{"x %[path]" * count * 2}"\n',
    "one line of converters": lambda count: f"{FRONT} http-request set-header X %[path{',lower' * count * 4}]\n",
    "one line of escapes": lambda count: FRONT + " http-request set-header X " + r"\x41" * count * 20 + "\n",
}


def _took(path: Path) -> float:
    best = 60.0
    for _ in range(3):
        start = time.process_time()
        read([str(path)], environ={"HOME": "/"}, look_up=False)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("shape", SHAPES)
def test_time_grows_with_the_lines(shape: str, tmp_path: Path) -> None:
    took = []
    for count in (STEPS, 4 * STEPS):
        path = tmp_path / f"{count}.cfg"
        path.write_text(SHAPES[shape](count))
        took.append(_took(path))
    assert took[1] < MOST * took[0] + SLACK


def test_included_files(tmp_path: Path) -> None:
    took = []
    for count in (200, 800):
        folder = tmp_path / str(count)
        folder.mkdir()
        for number in range(count):
            (folder / f"{number:05}.cfg").write_text(f"backend b{number}\n server s 10.0.0.1:80\n")
        path = tmp_path / f"{count}.cfg"
        path.write_text(f"{HEAD}.include {folder}/*.cfg\n")
        took.append(_took(path))
    assert took[1] < MOST * took[0] + SLACK


def test_a_map(tmp_path: Path) -> None:
    took = []
    for count in (5_000, 20_000):
        keys, path = tmp_path / f"{count}.map", tmp_path / f"{count}.cfg"
        keys.write_text("".join(f"10.{number >> 8}.{number & 255}.0/24 v{number}\n" for number in range(count)))
        path.write_text(f"{FRONT} http-request set-header X %[src,map_ip({keys})]\n")
        took.append(_took(path))
    assert took[1] < MOST * took[0] + SLACK
