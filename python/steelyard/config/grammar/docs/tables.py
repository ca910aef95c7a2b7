"""What fetches and converters about stick tables give: most are one figure, asked for in one of four ways."""

from __future__ import annotations

from collections.abc import Iterator

# A figure of an entry, and what it is.
FIGURES = """
bytes_in_rate: bytes from clients in the table's period
bytes_out_rate: bytes to clients in the table's period
conn_cnt: connections so far
conn_cur: connections now
conn_rate: connections in the table's period
get_gpc: value of a counter of your own, by its number
get_gpc0: value of the first counter of your own
get_gpc1: value of the second counter of your own
get_gpt: value of a tag of your own, by its number
get_gpt0: value of the first tag of your own
glitch_cnt: oddities of protocol so far
glitch_rate: oddities of protocol in the table's period
gpc: value of a counter of your own, by its number
gpc0: value of the first counter of your own
gpc0_rate: increments of the first counter of your own in the table's period
gpc1: value of the second counter of your own
gpc1_rate: increments of the second counter of your own in the table's period
gpc_rate: increments of a counter of your own, by its number, in the table's period
gpt: value of a tag of your own, by its number
gpt0: value of the first tag of your own
http_err_cnt: requests so far that were the client's error
http_err_rate: requests that were the client's error in the table's period
http_fail_cnt: responses so far that were the server's failure
http_fail_rate: responses that were the server's failure in the table's period
http_req_cnt: requests so far
http_req_rate: requests in the table's period
kbytes_in: kilobytes from clients so far
kbytes_out: kilobytes to clients so far
server_id: number of the server that stickiness chose
sess_cnt: sessions so far
sess_rate: sessions in the table's period
trackers: streams that track the entry now
"""
# A change that is made by looking, and what comes back.
CHANGES = """
clr_gpc: sets a counter of your own, by its number, to 0 and gives what it was
clr_gpc0: sets the first counter of your own to 0 and gives what it was
clr_gpc1: sets the second counter of your own to 0 and gives what it was
inc_gpc: adds 1 to a counter of your own, by its number, and gives the sum
inc_gpc0: adds 1 to the first counter of your own and gives the sum
inc_gpc1: adds 1 to the second counter of your own and gives the sum
updt_conn_cnt: adds 1 to the connections so far and gives the sum
"""
FETCHES = """
table_avl: How many entries a table could still take.
table_cnt: How many entries a table has.
"""
CONVERTERS = """
in_table: Whether a table has an entry for the key that comes in.
table_expire: Milliseconds until the entry for the key that comes in is dropped, or a fallback where there is none.
table_idle: Milliseconds since the entry for the key that comes in was last used, or a fallback where there is none.
"""
# Of the tracked counters only.
_TRACKED = {
    "key": "The key that {} tracks.",
    "tracked": "Whether {} tracks a key.",
}
_COUNTERS = {"sc": "a tracked counter, by its number,", "sc0": "counter 0", "sc1": "counter 1", "sc2": "counter 2"}


def rows(text: str) -> Iterator[tuple[str, str]]:
    """`name: what` lines."""
    for line in text.strip().split("\n"):
        name, _, what = line.partition(":")
        yield name, what.strip()


def fetches() -> Iterator[tuple[str, str]]:
    """Names that the family could have, with their sentences; not each of them is a fetch."""
    for prefix, who in _COUNTERS.items():
        for name, what in rows(FIGURES):
            yield f"{prefix}_{name}", f"For the key that {who} tracks: {what}."
        for name, what in rows(CHANGES):
            yield f"{prefix}_{name}", f"For the key that {who} tracks: {what}."
        for name, what in _TRACKED.items():
            yield f"{prefix}_{name}", what.format(who)
    for name, what in (*rows(FIGURES), *rows(CHANGES)):
        yield f"src_{name}", f"For the client's address in a table: {what}."
    yield from rows(FETCHES)


def converters() -> Iterator[tuple[str, str]]:
    for name, what in (*rows(FIGURES), *rows(CHANGES)):
        yield f"table_{name}", f"For the key that comes in, in a table: {what}; 0 where the table lacks it."
    yield from rows(CONVERTERS)
