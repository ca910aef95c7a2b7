"""`python tools/release.py develop|build ...`: maturin with the engine as a release ships it.

It is built twice: the first engine counts which of its ways are taken while the bench plays its traffic to it, and the second
is laid out by these counts (rustc calls that profile-guided optimization). This needs llvm-profdata of the same toolchain, and
wrk for the traffic; where one is missing the engine is built without counts, and it is said what brings them. Ends with the
status of what failed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PROFILE = "bench-max"


def main() -> None:
    target = Path(os.environ.get("CARGO_TARGET_DIR", "target")).resolve()
    profdata = Path(said("rustc", "--print", "target-libdir")).parent / "bin" / "llvm-profdata"
    tools = {"llvm-tools (`rustup component add llvm-tools`)": profdata.exists(), "wrk": shutil.which("wrk") is not None}
    if missing := [name for name, there in tools.items() if not there]:
        print(f"Built without counts of traffic, so it is somewhat slower. What is missing: {', '.join(missing)}")
        maturin(sys.argv[1:], target, "")
    else:
        found = target / "engine.profdata"
        count(target, profdata, found)
        maturin(sys.argv[1:], target / "trained", f"-Cprofile-use={found}")


def count(target: Path, profdata: Path, found: Path) -> None:
    """Fills `found`."""
    counts = target / "counts"
    maturin(["develop"], target / "counting", f"-Cprofile-generate={counts}")
    shutil.rmtree(counts, ignore_errors=True)  # what programs of the build have counted
    traffic = ["-m", "bench", "--programs", "steelyard", "--rounds", "1", "--seconds", "2", "--only", "http,tcp"]
    ended(subprocess.run([sys.executable, *traffic, "--out", str(target / "training")], stdout=subprocess.DEVNULL, check=False))
    ended(subprocess.run([profdata, "merge", "-o", found, *counts.glob("*.profraw")], check=False))


def maturin(words: list[str], target: Path, flags: str) -> None:
    flags = f"{os.environ.get('RUSTFLAGS', '')} {flags}".strip()
    env = os.environ | {"VIRTUAL_ENV": sys.prefix, "CARGO_TARGET_DIR": str(target), "RUSTFLAGS": flags}
    done = subprocess.run(
        [Path(sys.executable).with_name("maturin"), words[0], "--profile", PROFILE, *words[1:]],
        env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    if done.returncode:
        sys.stderr.buffer.write(done.stdout)
    ended(done)


def said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def ended(done: subprocess.CompletedProcess[bytes]) -> None:
    if done.returncode:
        raise SystemExit(done.returncode)


main()
