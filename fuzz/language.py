"""Whatever is in a file, the reader answers with a model or with diagnostics: `python fuzz/language.py [--seconds N] [--seed N]`.

Seeds are the case files. Lines are mixed, words of the grammar stand in the place of others, bytes are changed; each must be
answered within a bound, without a traceback. What breaks it is written to `fuzz/found/`.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import time
import traceback
from pathlib import Path
from types import FrameType

from steelyard.config.grammar.bind_options import BIND_OPTIONS
from steelyard.config.grammar.keywords import KEYWORDS
from steelyard.config.grammar.sections import SECTIONS
from steelyard.config.grammar.server_options import SERVER_OPTIONS
from steelyard.config.read import read_files
from steelyard.config.source import RawFile
from steelyard.diagnostics import as_json, concise, full, haproxy

ROOT = Path(__file__).resolve().parent
CASES = ROOT.parent / "tests" / "config" / "cases"
SECONDS = 10
"""A file of a few hundred lines that takes longer is a finding."""
LONGEST = 1_000_000
"""Of lines that were made longer; eight such changes to one line would otherwise make gigabytes."""
ODD = ["", "0", "-1", "9" * 40, "%[", "%[src,", "]", "{", "}", "!", "if", "unless", '"', "'", "\\", "$X", '"${X[*]}"', "\udc80"]
ODD += [
    "a" * 5000,
    "((((((((",
    "1k",
    "10s",
    "*",
    "::",
    "@",
    "/",
    "-f",
    "-m",
    "--",
    ",",
    ".if",
    ".elif",
    ".else",
    ".endif",
    ".include",
]


class TooSlow(Exception):
    pass


def _alarm(number: int, frame: FrameType | None) -> None:
    raise TooSlow


def seeds() -> list[list[str]]:
    out = []
    for path in sorted(CASES.rglob("*.case")):
        text = path.read_bytes().decode("utf-8", "surrogateescape").partition("-" * 40)[0]
        out.append([line for line in text.split("\n") if line])
    return out


def vocabulary(files: list[list[str]]) -> list[str]:
    words = {word for lines in files for line in lines for word in line.split()}
    words |= {row.name for row in KEYWORDS.rows} | set(SECTIONS) | set(BIND_OPTIONS.by_name) | set(SERVER_OPTIONS.by_name)
    return sorted(words)


def mutate(dice: random.Random, files: list[list[str]], words: list[str]) -> str:
    lines = list(dice.choice(files))
    for _ in range(dice.randint(1, 8)):
        at = dice.randrange(len(lines)) if lines else 0
        match dice.randrange(7):
            case 0:
                lines[at:at] = dice.choice(files)[: dice.randint(1, 10)]
            case 1 if lines:
                del lines[at]
            case 2 if lines:
                lines[at] = " ".join([*lines[at].split(), dice.choice(words), dice.choice(ODD)])
            case 3 if lines:
                parts = lines[at].split(" ")
                parts[dice.randrange(len(parts))] = dice.choice(dice.choice((words, ODD)))
                lines[at] = " ".join(parts)
            case 4 if lines:
                text = lines[at]
                place = dice.randrange(len(text) + 1)
                lines[at] = text[:place] + chr(dice.choice((0, 9, 13, 34, 35, 36, 39, 40, 92, 0xDCFF, 0x2028))) + text[place:]
            case 5:
                lines.append(" ".join(dice.choice(words) for _ in range(dice.randint(1, 70))))
            case 6 if lines:
                lines[at] = (lines[at] * dice.choice((2, 50)))[:LONGEST]
    return dice.choice(("\n", "\n", "\n", "\r\n")).join(lines) + dice.choice(("\n", "\n", "\n", ""))


def answer(text: str) -> None:
    model, report = read_files((RawFile("fuzz.cfg", text),), environ={"HOME": "/"}, language=True, look_up=False)
    if (model is None) != report.wrong:
        raise AssertionError("a model beside mistakes, or none without")
    for item in report:
        if item.span.column < 1 or item.span.length < 1:
            raise AssertionError(f"a place that is none: {item}")
    haproxy.render(report, 1).encode()
    concise.render(report).encode()
    as_json.render(report).encode()
    full.render(report, full.from_files(), colour=True).encode()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    args = parser.parse_args()
    dice, files = random.Random(args.seed), seeds()
    words = vocabulary(files)
    signal.signal(signal.SIGALRM, _alarm)
    end, count, found, slowest = time.monotonic() + args.seconds, 0, 0, 0.0
    seen: set[str] = set()
    while time.monotonic() < end:
        text = mutate(dice, files, words)
        start = time.monotonic()
        signal.alarm(SECONDS)
        try:
            answer(text)
        except Exception as error:  # whatever it is, it is a finding
            signal.alarm(0)
            where = "".join(traceback.format_exception(error)[-2:])
            if where not in seen:
                seen.add(where)
                found += 1
                (ROOT / "found").mkdir(exist_ok=True)
                (ROOT / "found" / f"{args.seed}-{count}.cfg").write_bytes(text.encode("utf-8", "surrogateescape"))
                print(where, flush=True)
        signal.alarm(0)
        slowest = max(slowest, time.monotonic() - start)
        count += 1
    print(
        f"language: {count} inputs in {args.seconds} s from seed {args.seed}, the slowest took {slowest:.2f} s, {found} findings"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
