"""How the action of a rule is written."""

from __future__ import annotations

from steelyard.config.grammar.actions import Shape

FIELDS = {"expr": "expression", "regex": "regular expression"}
"""Names of arguments as people say them."""
_READERS = {
    "body": " time <time> [at-least <size>]",
    "capture": " { len <length> | id <slot> }",
    "normalizer": " <normalizer>",
    "redirect": " { location | prefix | scheme } <value> [code <status>] [<option> ...]",
    "reply": " [status <status>] [content-type <type>] [{ string | lf-string | file | lf-file } <text>] [hdr <name> <value>]",
}


def action_usage(name: str, shape: Shape | None, said: str = "") -> str:
    """`said`: the word as somebody wrote it, with its number where it has one."""
    bare = said or name.rstrip("*")
    if shape is None:
        return bare + ("(...)" if name.endswith("*") else "")
    inside = [each.partition(":")[0] for each in shape.inside.split()]
    optional = [each.endswith("?") for each in shape.inside.split()]
    parts = [f"[<{field}>]" if maybe else f"<{field}>" for field, maybe in zip(inside, optional, strict=True)]
    variable = "(<variable>)" if shape.reader == "variable" else ""
    counter = "<number>" if shape.reader == "counter" and not said else ""
    usage = bare + (f"({','.join(parts)})" if parts else variable or counter)
    for each in shape.args.split():
        field, _, kind = each.partition(":")
        usage += f" <{FIELDS.get(field, field)}>" if field else f" {kind[1:]}"
    usage += _READERS.get(shape.reader, "")
    for each in shape.options.split():
        word, field, kind = each.split(":", 2)
        usage += f" [{word}]" if kind == "yes" else f" [{word} <{FIELDS.get(field, field)}>]"
    return usage + " [if <condition>]"
