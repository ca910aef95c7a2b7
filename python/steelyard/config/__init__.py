"""HAProxy's configuration language: text to a model, and a model to text. See `docs/python-api.md`.

    from steelyard.config import load
    config = load("/etc/haproxy/haproxy.cfg")

Names are looked up when they are used: other rooms import single modules of this one, and need not wait for all of it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from steelyard.config.api import ConfigurationError, check, dump, load, loads
    from steelyard.config.compare import same
    from steelyard.config.model import Config

__all__ = ["Config", "ConfigurationError", "check", "dump", "load", "loads", "same"]

_HOMES = {
    "Config": "model",
    "ConfigurationError": "api",
    "check": "api",
    "dump": "api",
    "load": "api",
    "loads": "api",
    "same": "compare",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{home}"), name)
