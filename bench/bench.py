"""One bench: starts the servers, then each program in its turn."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from bench import configs, load, measure
from bench.programs import LOAD_CORE, PROXY_CORE, Program, Running, free_port


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
            if "{map}" in text:
                names = self.directory / "million.map"
                if not names.exists():
                    configs.million(names)
                text = text.replace("{map}", str(names))
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
        script = None
        if scenario.script:
            script = self.directory / "script.lua"
            script.write_text(scenario.script)
        try:
            for one in running.values():
                load.wrk(one.port, scenario.clients, 1, scenario.path, scenario.close, script)
            for turn in range(self.rounds):
                order = list(running.items())
                for name, one in order[turn % len(order) :] + order[: turn % len(order)]:
                    before = measure.cpu(one.pid)
                    got = load.wrk(one.port, scenario.clients, self.seconds, scenario.path, scenario.close, script)
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

    def maps(self) -> dict[str, dict[str, float]]:
        """What a map of a million names costs before the first request: seconds of CPU, and memory."""
        out = {}
        scenario = next(one for one in configs.SCENARIOS if one.script)
        for program in self.programs:
            if program.language != "nginx":
                one = self.start(program, scenario)
                load.wrk(one.port, 16, 1)
                out[program.name] = {"cpu_s": measure.cpu(one.pid).total, "mb": measure.resident(one.pid) / 1e6}
                one.stop()
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
