"""Sections `program`: a master starts them."""

from __future__ import annotations

from steelyard.config.model import Config
from steelyard.config.statement import Room


def check_programs(config: Config, room: Room) -> None:
    """HAProxy takes them where a master is asked for with `-W` as well; what comes from the command line is not known here."""
    if config.global_.master_worker:
        return
    for section in config.sections:
        if section.kind == "program":
            message = f"nobody starts program '{section.name}': there is no master process"
            room.report.alert("SY0747", message, section.span, help="add 'master-worker' to section 'global'")
