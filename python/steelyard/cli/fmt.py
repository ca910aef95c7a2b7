"""`steelyard fmt`: one layout for configuration files."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from steelyard.cli import rewriting

DESCRIPTION = """\
Makes the layout of configuration files uniform: sections in the first column, what is in them 4 blanks further in
(and 4 more in '.if' blocks), one blank between words, one blank line between sections.

Words, quotes, escapes, comments and line endings stay as they were typed, and the configuration means the same.
Lines that can't be read stay as they are. Formatting a second time changes nothing.
"""
EPILOG = """\
examples:
  steelyard fmt haproxy.cfg             print the formatted file
  steelyard fmt -w /etc/haproxy         rewrite all *.cfg files of a directory, where they differ
  steelyard fmt --diff haproxy.cfg      show what would change
  steelyard fmt --check haproxy.cfg     for a commit hook: is it formatted?

exit status:
  0  done; with --check: nothing would change
  1  with --check: a file would change (its name is printed)
  2  a file can't be read or written, or the command line is wrong
"""


def run(words: Sequence[str]) -> int:
    """The exit status of `steelyard fmt`."""
    from steelyard.config.fmt import format_text

    parser = argparse.ArgumentParser(
        "steelyard fmt", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    rewriting.add_arguments(parser)
    return rewriting.run(parser.parse_args(words), lambda files: [format_text(raw.text) for raw in files])
