"""Words about health checks that need another word beside them."""

from __future__ import annotations

from steelyard.config.draft import Draft
from steelyard.config.grammar.row import BACK
from steelyard.config.model import Config
from steelyard.config.statement import Room

_HTTP_RULES = (
    "http-check comment",
    "http-check connect",
    "http-check expect",
    "http-check send",
    "http-check set-var",
    "http-check set-var-fmt",
    "http-check unset-var",
)
_TCP_RULES = (
    "tcp-check comment",
    "tcp-check connect",
    "tcp-check expect",
    "tcp-check send",
    "tcp-check send-binary",
    "tcp-check send-binary-lf",
    "tcp-check send-lf",
    "tcp-check set-var",
    "tcp-check set-var-fmt",
    "tcp-check unset-var",
)

_OPTIONS = (
    "option external-check",
    "option httpchk",
    "option ldap-check",
    "option mysql-check",
    "option pgsql-check",
    "option redis-check",
    "option smtpchk",
    "option spop-check",
    "option ssl-hello-chk",
    "option tcp-check",
)


def check_health(config: Config, room: Room) -> None:
    external = room.global_ is not None and room.global_.place("external-check") is not None
    forks = room.global_ is not None and room.global_.place("insecure-fork-wanted") is not None
    for draft in room.drafts:
        if draft.where & BACK:
            _rules(draft, room)
            _states(draft, room)
            _external(draft, external, forks, room)


def _rules(draft: Draft, room: Room) -> None:
    """Steps of a check that is not the one made."""
    made = _made(draft)
    for words, option in ((_HTTP_RULES, "option httpchk"), (_TCP_RULES, "option tcp-check")):
        span = draft.place(*words)
        if span is not None and made != option:
            message = f"{draft.label} has '{words[0].split()[0]}' rules without '{option}', so they are not used"
            room.report.warning("SY0722", message, span, help=f"add '{option}'")


def _made(draft: Draft) -> str:
    """The option of the check that is made: the last one said, here or else in what is inherited."""
    here: Draft | None = draft
    while here is not None:
        said = [(span.line, word) for word in _OPTIONS if (span := here.words.get(word)) is not None]
        if said:
            return max(said)[1]
        here = here.inherits
    return ""


def _states(draft: Draft, room: Room) -> None:
    """`disable-on-404` and `send-state` are about answers over HTTP."""
    if draft.place("option tcp-check") is None or draft.get("httpchk"):
        return
    for word in ("http-check disable-on-404", "http-check send-state"):
        span = draft.place(word)
        if span is not None:
            message = f"'{word}' has no effect: {draft.label} has 'option tcp-check'"
            room.report.warning("SY0722", message, span, help="write 'option httpchk' instead")


def _external(draft: Draft, allowed: bool, forks: bool, room: Room) -> None:
    option, command, path = (
        draft.place(word) for word in ("option external-check", "external-check command", "external-check path")
    )
    program = next((said.words[0] for _, said in draft.others if said.name == "external-check command" and said.words), "")
    if command is not None and program and not program.startswith("/") and path is None:
        help = "write its whole path, or add 'external-check path <directories>'"
        room.report.alert("SY0723", f"program '{program}' is looked for nowhere", command, help=help)
    if option is None:
        for word, span in (("external-check command", command), ("external-check path", path)):
            if span is not None:
                message = f"'{word}' has no effect: {draft.label} has no 'option external-check'"
                room.report.warning("SY0723", message, span, help="add 'option external-check'")
        return
    if not forks:
        help = "write 'insecure-fork-wanted' in section 'global'"
        room.report.warning("SY0723", "checks by programs will likely fail: the process may not start any", option, help=help)
    if not allowed:
        help = "write 'external-check' in section 'global'"
        room.report.alert("SY0723", "programs may only make checks where 'global' allows it", option, help=help)
    if command is None:
        help = "add 'external-check command <file>'"
        room.report.alert("SY0723", f"{draft.label} does not say which program makes its checks", option, help=help)
