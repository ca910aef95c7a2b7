"""`steelyard lsp`: the language server, on standard input and output. Editors start it; see `docs/editors.md`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

MISSING = "steelyard lsp needs a library that is not installed ({name}): pip install 'steelyard[lsp]'"


def run(words: Sequence[str]) -> int:
    what = "A language server for configuration files. Editors start it and talk to it (docs/editors.md)."
    parser = argparse.ArgumentParser("steelyard lsp", description=what)
    parser.add_argument("--stdio", action="store_true", help="talk on standard input and output, which is the only way there is")
    parser.parse_args(words)
    try:
        from steelyard.lsp import server
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if name not in ("pygls", "lsprotocol", "cattrs"):
            raise
        print(MISSING.format(name=name), file=sys.stderr)
        return 1
    server.run()
    return 0
