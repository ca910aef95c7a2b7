"""What fetches of constants, the process and the run of a stream give, one sentence each."""

from __future__ import annotations

FETCHES = """
acl: Whether all of up to twelve named ACLs are true; a `!` turns one round.
always_false: Never true.
always_true: Always true.
bin: Bytes written as hexadecimal digits.
bool: A truth value: `true`, `yes` or a number that is not 0, or the opposite.
bytes_in: Another name of `req.bytes_in`.
bytes_out: Another name of `res.bytes_in`.
cpu_calls: How often the task of this stream has run.
cpu_ns_avg: Nanoseconds of processor time that one run of this stream's task takes on average.
cpu_ns_tot: Nanoseconds of processor time that this stream's task has taken.
cpu_usage_grp: Percentage of time that the thread's group was busy in its last round.
cpu_usage_proc: Percentage of time that all threads together were busy in their last round.
cpu_usage_thr: Percentage of time that this thread was busy in its last round.
date: The time now in seconds since 1970, moved by an offset, or in `ms` or `us` where that is asked for.
date_us: The microseconds within the present second.
dump_all_vars: Names and values of all variables of a scope, or of those whose names begin with a prefix.
env: A variable of the environment.
hostname: Name of this machine.
int: A number.
internal.htx.data: Bytes in use by data in the message as HAProxy holds it.
internal.htx.free: Bytes that the message as HAProxy holds it could still take.
internal.htx.free_data: Bytes of data that the message as HAProxy holds it could still take.
internal.htx.has_eom: Whether the message as HAProxy holds it has its end.
internal.htx.nbblks: Blocks in the message as HAProxy holds it.
internal.htx.size: Bytes set aside for the message as HAProxy holds it.
internal.htx.used: Bytes in use of the message as HAProxy holds it.
internal.htx_blk.data: Content of a data block of the message as HAProxy holds it.
internal.htx_blk.hdrname: Name in a header block of the message as HAProxy holds it.
internal.htx_blk.hdrval: Value in a header block of the message as HAProxy holds it.
internal.htx_blk.size: Bytes of a block of the message as HAProxy holds it.
internal.htx_blk.start_line: First line of the message as HAProxy holds it.
internal.htx_blk.type: Kind of a block of the message as HAProxy holds it.
internal.strm.is_htx: Whether messages of this stream are held in HAProxy's own form for HTTP.
ipv4: An IPv4 address.
ipv6: An IPv6 address.
last_entity: The rule or filter that ended the evaluation.
last_rule_file: File of the rule that ended the last rule set.
last_rule_line: Line of the rule that ended the last rule set.
lat_ns_avg: Nanoseconds that this stream's task waits for its turn, on average.
lat_ns_tot: Nanoseconds that this stream's task has waited for its turns.
meth: A method of HTTP.
nbproc: Number of processes; always 1 since `nbproc` is gone.
pid: Number of this process in the system.
prio_class: Class in the queue that `set-priority-class` gave this request.
prio_offset: Offset in the queue that `set-priority-offset` gave this request.
proc: Number of this process among its kind, from 1.
quic_enabled: Whether this build speaks QUIC and `tune.quic.listen` does not forbid it.
rand: A number drawn by chance, below the bound that is given or over 32 bits.
spoe.engine-id: Identity of the thread's engine for offloading agents.
stopping: Whether the process is about to stop.
str: A text.
term_events: What ended the connections and streams of this request on both sides, as codes.
tgroup: Number of the thread group, from 0.
thread: Number of the thread, from 0.
txn.id32: Number of this transaction in 32 bits, which wraps.
txn.sess_term_state: The two letters of the log that say how the stream ended (manual section 8.5).
unique-id: The identity that `unique-id-format` makes.
uptime: Seconds since the process began.
uuid: A new random identity, of version 4 or 7.
var: Value of a variable, or a fallback where it is not set.
wait_end: True as soon as `inspect-delay` has passed or no more data can come.
waiting_entity: The rule or filter that was waited for when an error or a timeout came.
"""
