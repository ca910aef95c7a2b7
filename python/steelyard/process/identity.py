"""User, group and root directory: looked up before anything starts, taken on when the sockets are open."""

from __future__ import annotations

import grp
import os
import pwd
import tempfile
from dataclasses import dataclass
from pathlib import Path

from steelyard.config.model import Global
from steelyard.process.errors import StartError

AUTO = "auto"
"""`chroot auto`: a directory that is made and taken away again."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who to become, and where. `None`: stay."""

    uid: int | None = None
    gid: int | None = None
    chroot: str | None = None

    def take_on(self) -> None:
        """chroot, then group, then user: each needs the rights that the next gives away. Raises StartError."""
        if self.chroot is not None:
            try:
                if self.chroot == AUTO:
                    _empty_directory()
                    os.chroot(".")
                else:
                    os.chroot(self.chroot)
                os.chdir("/")
            except OSError as error:
                raise StartError(f"Cannot chroot({self.chroot}): {error.strerror}.") from error
        if self.gid is not None:
            try:
                # Supplementary groups are the old user's. Without the right to drop them there are none worth dropping.
                if os.geteuid() == 0:
                    os.setgroups([])
                os.setgid(self.gid)
            except OSError as error:
                raise StartError(f"Cannot set gid {self.gid}: {error.strerror}.") from error
        if self.uid is not None:
            try:
                os.setuid(self.uid)
            except OSError as error:
                raise StartError(f"Cannot set uid {self.uid}: {error.strerror}.") from error


def _empty_directory() -> None:
    """Goes to a directory that has no name any more: nothing can be put into it."""
    path = tempfile.mkdtemp(prefix="steelyard-")
    try:
        os.chdir(path)
    finally:
        os.rmdir(path)


def resolve(global_: Global) -> Identity:
    """Names to numbers. Raises StartError with every mistake."""
    problems: list[str] = []
    uid, gid = global_.uid, global_.gid
    if global_.user is not None:
        try:
            uid = pwd.getpwnam(global_.user).pw_uid
        except KeyError:
            problems.append(f"cannot find user id for '{global_.user}'")
    if global_.group is not None:
        try:
            gid = grp.getgrnam(global_.group).gr_gid
        except KeyError:
            problems.append(f"cannot find group id for '{global_.group}'")
    if global_.chroot not in (None, AUTO) and not Path(global_.chroot or "").is_dir():
        problems.append(f"Cannot chroot({global_.chroot}): no such directory.")
    if problems:
        raise StartError(*problems)
    return Identity(uid or None, gid or None, global_.chroot)


def user_id(name: str) -> int:
    """Raises KeyError."""
    return pwd.getpwnam(name).pw_uid


def group_id(name: str) -> int:
    """Raises KeyError."""
    return grp.getgrnam(name).gr_gid
