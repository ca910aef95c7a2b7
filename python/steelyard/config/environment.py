"""Variables that a configuration can read: the process's own, what `setenv` and its kin change, and the dotted ones."""

from __future__ import annotations

from collections.abc import Mapping


class Environment:
    """A copy: reading a configuration never changes the environment of the process."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.values = dict(environ)
        self.file = ""
        self.line = 0
        self.section = ""

    def __call__(self, name: str) -> str | None:
        if name.startswith("."):
            return {".FILE": self.file, ".LINE": str(self.line), ".SECTION": self.section}.get(name)
        return self.values.get(name)

    def set(self, name: str, value: str) -> None:
        self.values[name] = value

    def preset(self, name: str, value: str) -> None:
        self.values.setdefault(name, value)

    def unset(self, names: tuple[str, ...]) -> None:
        for name in names:
            self.values.pop(name, None)

    def keep(self, names: tuple[str, ...]) -> None:
        """`resetenv`: all go but the named ones."""
        self.values = {name: value for name, value in self.values.items() if name in names}
