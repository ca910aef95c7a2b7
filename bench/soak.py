"""`python -m bench.soak [--minutes M]`: mixed load for a long time; memory must settle and nothing may fail.

Turns of ten seconds: keep-alive, a connection per request, large bodies, idle connections. It ends with status 1 when a
request failed, when memory has grown by more than a tenth between the second quarter and the end, or when descriptors leak."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from bench import configs, load, measure
from bench.bench import Bench
from bench.programs import find


def descriptors(pid: int) -> int:
    return sum(len(list(Path(f"/proc/{one}/fd").iterdir())) for one in measure.family(pid))


def main() -> None:
    parser = argparse.ArgumentParser(prog="make soak ARGS=...", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--program", default="steelyard")
    args = parser.parse_args()
    program = next((one for one in find() if one.name.startswith(args.program)), None)
    if program is None:
        raise SystemExit(f"{args.program} is not here")
    faults = []
    with tempfile.TemporaryDirectory(prefix="steelyard-soak-") as name:
        bench = Bench([program], 1, 10, Path(name))
        origin = bench.start_origin()
        one = bench.start(program, configs.SCENARIOS[2])
        try:
            load.wrk(one.port, 64, 2)
            first_open = descriptors(one.pid)
            memory: list[int] = []
            end = time.monotonic() + args.minutes * 60
            turns = [("/", False), ("/", True), ("/1m", False)]
            turn = 0
            while time.monotonic() < end:
                path, close = turns[turn % len(turns)]
                got = load.wrk(one.port, 64, 10, path, close)
                held = load.idle(one.port, 500)
                for sock in held:
                    sock.close()
                memory.append(measure.resident(one.pid))
                print(
                    f"{turn:4} {path:4} close={close!s:5} {got.rate:10,.0f}/s errors {got.errors} {memory[-1] / 1e6:.1f} MB",
                    flush=True,
                )
                if got.errors:
                    faults.append(f"turn {turn}: {got.errors} failed requests")
                turn += 1
            settled = max(memory[len(memory) // 4 : len(memory) // 2 + 1])
            if memory[-1] > settled * 1.1:
                faults.append(f"memory grew from {settled} to {memory[-1]} bytes")
            load.wrk(one.port, 1, 1)
            if descriptors(one.pid) > first_open + 200:
                faults.append(f"descriptors grew from {first_open} to {descriptors(one.pid)}")
        finally:
            one.stop()
            origin.stop()
    for fault in faults:
        print(fault)
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
