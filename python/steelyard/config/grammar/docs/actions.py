"""What actions of rules do, one sentence each."""

from __future__ import annotations

ACTIONS = """
accept: Ends the rule set; the connection or data goes on.
add-acl*: Adds a pattern to an ACL's file while running.
add-header: Appends a header; those of the same name stay.
add-headers-bin: Appends headers from their binary form.
allow: Ends the rule set; the request or response goes on.
attach-srv: Hands the connection to a server of a reverse tunnel.
auth: Asks for a user and a password with status 401, or 407 where the client takes this for a proxy.
cache-store: Keeps the response in a cache.
cache-use: Answers from a cache where it can.
capture: Keeps a sample for the log.
close: Closes the connection to the server.
del-acl*: Takes a pattern out of an ACL's file while running.
del-header: Removes all headers of a name, or whose names match.
del-headers-bin: Removes the headers that a binary form names.
del-map*: Takes a key out of a map while running.
deny: Answers with an error, 403 where nothing else is said, and ends the request.
dgram-drop: Drops the QUIC datagram and tells the client nothing.
disable-l7-retry: No retry after the request has been sent, whatever `retry-on` says.
do-log: Writes a log line now.
do-resolve*: Looks up a host name and keeps its address in a variable.
early-hint: Sends the client a response 103 with headers before the real one.
expect-netscaler-cip: Takes the client's address from a NetScaler header that must come first.
expect-proxy: Takes the client's address from a PROXY header that must come first.
normalize-uri: Brings the URI into one form, in a way that is named.
pause: Waits for a time before going on.
redirect: Answers with a redirect to a location, a prefix or a scheme.
reject: Closes the connection without an answer.
replace-header: Rewrites every value of a header that matches a regular expression, whole lines.
replace-path: Rewrites the path, without the query, by a regular expression.
replace-pathq: Rewrites the path with its query by a regular expression.
replace-uri: Rewrites the URI by a regular expression.
replace-value: Rewrites every value of a header that matches a regular expression, split at commas.
return: Answers with a response of your own and ends the request.
sc-add-gpc*: Adds a number to a counter of your own of the tracked key.
sc-inc-gpc*: Adds 1 to a counter of your own of the tracked key.
sc-inc-gpc0*: Adds 1 to the first counter of your own of the tracked key.
sc-inc-gpc1*: Adds 1 to the second counter of your own of the tracked key.
sc-set-gpt*: Sets a tag of your own of the tracked key.
sc-set-gpt0*: Sets the first tag of your own of the tracked key.
send-retry: Has a QUIC client prove its address before the handshake goes on.
send-spoe-group: Sends a group of messages to an offloading agent.
set-bandwidth-limit: Starts a bandwidth limit that a filter declares.
set-bc-mark: Marks packets to the server for the kernel's routing.
set-bc-tos: Sets the type of service of packets to the server.
set-dst: Takes another address for the one that the client connected to.
set-dst-port: Takes another port for the one that the client connected to.
set-fc-mark: Marks packets to the client for the kernel's routing.
set-fc-tos: Sets the type of service of packets to the client.
set-header: Sets a header; those of the same name go.
set-headers-bin: Sets headers from their binary form.
set-log-level: Logs this request at another level, or not at all.
set-map*: Sets a key of a map while running.
set-mark: Old name of `set-fc-mark`.
set-method: Sets the method.
set-nice: Gives the stream more or less of the processor than others; all streams are served alike here.
set-path: Sets the path; the query stays.
set-pathq: Sets the path with its query.
set-priority-class: Puts the request into a class of the queue; lower ones are served first.
set-priority-offset: Moves the request in the queue by milliseconds within its class.
set-query: Sets the query.
set-retries: Sets how often a connection is tried again for this request.
set-src: Takes another address for the client's.
set-src-port: Takes another port for the client's.
set-status: Sets the status of the response, and its reason.
set-timeout: Sets a timeout for this request.
set-tos: Old name of `set-fc-tos`.
set-uri: Sets the URI.
set-var*: Sets a variable to the value of an expression.
set-var-fmt*: Sets a variable to a text in the form of logs.
silent-drop: Forgets the connection and tells the client nothing.
strict-mode: Says whether a rewrite that fails is an error for the rules behind it.
switch-mode: Goes on with the connection as HTTP.
tarpit: Keeps the client waiting for `timeout tarpit`, then answers with an error.
track-sc*: Tracks a key in a stick table with one of the counters.
unset-var*: Forgets a variable.
use-service: Answers from a service in the program, such as `prometheus-exporter`.
wait-for-body: Waits for the body, all of it or so many bytes.
wait-for-handshake: Waits for the end of the TLS handshake, so that early data can't be a replay.
"""

ALIASES = """
B: Bytes from the server to the client, as its log line ends.
CC: Captured cookie of the request.
CS: Captured cookie of the response.
H: Name of this machine.
HM: Method of the request.
HP: URI of the request without its query.
HPO: Path of the request, without host and query.
HQ: Query of the request, with its question mark.
HU: URI of the request.
HV: Version of the request, as `HTTP/1.1`.
ID: Identity that `unique-id-format` makes.
OG: What the line is about, where a log profile handles more than requests.
ST: Status of the response.
T: Date of the accepted connection in UTC, as `10/Oct/2000:13:55:36 +0000`.
Ta: Milliseconds from the first byte of the request to the last of the response.
Tc: Milliseconds until the connection to the server stood.
Td: Milliseconds of the response's body.
Th: Milliseconds for PROXY protocol and TLS at the start of the connection.
Ti: Milliseconds before the first byte of the request.
Tl: Date of the accepted connection in local time, as `10/Oct/2000:13:55:36 +0200`.
Tq: Milliseconds from the connection, or the last response, to the end of the request.
TR: Milliseconds from the first byte of the request to the end of its headers.
Tr: Milliseconds from the connection to the server to the end of the response's headers.
Ts: Accepted connection, in seconds since 1970.
Tt: Milliseconds from the connection to the end of both sides.
Tu: Milliseconds as the user felt them, without idle time.
Tw: Milliseconds in queues.
U: Bytes from the client.
ac: Connections of the process.
b: Name of the backend.
bc: Connections of the backend.
bi: Own address of the connection to the server.
bp: Own port of the connection to the server.
bq: Requests that went before in the backend's queue.
ci: Address of the client.
cp: Port of the client.
f: Name of the frontend.
fc: Connections of the frontend.
fi: Address that the client connected to.
fp: Port that the client connected to.
ft: Name of the frontend, with `~` behind it over TLS.
hr: Captured headers of the request, in braces with bars between them.
hrl: Captured headers of the request, each as an item of its own.
hs: Captured headers of the response, in braces with bars between them.
hsl: Captured headers of the response, each as an item of its own.
lc: Number of the log line of this frontend.
ms: Milliseconds of the accepted connection's date.
o: Carries flags to all items behind it, and writes nothing.
pid: Number of the process.
r: Request line.
rc: Retries, with `+` in front where one went to another server.
rt: Requests, or TCP sessions, of the process so far.
s: Name of the server.
sc: Connections of the server.
si: Address of the server.
sp: Port of the server.
sq: Requests that went before in the server's queue.
sslc: Cipher towards the client.
sslv: Version of TLS towards the client.
t: Date of the accepted connection in local time, with milliseconds.
tr: Date of the request's first byte in local time, with milliseconds.
trg: Date of the request's first byte in UTC.
trl: Date of the request's first byte in local time.
ts: How the stream ended, two letters.
tsc: How the stream ended and what was done with the cookie, four letters.
"""
