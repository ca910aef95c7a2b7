"""`python -m bench [--quick] [--rounds N] [--seconds S] [--only WORD] [--out DIRECTORY]`

The programs take turns on core 0; the load and the servers are on core 1. Only the proxy's own CPU time is counted."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import configs, load, measure, report
from bench.programs import LOAD_CORE, PROXY_CORE, Program, Running, find, free_port


class Bench:
    def __init__(self, programs: list[Program], rounds: int, seconds: float, directory: Path) -> None:
        self.programs = programs
        self.rounds = rounds
        self.seconds = seconds
        self.directory = directory
        self.origins = [free_port(), free_port()]
        self.sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sink.bind(("127.0.0.1", 0))  # never read: the kernel drops what does not fit

    def config(self, program: Program, scenario: configs.Scenario, port: int) -> Path:
        log = self.sink.getsockname()[1]
        if program.language == "nginx":
            text = configs.nginx_config(scenario, port, self.origins, log, str(self.directory))
        else:
            text = configs.haproxy_config(scenario, port, self.origins, log)
        path = self.directory / f"{program.name.replace(' ', '-')}-{port}.cfg"
        path.write_text(text)
        return path

    def start(self, program: Program, scenario: configs.Scenario) -> Running:
        port = free_port()
        return Running(program.command(self.config(program, scenario, port)), port, PROXY_CORE, self.directory)

    def start_origin(self) -> Running:
        www = self.directory / "www"
        www.mkdir()
        (www / "1m").write_bytes(os.urandom(1 << 20))
        self.directory.chmod(0o755)
        path = self.directory / "origin.cfg"
        path.write_text(configs.origin_config(self.origins, str(self.directory)))
        nginx = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if nginx is None:
            raise SystemExit("the bench needs nginx for the servers behind the proxies: install it")
        return Running([nginx, "-c", str(path), "-p", str(self.directory)], self.origins[0], LOAD_CORE, self.directory)

    def traffic(self, scenario: configs.Scenario) -> dict[str, dict[str, Any]]:
        asked = [program for program in self.programs if program.language != "nginx" or scenario.nginx is not None]
        running = {program.name: self.start(program, scenario) for program in asked}
        rows: dict[str, list[dict[str, float]]] = {name: [] for name in running}
        try:
            for one in running.values():
                load.wrk(one.port, scenario.clients, 1, scenario.path, scenario.close)
            for turn in range(self.rounds):
                order = list(running.items())
                for name, one in order[turn % len(order) :] + order[: turn % len(order)]:
                    before = measure.cpu(one.pid)
                    got = load.wrk(one.port, scenario.clients, self.seconds, scenario.path, scenario.close)
                    used = measure.cpu(one.pid) - before
                    rows[name].append(
                        {
                            "rate": got.rate,
                            "us": used.total / max(1, got.requests) * 1e6,
                            "user_us": used.total * used.user_share / max(1, got.requests) * 1e6,
                            "p99_ms": got.p99 * 1e3,
                            "errors": got.errors,
                            "busy": used.total / self.seconds,
                        }
                    )
        finally:
            for one in running.values():
                one.stop()
        return {
            name: {key: measure.median([row[key] for row in values]) for key in values[0]} | {"runs": values}
            for name, values in rows.items()
        }

    def idle(self, count: int) -> dict[str, dict[str, float]]:
        out = {}
        for program in self.programs:
            one = self.start(program, configs.SCENARIOS[0])
            try:
                held = load.idle(one.port, 20)
                before = measure.resident(one.pid)
                held += load.idle(one.port, count)
                after = measure.resident(one.pid)
                for sock in held:
                    sock.close()
            finally:
                one.stop()
            out[program.name] = {"per_connection": (after - before) / count, "empty_mb": before / 1e6, "total_mb": after / 1e6}
        return out

    def starts(self) -> dict[str, dict[str, float]]:
        out = {}
        scenario = configs.SCENARIOS[0]
        for program in self.programs:
            up, check = [], []
            for _ in range(5):
                one = self.start(program, scenario)
                up.append(one.startup * 1e3)
                one.stop()
                command = program.check(self.config(program, scenario, free_port()))
                begin = time.monotonic()
                subprocess.run(command, check=True, capture_output=True, timeout=60)
                check.append((time.monotonic() - begin) * 1e3)
            out[program.name] = {"start_ms": measure.median(up), "check_ms": measure.median(check)}
        return out


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="about two minutes: two short rounds")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--only", default="", help="scenarios whose name holds this word (or 'idle', 'start')")
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
    with tempfile.TemporaryDirectory(prefix="steelyard-bench-") as name:
        bench = Bench(programs, args.rounds, args.seconds, Path(name))
        origin = bench.start_origin()
        try:
            for scenario in configs.SCENARIOS:
                if args.only in scenario.name:
                    result["scenarios"][scenario.name] = {"goal": scenario.goal, "programs": bench.traffic(scenario)}
                    print(report.scenario(scenario.name, result["scenarios"][scenario.name]), flush=True)
            if args.only in "idle":
                result["idle"] = {"connections": args.idle, "programs": bench.idle(args.idle)}
                print(report.idle(result["idle"]), flush=True)
            if args.only in "start":
                result["start"] = bench.starts()
                print(report.start(result["start"]), flush=True)
        finally:
            origin.stop()
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "bench.json").write_text(json.dumps(result, indent=1) + "\n")
    (args.out / "bench.md").write_text(report.whole(result))
    print(f"written: {args.out}/bench.md, {args.out}/bench.json")


main()
