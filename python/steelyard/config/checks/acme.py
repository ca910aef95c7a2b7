"""Maps that `acme` sections fill: something must look them up, or nobody would show the proofs."""

from __future__ import annotations

from steelyard.config.expr import MapArg
from steelyard.config.model import Config
from steelyard.config.nearest import nearest
from steelyard.config.statement import Room
from steelyard.config.visit import nodes
from steelyard.diagnostics.diagnostic import Label


def check_acme(config: Config, room: Room) -> None:
    drafts = [draft for draft in room.drafts if draft.kind == "acme"]
    known = {arg.path for arg in nodes((config.proxies, config.global_), MapArg)} if drafts else set()
    for draft in drafts:
        for _, said in draft.others:
            if said.name == "map" and said.words[0] not in known:
                name = said.words[0]
                guess = nearest(name, known)
                help = f"did you mean '{guess}'?" if guess else f"use it in a rule, as in '%[path,field(-1,/),map({name})]'"
                labels = (Label(said.span, "named here"),)
                message = f"nothing looks up map '{name}' of {draft.label}"
                room.report.alert("SY0741", message, draft.span, help=help, labels=labels)
