"""What fetches about connections, addresses and proxies give, one sentence each."""

from __future__ import annotations

FETCHES = """
accept_date: When the client's connection was taken, as seconds since 1970, or in `ms` or `us` where that is asked for.
act_conn: How many connections the whole process has now.
avg_queue: Requests waiting in a backend, divided by its servers that are up.
bc.timer.connect: Milliseconds until the connection to the server stood; the log's `%Tc`.
bc_be_queue: How many requests went before this one in the backend's queue; the log's `%bq`.
bc_dst: Address that the connection to the server goes to.
bc_dst_port: Port that the connection to the server goes to.
bc_err: Number of the error that the connection to the server met; 0 without one.
bc_err_name: Short name, one word, of the error that the connection to the server met; empty without one.
bc_err_str: The error that the connection to the server met, in words.
bc_glitches: How many oddities of protocol the connection to the server has shown.
bc_http_major: Major version of HTTP on the connection to the server: 1 or 2.
bc_nb_streams: How many streams are open on the connection to the server.
bc_reused: Whether the request went out over a connection that another had used before.
bc_rtt: Round-trip time to the server as the kernel measures it, in `ms`, or `us` where that is asked for.
bc_rttvar: How much the round-trip time to the server varies, in `ms`, or `us` where that is asked for.
bc_settings_streams_limit: How many streams the server lets one connection carry; 1 for TCP and HTTP/1.
bc_src: Own address of the connection to the server.
bc_src_port: Own port of the connection to the server.
bc_srv_queue: How many requests went before this one in the server's queue; the log's `%sq`.
be_conn: Connections that a backend handles now.
be_conn_free: Connections that the servers of a backend could still take, by their `maxconn`; -1 where one has none.
be_connect_timeout: `timeout connect` of the backend in milliseconds, as the configuration says it.
be_id: Number of the backend.
be_max_retries: `retries` of the backend, as the configuration says it.
be_name: Name of the backend.
be_queue_timeout: `timeout queue` of the backend in milliseconds, as the configuration says it.
be_server_timeout: `timeout server` of the backend in milliseconds, as the configuration says it.
be_sess_rate: Sessions that reached a backend in the last second.
be_tarpit_timeout: `timeout tarpit` of the backend in milliseconds, as the configuration says it.
be_tunnel_timeout: `timeout tunnel` of the backend in milliseconds, as the configuration says it.
bs.aborted: Whether the server broke off this stream.
bs.debug_str: Inner state of the server's side, for those who look for faults in the program itself.
bs.id: Number of the stream on the connection to the server.
bs.rst_code: Code with which an HTTP/2 server reset the stream.
connslots: Places left in a backend: connections and queue of all its servers together.
cur_client_timeout: Client timeout that holds for this stream, in milliseconds, after any `set-timeout`.
cur_connect_timeout: Connect timeout that holds for this stream, in milliseconds, after any `set-timeout`.
cur_max_retries: Retries that hold for this stream, after any `set-retries`.
cur_queue_timeout: Queue timeout that holds for this stream, in milliseconds, after any `set-timeout`.
cur_server_timeout: Server timeout that holds for this stream, in milliseconds, after any `set-timeout`.
cur_tarpit_timeout: Tarpit timeout that holds for this stream, in milliseconds, after any `set-timeout`.
cur_tunnel_timeout: Tunnel timeout that holds for this stream, in milliseconds, after any `set-timeout`.
dst: Address that the client connected to.
dst_conn: Connections that the listener of this one has now, this one counted.
dst_is_local: Whether the address that the client connected to is one of this machine.
dst_port: Port that the client connected to.
fc.timer.handshake: Milliseconds for PROXY protocol and TLS at the start of the client's connection; the log's `%Th`.
fc.timer.total: Milliseconds from the client's connection to the end of both sides; the log's `%Tt`.
fc_dst: Address that the client connected to, before rules or a PROXY header changed it.
fc_dst_is_local: Whether the address that the client connected to, before any change, is one of this machine.
fc_dst_port: Port that the client connected to, before rules or a PROXY header changed it.
fc_err: Number of the error that the client's connection met; 0 without one.
fc_err_name: Short name, one word, of the error that the client's connection met; empty without one.
fc_err_str: The error that the client's connection met, in words.
fc_fackets: The kernel's count of forward acknowledgements on the client's connection.
fc_glitches: How many oddities of protocol the client's connection has shown.
fc_http_major: Major version of HTTP on the client's connection: 1, 2 or 3.
fc_lost: Packets lost on the client's connection, by the kernel's count or QUIC's.
fc_nb_streams: How many streams are open on the client's connection.
fc_pp_authority: Host name that a PROXY header (version 2) of the client's connection carries.
fc_pp_tlv: An extra field of the client's PROXY header (version 2), by its number.
fc_pp_unique_id: Identity that a PROXY header (version 2) of the client's connection carries.
fc_rcvd_proxy: Whether the client's connection began with a PROXY header.
fc_reordering: Packets out of order on the client's connection, by the kernel's measure or QUIC's.
fc_retrans: Packets sent again on the client's connection.
fc_rtt: Round-trip time to the client as the kernel measures it, in `ms`, or `us` where that is asked for.
fc_rttvar: How much the round-trip time to the client varies, in `ms`, or `us` where that is asked for.
fc_sacked: The kernel's count of packets acknowledged selectively on the client's connection.
fc_saved_syn: The packet that opened the client's connection, where `tcp-ss` on the `bind` line keeps it.
fc_settings_streams_limit: How many streams one connection of the client may carry; 1 for TCP and HTTP/1.
fc_src: Address of the client, before rules or a PROXY header changed it.
fc_src_is_local: Whether the client's address, before any change, is one of this machine.
fc_src_port: Port of the client, before rules or a PROXY header changed it.
fc_unacked: Packets to the client that wait for an acknowledgement, by the kernel's count.
fe_client_timeout: `timeout client` of the frontend in milliseconds, as the configuration says it.
fe_conn: Connections that a frontend has now.
fe_defbe: Name of the frontend's `default_backend`.
fe_id: Number of the frontend.
fe_name: Name of the frontend.
fe_req_rate: Requests that a frontend took in the last second.
fe_sess_rate: Sessions that a frontend took in the last second.
fe_tarpit_timeout: `timeout tarpit` of the frontend in milliseconds, as the configuration says it.
fs.aborted: Whether the client broke off this stream.
fs.debug_str: Inner state of the client's side, for those who look for faults in the program itself.
fs.id: Number of the stream on the client's connection.
fs.rst_code: Code with which an HTTP/2 or QUIC client reset the stream.
nbsrv: How many servers of a backend are up.
queue: How many requests wait in a backend, the queues of its servers counted.
so_id: Number of the listener that took the connection.
so_name: Name of the listener that took the connection, from its `bind` line.
src: Address of the client.
src_is_local: Whether the client's address is one of this machine.
src_port: Port of the client.
srv_conn: Connections that a server has now.
srv_conn_free: Connections that a server could still take by its `maxconn`; -1 where it has none.
srv_id: Number of the server that was chosen.
srv_is_up: Whether a server is up.
srv_iweight: Weight that the configuration gives a server.
srv_name: Name of the server that was chosen.
srv_queue: How many requests wait for one server.
srv_sess_rate: Sessions that a server took in the last second.
srv_uweight: Weight that a server was given last, by a person or an agent.
srv_weight: Weight that holds for a server now, slow start counted.
"""
