"""Where relative names of files start: `default-path`, and the directories of `crt-base`, `ca-base` and `key-base`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Policy = Literal["current", "config", "parent", "origin"]
POLICIES: tuple[Policy, ...] = ("current", "config", "parent", "origin")


@dataclass(slots=True)
class Paths:
    """`directory` is where names start in the file that is being read; empty for where the process was started.

    `bases` holds what `crt-base`, `ca-base` and `key-base` say. `of_file`: the directory of each file read so far, for files that
    are opened when everything has been read.
    """

    policy: Policy = "current"
    origin: str = ""
    file: str = ""
    directory: str = ""
    bases: dict[str, str] = field(default_factory=dict)
    of_file: dict[str, str] = field(default_factory=dict)

    def enter(self, file: str) -> None:
        """Another configuration file begins."""
        self.file = file
        self._move()

    def leave(self, files: Iterable[str]) -> None:
        """A configuration file has ended; files that it has included started names where it did."""
        for name in files:
            self.of_file.setdefault(name, self.directory)

    def follow(self, policy: Policy, origin: str = "") -> None:
        """A `default-path` line; it holds from here on, also in the files after this one."""
        self.policy, self.origin = policy, origin
        self._move()

    def find(self, name: str, base: str = "", file: str | None = None) -> str:
        """The path to open for a name in the configuration. `base`: the word whose directory goes before it.

        `file`: the configuration file where the name stands, when everything has been read.
        """
        if base and not name.startswith("/") and self.bases.get(base):
            name = os.path.join(self.bases[base], name)
        directory = self.directory if file is None else self.of_file.get(file, "")
        return os.path.join(directory, name) if name else name

    def _move(self) -> None:
        parent = os.path.dirname(self.file) if "/" in self.file else ""
        self.directory = {
            "current": "",
            "config": parent,
            "parent": os.path.join(parent, ".."),
            "origin": self.origin,
        }[self.policy]
        self.of_file[self.file] = self.directory
