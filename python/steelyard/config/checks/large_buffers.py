"""Rules that ask for large buffers: there are none unless `tune.bufsize.large` is said, and above `tune.bufsize`."""

from __future__ import annotations

from steelyard.config.model import BUFSIZE, Config
from steelyard.config.statement import Room


def check_large_buffers(config: Config, room: Room) -> None:
    size, large = config.global_.bufsize or BUFSIZE, config.global_.bufsize_large
    if large is not None and large < size:
        message = f"'tune.bufsize.large' of {large} is below 'tune.bufsize' of {size}: there are no large buffers"
        room.report.warning("SY0753", message, help=f"write a number above {size}")
    if large is not None and large > size:
        return
    for proxy in config.proxies:
        for rules in proxy.rules.values():
            for rule in rules:
                if rule.action.name == "wait_for_body" and dict(rule.action.fields)["large"]:
                    message = "'use-large-buffer' asks for a buffer that is not there"
                    help = f"write 'tune.bufsize.large <bytes>' in 'global', above {size}"
                    room.report.alert("SY0753", message, rule.span, help=help)
