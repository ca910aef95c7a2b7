"""Threads that `bind` lines name: at least one of them must be there, as HAProxy has it. All threads accept here."""

from __future__ import annotations

import os

from steelyard.config.grammar.row import PLAIN
from steelyard.config.model import Bind, Config
from steelyard.config.statement import Room


def check_threads(config: Config, room: Room) -> None:
    """Where `nbthread` does not say how many there are, their number is that of the processors that the process may use."""
    count = config.global_.nbthread or len(os.sched_getaffinity(0))
    said = [int(each.words[0]) for each in config.global_.others if each.name == "thread-groups" and each.words[0].isdigit()]
    groups = max(1, said[-1]) if said else 1
    for proxy in config.proxies:
        for bind in proxy.binds:
            _one(f"{proxy.kind} '{proxy.name}'", bind, count, groups, room)
    for draft in room.drafts:
        for bind in draft.get("binds", ()) if draft.where & PLAIN else ():
            _one(draft.label, bind, count, groups, room)


def _one(owner: str, bind: Bind, count: int, groups: int, room: Room) -> None:
    for said in bind.others:
        if said.name != "thread":
            continue
        parts = [part.rpartition("/") for part in said.words[0].split(",")]
        wanted = [(group, threads) for group, _, threads in parts]
        if not any(_there(group, threads, count, groups) for group, threads in wanted):
            message = f"none of the threads '{said.words[0]}' of {owner} is there: there are {count}"
            room.report.alert("SY0752", message, said.span, help="leave 'thread' out, or say 'nbthread' in 'global'")


def _there(group: str, threads: str, count: int, groups: int) -> bool:
    """Threads of a group count from 1 in it; those of an absent group are nowhere."""
    if group and int(group) > groups:
        return False
    # groups are filled evenly, the first ones with one more
    size = count // groups + (1 if int(group) <= count % groups else 0) if group else count
    if threads in ("all", "odd"):
        return size >= 1
    if threads == "even":
        return size >= 2
    return int(threads.partition("-")[0]) <= size
