"""What debugging flags print beside a check: the configuration's lines (`-dC`), keywords (`-dK`), libraries (`-dL`, `-dA`)."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from steelyard.cli import report
from steelyard.cli.check import environ_of
from steelyard.cli.console import StderrConsole
from steelyard.cli.flags import Flags
from steelyard.config.read import read
from steelyard.diagnostics.diagnostic import Report, Severity


def tokens(flags: Flags) -> int:
    """`-dC[key][,line]`: what is hidden depends on the key; without one, or with 0, all is shown. The exit status."""
    from steelyard.config.listing import Tokens

    key, _, options = (flags.dump or "").partition(",")
    shown = Tokens(int(key) if key.isascii() and key.isdigit() else 0, options == "line")
    _, report = read(flags.files, environ=environ_of(flags), disabled=flags.disabled, tap=shown)
    _out(shown.text())
    unread = [item for item in report if item.code == "SY0001"]
    for item in unread:
        StderrConsole().alert(item.message)
    return 1 if unread else 0


def preprocessed(files: Sequence[str]) -> int:
    """`steelyard check --dump`: what is read, as text that reads back to the same; what is wrong goes to standard error."""
    from steelyard.config.listing import Listing

    shown = Listing()
    _, found = read(files, environ=environ_of(Flags()), language=True, tap=shown)
    report.show(Report([item for item in found if item.severity is not Severity.LATER]), files)
    _out(shown.text())
    return 1 if found.wrong else 0


def after_check(flags: Flags) -> int | None:
    """What is printed once a configuration is found good; an exit status where that went wrong."""
    if flags.keywords is not None and not keywords(flags.keywords):
        StderrConsole().alert(f"'-dK{flags.keywords}' names an unknown class, see -dKhelp")
        return 1
    if flags.libraries:
        _out("".join(f"{name}\n" for name in libraries()))
    if flags.archive:
        try:
            archive(flags.archive)
        except OSError as error:
            StderrConsole().alert(f"can't write archive '{flags.archive}': {error.strerror}")
            return 1
    return None


def _out(text: str) -> None:
    """Bytes that are not UTF-8 come out as they went in."""
    sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
    sys.stdout.buffer.flush()


def libraries() -> list[str]:
    """Files of code in this process: the interpreter and what it has loaded, each once, in the order of their addresses."""
    found: dict[str, None] = {}
    with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
        for line in maps:
            fields = line.rstrip("\n").split(None, 5)
            if len(fields) == 6 and "x" in fields[1] and fields[5].startswith("/"):
                found[fields[5]] = None
    return list(found)


def archive(path: str) -> None:
    """`-dA<file>`: a tar archive of the libraries and, for links, of what they lead to. Raises OSError."""
    import tarfile

    with tarfile.open(path, "w", dereference=True) as tar:
        for name in libraries():
            if os.path.isfile(name):
                tar.add(name)


def keywords(classes: str) -> bool:
    """`-dK<class,...>`; False where a class is not known."""
    from steelyard.config.keyword_lists import HELP, render

    wanted = [each for each in classes.split(",") if each]
    if not wanted or "help" in wanted:
        _out(HELP)
    lists = render([each for each in wanted if each != "help"])
    if lists is None:
        return False
    _out(lists)
    return True
