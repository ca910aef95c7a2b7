"""The shape of a row: one word of the language, where it is valid, what follows it, what it does here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntFlag, auto
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from steelyard.config.grammar.values import ArgType
    from steelyard.config.span import Word
    from steelyard.config.statement import Statement


class Where(IntFlag):
    """Sections (and option lists) where a word can stand. An integer, since Python takes long to tell other flags apart."""

    GLOBAL = auto()
    DEFAULTS = auto()
    FRONTEND = auto()
    LISTEN = auto()
    BACKEND = auto()
    USERLIST = auto()
    HTTP_ERRORS = auto()
    BIND = auto()
    SERVER = auto()
    DEFAULT_SERVER = auto()
    PEERS = auto()
    RESOLVERS = auto()
    MAILERS = auto()
    CACHE = auto()
    PROGRAM = auto()
    RING = auto()
    LOG_FORWARD = auto()
    LOG_PROFILE = auto()
    FCGI_APP = auto()
    CRT_STORE = auto()
    ACME = auto()
    TRACES = auto()
    HEALTHCHECK = auto()

    def __and__(self, other: int) -> Where:
        """As for any flag. The answers are kept, since a large file asks this hundreds of thousands of times."""
        value = int.__and__(self, other)
        found = _KNOWN.get(value)
        if found is None:
            found = _KNOWN[value] = Where(value)
        return found


_KNOWN: dict[int, Where] = {}


FRONT = Where.FRONTEND | Where.LISTEN
BACK = Where.LISTEN | Where.BACKEND
ANY = FRONT | BACK
FRONT_D = FRONT | Where.DEFAULTS
BACK_D = BACK | Where.DEFAULTS
PROXY = ANY | Where.DEFAULTS
SERVERS = Where.SERVER | Where.DEFAULT_SERVER
PLAIN = (
    Where.PEERS
    | Where.RESOLVERS
    | Where.MAILERS
    | Where.CACHE
    | Where.PROGRAM
    | Where.RING
    | Where.LOG_FORWARD
    | Where.LOG_PROFILE
    | Where.FCGI_APP
    | Where.CRT_STORE
    | Where.ACME
    | Where.TRACES
    | Where.HEALTHCHECK
)
"""Sections that the model keeps as their statements (`model.Section`)."""

USUAL = "Asks for what happens anyway."
"""Why a word that waits for a later version is accepted where it changes nothing."""

Effect = Literal["supported", "accepted", "refused", "later", "removed"]
"""supported: works. accepted: changes nothing here, and ignoring it is harmless. refused: ignoring it would change what
happens, and it will not come. later: known, not supported yet. removed: HAProxy has dropped it; `instead` says what to write.

Whatever the effect, the arguments are read and what is wrong in them is an error: the file is judged as HAProxy judges it."""


@dataclass(frozen=True, slots=True)
class Row:
    """`name`: one to three words. `sets`: the model's field, `timeouts.client` for one inside a group; without arguments it is
    set to `value`, or True; a row without `sets` is kept as the words that were said (`model.Said`).

    `parse` is named only where the arguments have a grammar of their own. `late` rows run when the whole section has been read,
    because they need its mode; those that are `dormant` are not judged in a proxy that is disabled. `strict`: in the wrong half
    of a proxy an error, where other words only draw a warning (as in HAProxy). `called`: an argument in parentheses belongs to
    the name. `lax`: words too many draw a warning only, since HAProxy passes over them in silence. `least`: how many of `args`
    must be there, all by default. `words`: some that its own parser knows among the arguments, for editors to propose. `repeat`:
    of several lines the last one holds, all do, the first one does (with a warning), or the second is an error. `why`: the
    reason of an effect that is not `supported`. `usual`: arguments that ask for what happens anyway, so that the word need not
    wait for a later version. `experimental`: `expose-experimental-directives` must stand above it.
    `no_default`: `no` may stand before it, and `default` may not.
    `deprecated` and `removed` are versions of HAProxy. `today` says an old line in today's words (`grammar/today.py`), for
    `upgrade`, and for reading where the effect is `removed`.
    """

    name: str
    where: Where
    doc: str
    args: tuple[ArgType, ...] = ()
    sets: str = ""
    parse: Callable[[Statement], None] | None = None
    effect: Effect = "supported"
    least: int = -1
    negate: bool = False
    no_default: bool = False
    repeat: Literal["last", "add", "once", "never"] = "last"
    late: bool = False
    dormant: bool = False
    strict: bool = False
    called: bool = False
    lax: bool = False
    named_defaults: bool = False
    mode: Literal["", "http", "tcp"] = ""
    value: object = None
    words: tuple[str, ...] = ()
    usual: tuple[str, ...] = ()
    instead: str = ""
    why: str = ""
    experimental: bool = False
    since: str = ""
    deprecated: str = ""
    removed: str = ""
    today: Callable[[Sequence[Word]], list[list[Word]] | None] | None = None
