"""Large configurations, and how long programs take to check them: `python -m bench.large [--lines 10000,30000,100000]`.

The programs take turns on core 0. A file of 100,000 lines holds 10,000 backends of one server, 20,000 ACLs and 10,000 rules that
choose a backend by two of them; smaller ones hold less. Steelyard's time must stay under twice HAProxy's, its memory under
600 MB, and both must grow with the lines.

HAProxy looks for each ACL among all others, so its own time grows faster than the lines, and depends much on how busy the memory
of the machine is: 1.7 s for 100,000 lines where nothing else runs, several times that beside other work.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bench.programs import find

_HEAD = """\
global
    maxconn 10000
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
    option httplog
frontend web
    bind 127.0.0.1:18080
"""


def lines(count: int) -> Iterator[str]:
    """About `count` lines of one configuration."""
    yield from _HEAD.splitlines()
    sites = count // 10
    for number in range(sites):
        yield f"    acl host_{number} hdr(host) -i site{number}.example.com www.site{number}.example.com"
        yield f"    acl path_{number} path_beg /app{number}/ /static{number}/"
        yield f"    use_backend site_{number} if host_{number} path_{number}"
    for number in range(sites):
        yield f"backend site_{number}"
        yield "    balance leastconn"
        yield f"    http-request set-header X-Site site{number}"
        yield "    option httpchk GET /health"
        yield "    timeout server 60s"
        yield "    cookie SRV insert indirect nocache"
        yield f"    server one 10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}:8080 check inter 5s maxconn 9 cookie a"


def write(path: Path, count: int) -> None:
    path.write_text("\n".join(lines(count)) + "\n")


def run(command: Sequence[str]) -> tuple[float, float, int]:
    """CPU seconds, megabytes and the status of one run on core 0."""
    child = os.fork()
    if child == 0:
        try:
            os.sched_setaffinity(0, {0})
            null = os.open(os.devnull, os.O_RDWR)
            for number in (0, 1, 2):
                os.dup2(null, number)
            os.execv(command[0], list(command))
        finally:
            os._exit(127)
    _, status, used = os.wait4(child, 0)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)


def commands() -> dict[str, Callable[[Path], list[str]]]:
    """What is run, by the name in the table: every program as `-c`, and Steelyard's judgement of the language alone."""
    out: dict[str, Callable[[Path], list[str]]] = {}
    for program in find():
        if program.name == "steelyard":
            out["steelyard -c"] = program.check
            out["steelyard check --language"] = lambda file, path=program.path: [path, "check", "--language", str(file)]  # type: ignore[misc]
        elif program.name.startswith("haproxy"):
            out[f"{program.name} -c"] = program.check
    return out


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.large", description=__doc__)
    parser.add_argument("--lines", default="10000,30000,100000")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    programs = commands()
    beside = next((name for name in programs if name.startswith("haproxy")), "")
    print(
        f"{'lines':>7}  {'program':<27} {'CPU':>8} {'us/line':>8} {'memory':>8}  status  {f'beside {beside}' if beside else ''}"
    )
    with tempfile.TemporaryDirectory(prefix="steelyard-large-") as name:
        for count in (int(each) for each in args.lines.split(",")):
            file = Path(name) / f"{count}.cfg"
            write(file, count)
            found: dict[str, list[tuple[float, float, int]]] = {}
            for _ in range(args.rounds):
                for program, command in programs.items():
                    found.setdefault(program, []).append(run(command(file)))
            seconds = {program: statistics.median(each[0] for each in results) for program, results in found.items()}
            for program, results in found.items():
                took, memory, status = seconds[program], max(each[1] for each in results), results[0][2]
                ratio = f"{took / seconds[beside]:5.2f} x" if beside else ""
                micros = took / count * 1e6
                print(
                    f"{count:>7}  {program:<27} {took:>6.2f} s {micros:>8.1f} {memory:>5.0f} MB  {status:>6}  {ratio}", flush=True
                )


if __name__ == "__main__":
    main()
