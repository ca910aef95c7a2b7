"""Words that only work, or don't work, with each other."""

from __future__ import annotations

from steelyard.config.draft import Draft
from steelyard.config.grammar.row import ANY
from steelyard.config.model import Config
from steelyard.config.statement import Room
from steelyard.diagnostics.diagnostic import Label

_MAIL = ("email-alert from", "email-alert level", "email-alert mailers", "email-alert myhostname", "email-alert to")
_MAIL_NEEDS = ("email-alert from", "email-alert mailers", "email-alert to")


def check_together(config: Config, room: Room) -> None:
    for draft in room.drafts:
        if draft.where & ANY:
            _stats(draft, room)
            _mail(draft, room)


def _stats(draft: Draft, room: Room) -> None:
    """`stats auth` and `stats realm` stand for rules of their own. Those of a defaults section give way to a proxy's rules."""
    rules = draft.said.get("stats.rules")
    own = draft.words.get("stats auth") or draft.words.get("stats realm")
    if rules is None or own is None or not draft.own("stats.rules"):
        return
    message = "'stats http-request' can't stand beside 'stats auth' or 'stats realm'"
    labels = (Label(own, "they make such rules themselves"),)
    help = "write 'stats http-request auth realm <name> unless <condition>'"
    room.report.alert("SY0724", message, rules[1], help=help, labels=labels)


def _mail(draft: Draft, room: Room) -> None:
    span = draft.place(*_MAIL)
    missing = [f"'{word}'" for word in _MAIL_NEEDS if draft.place(word) is None]
    if span is not None and missing:
        message = f"no mail is sent for {draft.label}: {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
        room.report.warning("SY0725", message, span, help="add what is missing, or leave out all 'email-alert' lines")
