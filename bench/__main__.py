"""`python -m bench [--quick] [--rounds N] [--seconds S] [--only WORD] [--out DIRECTORY]`

The programs take turns on core 0; the load and the servers are on core 1. Only the proxy's own CPU time is counted."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import tempfile
from pathlib import Path
from typing import Any

from bench import configs, report
from bench.bench import Bench
from bench.programs import find


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="about two minutes: two short rounds")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument(
        "--only",
        default="",
        help="scenarios whose name holds one of these words (or 'idle', 'start', 'loaded map'), comma between",
    )
    parser.add_argument("--programs", default="", help="programs whose name begins with one of these words, comma between")
    parser.add_argument("--idle", type=int, default=8000, help="how many idle connections")
    parser.add_argument("--out", type=Path, default=Path("target/bench"))
    args = parser.parse_args()
    if args.quick:
        args.rounds, args.seconds = 2, 2
    for tool in ("wrk", "taskset"):
        if shutil.which(tool) is None:
            raise SystemExit(f"the bench needs {tool}: install it")
    programs = find()
    if args.programs:
        programs = [one for one in programs if one.name.startswith(tuple(args.programs.split(",")))]
    result: dict[str, Any] = {
        "machine": {"cpu": report.cpu_model(), "cores": os.cpu_count(), "kernel": platform.release()},
        "rounds": args.rounds,
        "seconds": args.seconds,
        "scenarios": {},
    }
    words = args.only.split(",")

    def wanted(name: str) -> bool:
        return any(word.strip() in name for word in words)

    with tempfile.TemporaryDirectory(prefix="steelyard-bench-") as name:
        bench = Bench(programs, args.rounds, args.seconds, Path(name))
        origin = bench.start_origin()
        try:
            for scenario in configs.SCENARIOS:
                if wanted(scenario.name):
                    result["scenarios"][scenario.name] = {"goal": scenario.goal, "programs": bench.traffic(scenario)}
                    print(report.scenario(scenario.name, result["scenarios"][scenario.name]), flush=True)
            if wanted("idle"):
                result["idle"] = {"connections": args.idle, "programs": bench.idle(args.idle)}
                print(report.idle(result["idle"]), flush=True)
            if wanted("loaded map"):
                result["maps"] = bench.maps()
                print(report.maps(result["maps"]), flush=True)
            if wanted("start"):
                result["start"] = bench.starts()
                print(report.start(result["start"]), flush=True)
        finally:
            origin.stop()
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "bench.json").write_text(json.dumps(result, indent=1) + "\n")
    (args.out / "bench.md").write_text(report.whole(result))
    print(f"written: {args.out}/bench.md, {args.out}/bench.json")


main()
