"""Files of patterns (`acl -f`) and maps: read once, when the whole configuration is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import cast

from steelyard.config.expr import AclTest, Action, Call, MapArg, Matcher, PatternFile, PatternFileRef
from steelyard.config.grammar.calls import converter_rows
from steelyard.config.model import Config
from steelyard.config.paths import Paths
from steelyard.config.rules.patterns import read_patterns
from steelyard.config.span import Span, Word
from steelyard.config.visit import Parts, nodes, only
from steelyard.diagnostics.diagnostic import Report

# How a name may begin: a file that must be there, one that need not, none at all.
_PREFIXES = ("file@", "opt@", "virt@")
# Methods whose patterns can be wrong; all others take any text.
_CHECKED = ("int", "ip", "len", "bin", "reg")


@dataclass(frozen=True, slots=True)
class Use:
    """A place that names a file. `values`: the type of a map's values, empty for a pattern file."""

    path: str
    is_map: bool
    matcher: str
    values: str
    span: Span


def load_pattern_files(config: Config, proxies: Sequence[Parts], report: Report, paths: Paths) -> Config:
    """The configuration with the contents of every file that its ACLs and maps name. `proxies`: what there is in each of them.
    `paths`: where names of files start.
    """
    found: dict[tuple[str, bool], PatternFile | None] = {}
    checked: set[tuple[str, bool, str, str]] = set()
    mixed: set[tuple[str, bool]] = set()
    numbers = {name: number for number, name in enumerate(config.files)}
    uses = [*_uses(chain(*proxies, nodes(config.global_, AclTest, Call)))]
    for use in sorted(uses, key=lambda use: (numbers.get(use.span.file, -1), use.span.line, use.span.column)):
        key = (use.path, use.is_map)
        if found.get(key) is None:  # one that can't be read is told at each line
            found[key] = _read(use, report, paths)
        file = found[key]
        how = (*key, use.matcher, use.values)
        if file is not None and how not in checked:
            checked.add(how)
            _check(file, use, report)
        other = (use.path, not use.is_map)
        if other in found and other not in mixed:
            mixed.add(key)
            one, two = ("a map", "patterns") if use.is_map else ("patterns", "a map")
            report.alert("SY0442", f"file '{use.path}' is read as {one} here, and as {two} by a line before", use.span)
    for action in only(chain(*proxies), Action):
        for _, ref in action.fields:
            if isinstance(ref, PatternFileRef) and (ref.path, ref.is_map) not in found:
                what, line = ("map", "map(<file>)") if ref.is_map else ("pattern file", "acl ... -f <file>")
                help = f"only what is read elsewhere, as in '{line}', can be changed"
                report.notice("SY0443", f"nothing looks up {what} '{ref.path}': this rule changes nothing", ref.span, help=help)
                found[ref.path, ref.is_map] = PatternFile(ref.path, ref.is_map)
    files = tuple(each for each in found.values() if each is not None)
    return replace(config, pattern_files=files) if files else config


def _uses(parts: Iterable[object]) -> Iterator[Use]:
    """Every use of a file; of one part after the other, so not in the order of lines."""
    for each in parts:
        if isinstance(each, AclTest):
            for ref in each.files:
                yield Use(ref.path, ref.is_map, each.matcher, "", ref.span)
        elif isinstance(each, Call):
            for arg in each.args:
                if isinstance(arg, MapArg):
                    yield Use(arg.path, True, *_types(each.name), arg.span)


def _types(converter: str) -> tuple[str, str]:
    """Match method and type of the values of a map converter: its name says both."""
    words = converter.split("_")
    method = words[1] if len(words) > 1 else "str"
    return "reg" if method == "regm" else method, converter_rows()[converter].output


def _read(use: Use, report: Report, paths: Paths) -> PatternFile | None:
    prefix = next((each for each in _PREFIXES if use.path.startswith(each)), "file@")
    path = use.path.removeprefix(prefix)
    if prefix == "virt@":
        return PatternFile(use.path, use.is_map)
    try:
        text = Path(paths.find(path, file=use.span.file)).read_bytes().decode()
    except FileNotFoundError:
        if prefix == "opt@":
            return PatternFile(use.path, use.is_map)
        report.alert("SY0440", f"no pattern file '{path}'", use.span)
        return None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        report.alert("SY0440", f"can't read pattern file '{path}': {reason}", use.span)
        return None
    return PatternFile(use.path, use.is_map, text)


def _check(file: PatternFile, use: Use, report: Report) -> None:
    """The first pattern and the first value that the method can't take."""
    if use.matcher in _CHECKED:
        for key, _ in file.entries():
            own = Report()
            # Keys of maps are addresses as they are; only patterns may be short ones or names of hosts.
            if read_patterns(cast(Matcher, use.matcher), [Word(key, use.span)], own, resolve=not use.values) is None:
                _tell(file, own, use, report)
                return
    if use.values in ("sint", "addr"):
        for _, value in file.entries():
            own = Report()
            if read_patterns("int" if use.values == "sint" else "ip", [Word(value, use.span)], own, resolve=False) is None:
                _tell(file, own, use, report)
                return


def _tell(file: PatternFile, own: Report, use: Use, report: Report) -> None:
    for each in own:
        report.alert("SY0441", f"in file '{file.path}': {each.message}", use.span)
