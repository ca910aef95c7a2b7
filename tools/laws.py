"""The laws of the house that a compiler does not check. Prints each breach and ends with status 1 if there is one."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "python" / "steelyard"

# Law 1. A room, and what it may import from the package beside itself. A room not named may import anything but `_engine`.
MAY_IMPORT = {
    "config": {"config", "diagnostics"},
    "diagnostics": {"diagnostics", "config"},
    "lsp": {"lsp", "config", "diagnostics"},
    "plan": {"plan", "config", "diagnostics"},
    "discovery": {"discovery", "config"},
    "health": {"health", "plan", "config", "engine"},
    "stats": {"stats", "plan", "config", "engine", "health"},
    "engine": {"engine", "plan", "_engine"},
    "explain": {"explain", "plan", "config", "engine", "diagnostics"},
}
# Of `config`, only what the user declared: neither text, nor words, nor tables.
PLAN_READS = {f"steelyard.config.{name}" for name in ("model", "expr", "stick", "span")} | {"steelyard.config"}
DIAGNOSTICS_READ = {"steelyard.config.span", "steelyard.config.source", "steelyard.config"}

# Law 2.
CRATE_REFUSES = {"steelyard-core": {"tokio", "pyo3", "socket2", "libc", "mio"}, "steelyard-engine": {"pyo3"}}

# Law 10. Lines; generated tables and data have no business in a source file either. Tests beside the code do not count.
SPLIT_AT = 600


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything imported, at any depth. `from a import b` gives `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def module_of(name: str) -> str:
    """The module that a dotted import names: the longest part of it that is a file."""
    parts = name.split(".")
    while parts:
        path = ROOT / "python" / Path(*parts)
        if path.is_dir() or path.with_suffix(".py").exists() or path.with_suffix(".pyi").exists():
            return ".".join(parts)
        parts.pop()
    return name


def exits(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Calls that print or end the process."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id="print" | "exit" | "quit" as name):
                    yield node.lineno, name
                case ast.Attribute(value=ast.Name(id="sys"), attr="exit"):
                    yield node.lineno, "sys.exit"
                case ast.Attribute(value=ast.Attribute(value=ast.Name(id="sys"), attr="stdout" | "stderr"), attr="write"):
                    yield node.lineno, "sys.std*.write"
        elif isinstance(node, ast.Raise) and "SystemExit" in ast.dump(node):
            yield node.lineno, "SystemExit"


def check_python() -> Iterator[str]:
    for path in sorted(PACKAGE.rglob("*.py")):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        where = path.relative_to(ROOT)
        tree = ast.parse(path.read_text())
        for line, name in imports(tree):
            if not name.startswith("steelyard."):
                continue
            target = name.split(".")[1]
            if target == "_engine" and room != "engine":
                yield f"{where}:{line}: only engine/ imports _engine (law 1)"
            if room in MAY_IMPORT and target not in MAY_IMPORT[room] and target[0] != "_":
                yield f"{where}:{line}: {room}/ must not import {target} (law 1)"
            if target == "config" and room == "plan" and module_of(name) not in PLAN_READS:
                yield f"{where}:{line}: plan/ reads the model, not {module_of(name)} (law 1)"
            if target == "config" and room == "diagnostics" and module_of(name) not in DIAGNOSTICS_READ:
                yield f"{where}:{line}: diagnostics/ reads spans and sources, not {module_of(name)} (law 1)"
        if room not in ("cli", "__main__"):
            for line, what in exits(tree):
                yield f"{where}:{line}: {what}: only cli/ prints or exits (law 1)"


def check_crates() -> Iterator[str]:
    for crate, refused in CRATE_REFUSES.items():
        manifest = tomllib.loads((ROOT / "crates" / crate / "Cargo.toml").read_text())
        for name in sorted(refused & manifest.get("dependencies", {}).keys()):
            yield f"crates/{crate}/Cargo.toml: {crate} must not depend on {name} (law 2)"


def check_sizes() -> Iterator[str]:
    for top, pattern in (("python", "*.py"), ("crates", "*.rs"), ("tools", "*.py")):
        for path in sorted((ROOT / top).rglob(pattern)):
            if path.name == "tests.rs" or "tests" in path.parts:
                continue
            count = len(path.read_text().splitlines())
            if count > SPLIT_AT:
                yield f"{path.relative_to(ROOT)}: {count} lines: split at {SPLIT_AT} (law 10)"


def main() -> int:
    breaches = [*check_python(), *check_crates(), *check_sizes()]
    for breach in breaches:
        print(breach)
    print(f"laws: {len(breaches)} breaches" if breaches else "laws: kept")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
