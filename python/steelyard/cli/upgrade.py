"""`steelyard upgrade`: old files in today's words."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from steelyard.cli import rewriting
from steelyard.config.source import RawFile

DESCRIPTION = """\
Rewrites words that HAProxy has dropped or renamed since 1.8 to those of today: 'reqrep' and its family, 'block', 'clitimeout',
'option forceclose', deprecated names of fetches, and so on. Comments, layout and everything else stay as they are.

The files are read as one configuration, in order. Where that is valid, the result is read again, and a line whose new words
would not mean the same stays as it was; that is told, as is every dropped word whose meaning can't be kept.
"""
EPILOG = """\
examples:
  steelyard upgrade --diff haproxy.cfg     show what would change
  steelyard upgrade -w haproxy.cfg         rewrite the file
  steelyard upgrade --check haproxy.cfg    is there anything to rewrite?

exit status:
  0  done; with --check: nothing would change
  1  with --check: a file would change (its name is printed)
  2  a file can't be read or written, or the command line is wrong
"""


def run(words: Sequence[str]) -> int:
    """The exit status of `steelyard upgrade`."""
    parser = argparse.ArgumentParser(
        "steelyard upgrade", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    rewriting.add_arguments(parser)
    return rewriting.run(parser.parse_args(words), _rewrite)


def _rewrite(files: Sequence[RawFile]) -> Sequence[str]:
    from steelyard.config.upgrade import upgrade
    from steelyard.diagnostics import concise

    found = upgrade(files, os.environ)
    sys.stderr.write(concise.render(found.report))
    changed = any(text != raw.text for raw, text in zip(files, found.texts))
    if changed and not found.compared:
        print("steelyard: the configuration is not valid as it is, so the result was not compared with it", file=sys.stderr)
    return found.texts
