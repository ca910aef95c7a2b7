"""`steelyard explain-code [CODE ...]`: what a message means, with a wrong and a right example."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from textwrap import indent

from steelyard.config.nearest import nearest
from steelyard.diagnostics.codes import CODES
from steelyard.diagnostics.examples import examples


def run(words: Sequence[str]) -> int:
    """0 where every code is known, else 1."""
    parser = argparse.ArgumentParser("steelyard explain-code", description="Tells what the code of a message means.")
    parser.add_argument("code", nargs="*", help="as SY0102, with or without SY; none lists all codes")
    asked = parser.parse_args(words).code
    if not asked:
        print("\n".join(f"{code}  {title}" for code, (title, _) in sorted(CODES.items())))
        return 0
    status = 0
    texts = []
    for word in asked:
        code = _code(word)
        if code in CODES:
            texts.append(explained(code))
            continue
        family = [each for each in sorted(CODES) if each[:4] == code[:4]]
        near = list(dict.fromkeys([nearest(code, CODES), *family]))
        hint = "; near it: " + ", ".join([each for each in near if each][:8]) if any(near) else ""
        print(f"steelyard: no code '{word}'{hint}", file=sys.stderr)
        status = 1
    print("\n".join(texts), end="")
    return status


def _code(word: str) -> str:
    """`sy102`, `102` and `[SY0102]` all mean `SY0102`."""
    text = word.upper().strip("[]:,")
    digits = text.removeprefix("SY")
    return f"SY{digits:0>4}" if digits.isascii() and digits.isdigit() else text


def explained(code: str) -> str:
    """The meaning, and both examples where there are any."""
    title, meaning = CODES[code]
    example = examples().get(code)
    text = f"{code}: {title}\n\n{meaning}\n"
    if example is None:
        return text
    if example.how.startswith("earlier"):
        text += f"\nYou will rarely see it: {example.how.split()[1]} says the same earlier, with its place.\n"
    return f"{text}\nWrong:\n\n{indent(example.wrong, '    ')}\nRight:\n\n{indent(example.right, '    ')}"
