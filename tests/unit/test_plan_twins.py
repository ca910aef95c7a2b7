"""The two halves of the plan's schema say the same.

The file holds a plan with every variant of everything. This test holds it equal to the msgspec side; a test of the Rust side
reads it, refuses what it does not know, writes it back and compares. `STEELYARD_UPDATE=1` writes the file.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from steelyard.plan import schema
from tests.unit.twins import everything, maximal_plan

FILE = Path(__file__).with_name("plan_twins.json")


def test_the_file_is_what_the_structs_say() -> None:
    now = everything()
    if os.environ.get("STEELYARD_UPDATE"):
        FILE.write_bytes(now)
    assert FILE.read_bytes() == now, "the schema has changed: STEELYARD_UPDATE=1 writes the file, then run the Rust tests"


def test_the_plan_reads_back() -> None:
    data = msgspec.json.encode(maximal_plan())
    plan = schema.decode(data)
    assert msgspec.json.decode(schema.encode(plan)) == msgspec.json.decode(data)
