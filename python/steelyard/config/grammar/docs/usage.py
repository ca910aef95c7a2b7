"""How lines are written whose arguments have a grammar of their own: what follows the word.

Others are read off the types of their arguments. A word of a section that is no proxy has the section's name in front of it.
"""

from __future__ import annotations

from functools import cache

from steelyard.config.grammar.docs.tables import rows

_RULE = "<action> [<argument> ...] [{ if | unless } <condition>]"
_CHECK = "[port <port>] [ssl] [send-proxy] [via-socks4] [sni <name>] [alpn <protocols>] [proto <name>] [linger] [addr <address>]"
_EXPECT = "[min-recv <bytes>] [comment <text>] [on-success <format>] [on-error <format>] [!]"
_STICK = "<expression> [table <table>] [{ if | unless } <condition>]"
_VARIABLE = "<expression>"

_TEXT = f"""
acl: <name> <fetch> [<flag> ...] [<pattern> ...]
appsession: <cookie> len <length> timeout <time> [request-learn] [prefix] [mode <mode>]
balance: <algorithm> [<argument> ...]
bind: [<address>]:<port>[,...] [<option> ...]
block: {{ if | unless }} <condition>
51degrees-property-name-list: <name> ...
bind-process: {{ all | odd | even | <range> }}
ca-base: <directory>
capture cookie: <name> len <bytes>
capture request header: <name> len <bytes>
capture response header: <name> len <bytes>
chroot: <directory>
compression: {{ algo | algo-req | algo-res | type | type-req | type-res | minsize-req | minsize-res | offload }} [<argument> ...]
cookie: <name> [rewrite | insert | prefix] [indirect] [nocache] [postonly] [preserve] [httponly] [secure] [domain <domain>] ...
cpu-affinity: {{ per-core | per-group [auto | loose] | auto | per-thread | per-ccx }}
cpu-map: <threads> <processors> ...
cpu-policy: {{ none | efficiency | first-usable-node | group-by-cluster | performance | resource }} [<option> ...]
cpu-set: <directive> ...
crt: <file> [<option> ...]
crt-base: <directory>
declare capture: {{ request | response }} len <bytes>
default-path: {{ current | config | parent | origin <directory> }}
default-server: <option> ...
default_backend: <backend>
description: <text>
dispatch: <address>:<port>
email-alert level: <level>
error-log-format: <format>
errorfile: <status> <file>
errorfiles: <http-errors section> [<status> ...]
errorloc: <status> <url>
errorloc302: <status> <url>
errorloc303: <status> <url>
external-check command: <program>
filter: <filter> [<argument> ...]
filter-sequence: {{ request | response }} <filters>
force-be-switch: {{ if | unless }} <condition>
force-persist: {{ if | unless }} <condition>
grace: <time>
h1-case-adjust: <from> <to>
h1-case-adjust-file: <file>
harden.reject-privileged-ports.quic: {{ on | off }}
harden.reject-privileged-ports.tcp: {{ on | off }}
hash-type: <method> <function> <modifier>
http-after-response: {_RULE}
http-check comment: <text>
http-check connect: [default] {_CHECK}
http-check disable-on-404:
http-check expect: {_EXPECT} {{ status | rstatus | hdr | fhdr | string | rstring }} <pattern>
http-check send: [meth <method>] [uri <uri> | uri-lf <format>] [ver <version>] [hdr <name> <format>] ... [body <text>]
http-check send-state:
http-check set-var: {_VARIABLE}
http-check set-var-fmt: <format>
http-check unset-var:
http-err-codes: [+|-]<range>[,...]
http-error: status <status> [content-type <type>] [{{ string | lf-string | file | lf-file | errorfile }} <text>] [hdr ...]
http-fail-codes: [+|-]<range>[,...]
http-request: {_RULE}
http-response: {_RULE}
ignore-persist: {{ if | unless }} <condition>
issuers-chain-path: <directory>
jwt.decrypt_alg_list: {{ ALL | [!]<algorithm> }}[:...]
jwt.decrypt_enc_list: {{ ALL | [!]<cipher> }}[:...]
key-base: <directory>
localpeer: <name>
log: {{ global | <address> [len <bytes>] [format <format>] [sample <ranges>:<size>] <facility> [<level> [<lowest level>]] }}
log-format: <format>
log-format-sd: <format>
log-send-hostname: [<name>]
log-steps: {{ all | <step>[,...] }}
lua-load: <file> [<argument> ...]
lua-load-per-thread: <file> [<argument> ...]
mode: {{ tcp | http | log | spop | haterm }}
monitor fail: {{ if | unless }} <condition>
monitor-net: <network>
nbthread: <number>
ocsp-update.maxdelay: <seconds>
ocsp-update.mindelay: <seconds>
option external-check:
option forwarded: [proto] [host] [by] [by_port] [for] [for_port]
option forwardfor: [except <network>] [header <name>] [if-none]
option http-use-htx:
option httpchk: [<method>] [<uri> [<version> [<host>]]]
option httplog: [clf | json | cbor]
option httpslog:
option ldap-check:
option mysql-check: [user <name> [{{ post-41 | pre-41 }}]]
option originalto: [except <network>] [header <name>]
option pgsql-check: user <name>
option redis-check:
option redispatch: [<interval>]
option smtpchk: [<hello> <domain>]
option spop-check:
option ssl-hello-chk:
option tcp-check:
option tcplog: [clf]
option use-small-buffers: [queue | l7-retries | check] ...
persist rdp-cookie: [(<cookie>)]
presetenv: <name> <value>
profiling.tasks: {{ auto | on | off }}
quic-initial: {_RULE}
redirect: {{ location | prefix | scheme }} <format> [code <status>] [<option> ...] [{{ if | unless }} <condition>]
redispatch:
reqadd: <line> [{{ if | unless }} <condition>]
reqallow: <regex> [{{ if | unless }} <condition>]
reqdel: <regex> [{{ if | unless }} <condition>]
reqdeny: <regex> [{{ if | unless }} <condition>]
reqiallow: <regex> [{{ if | unless }} <condition>]
reqidel: <regex> [{{ if | unless }} <condition>]
reqideny: <regex> [{{ if | unless }} <condition>]
reqipass: <regex> [{{ if | unless }} <condition>]
reqirep: <regex> <line> [{{ if | unless }} <condition>]
reqisetbe: <regex> <backend> [{{ if | unless }} <condition>]
reqitarpit: <regex> [{{ if | unless }} <condition>]
reqpass: <regex> [{{ if | unless }} <condition>]
reqrep: <regex> <line> [{{ if | unless }} <condition>]
reqsetbe: <regex> <backend> [{{ if | unless }} <condition>]
reqtarpit: <regex> [{{ if | unless }} <condition>]
resetenv: [<name> ...]
retry-on: <event> ...
rspadd: <line> [{{ if | unless }} <condition>]
rspdel: <regex> [{{ if | unless }} <condition>]
rspdeny: <regex> [{{ if | unless }} <condition>]
rspidel: <regex> [{{ if | unless }} <condition>]
rspideny: <regex> [{{ if | unless }} <condition>]
rspirep: <regex> <line> [{{ if | unless }} <condition>]
rsprep: <regex> <line> [{{ if | unless }} <condition>]
server: <name> <address>[:<port>] [<option> ...]
server-state-base: <directory>
server-state-file: <file>
server-template: <prefix> <number or range> <host>[:<port>] [<option> ...]
set-var: proc.<name> <expression>
set-var-fmt: proc.<name> <format>
setcap: <capability>[,...]
setenv: <name> <value>
source: <address>[:<port>] [usesrc {{ <address> | client | clientip | hdr_ip(<header>) }}] [interface <name>]
ssl-default-bind-options: <option> ...
ssl-default-server-options: <option> ...
ssl-dh-param-file: <file>
ssl-engine: <name> [algo <algorithms>]
ssl-f-use: [crt] <certificate> [<option> ...]
ssl-load-extra-files: {{ all | none | bundle | sctl | ocsp | issuer | key }} ...
ssl-passphrase-cmd: <program> [<argument> ...]
ssl-provider: <name>
ssl-provider-path: <directory>
stats admin: {{ if | unless }} <condition>
stats auth: <user>:<password>
stats http-request: {{ allow | deny | auth [realm <name>] }} [{{ if | unless }} <condition>]
stats refresh: <time>
stats show-desc: [<text>]
stats show-modules:
stats show-node: [<name>]
stats socket: <address or path> [<option> ...]
stick match: {_STICK}
stick on: {_STICK}
stick store: {_STICK}
stick store-request: {_STICK}
stick store-response: {_STICK}
stick-table: type <type> size <entries> [expire <time>] [nopurge] [peers <section>] [srvkey <kind>] [store <data>[,...]] ...
tune.lua.openlibs: {{ all | none | <library>[,...] }}
tune.ssl.ocsp-update.maxdelay: <seconds>
tune.ssl.ocsp-update.mindelay: <seconds>
tune.stick-counters: [<number>]
tune.vars.global-max-size: <size>
tune.vars.proc-max-size: <size>
tune.vars.reqres-max-size: <size>
tune.vars.sess-max-size: <size>
tune.vars.txn-max-size: <size>
tcp-check comment: <text>
tcp-check connect: [default] {_CHECK}
tcp-check expect: {_EXPECT} {{ string | rstring | string-lf | binary | rbinary | binary-lf }} <pattern>
tcp-check send: <text>
tcp-check send-binary: <hexadecimal digits>
tcp-check send-binary-lf: <format>
tcp-check send-lf: <format>
tcp-check set-var: {_VARIABLE}
tcp-check set-var-fmt: <format>
tcp-check unset-var:
tcp-request connection: {_RULE}
tcp-request content: {_RULE}
tcp-request session: {_RULE}
tcp-response content: {_RULE}
thread-group: <group> [<threads>]
thread-groups: <groups>
tune.h2.fe.max-concurrent-streams: <number> [rq-load <percentage>]
unique-id-format: <format>
unix-bind: [prefix <prefix>] [mode <mode>] [user <user>] [uid <uid>] [group <group>] [gid <gid>]
unsetenv: [<name> ...]
use-server: <server> {{ if | unless }} <condition>
use_backend: <backend> [{{ if | unless }} <condition>]
wurfl-information-list: <name> ...
wurfl-patch-file: <file> ...
user: <name> [password <hash> | insecure-password <text>] [groups <group>[,...]]
group: <name> [users <user>[,...]]
acme/account-key: <file>
acme/acme-vars: <text>
acme/bits: <number>
acme/challenge: {{ HTTP-01 | DNS-01 | dns-persist-01 }}
acme/challenge-ready: <conditions>
acme/contact: <address>
acme/curves: <curve>
acme/directory: <url>
acme/dns-delay: <time>
acme/dns-timeout: <time>
acme/eab-key-id: <file>
acme/eab-mac-alg: {{ HS256 | HS384 | HS512 }}
acme/eab-mac-key: <file>
acme/keytype: {{ RSA | ECDSA }}
acme/map: <map>
acme/profile: <name>
acme/provider-name: <name>
acme/reuse-key: {{ on | off }}
cache/max-age: <seconds>
cache/max-object-size: <bytes>
cache/max-secondary-entries: <number>
cache/process-vary: {{ on | off }}
cache/total-max-size: <megabytes>
cache/early-hints: {{ on | off | only }} [ratio <percent>]
crt-store/crt-base: <directory>
crt-store/key-base: <directory>
crt-store/load: crt <file> [alias <name>] [key <file>] [ocsp <file>] [issuer <file>] [sctl <file>] [ocsp-update {{ on | off }}]
fcgi-app/acl: <name> <fetch> [<flag> ...] [<pattern> ...]
fcgi-app/docroot: <directory>
fcgi-app/index: <file>
fcgi-app/log-stderr: {{ global | <address> ... }}
fcgi-app/option: {{ get-values | keep-conn | max-reqs <number> | mpxs-conns }}
fcgi-app/pass-header: <name> [{{ if | unless }} <condition>]
fcgi-app/path-info: <regex>
fcgi-app/set-param: <name> <format> [{{ if | unless }} <condition>]
healthcheck/type: {{ tcp-check | httpchk | ssl-hello-chk | smtpchk | ... }} [<argument> ...]
log-forward/backlog: <number>
log-forward/bind: <address> [<option> ...]
log-forward/dgram-bind: <address> [<option> ...]
log-forward/log: {{ global | <address> ... }}
log-forward/maxconn: <number>
log-forward/option: {{ assume-rfc6587-ntf | dont-parse-log | host {{ replace | fill | keep | append }} }}
log-forward/timeout: client <time>
log-profile/log-tag: <text>
log-profile/on: <step> {{ drop | [format <format>] [sd <format>] }}
mailers/mailer: <name> <address>:<port>
mailers/timeout: mail <time>
peers/bind: [<address>]:<port> [<option> ...]
peers/default-bind: <option> ...
peers/default-server: <option> ...
peers/disabled:
peers/enabled:
peers/log: {{ global | <address> ... }}
peers/peer: <name> [<address>:<port>] [<option> ...]
peers/server: <name> [<address>:<port>] [<option> ...]
peers/shards: <number>
peers/table: <name> type <type> size <entries> [expire <time>] [store <data>[,...]] ...
program/command: <program> [<argument> ...]
program/group: <group>
program/option: start-on-reload
program/user: <user>
resolvers/accepted_payload_size: <bytes>
resolvers/hold: {{ nx | obsolete | other | refused | timeout | valid }} <time>
resolvers/nameserver: <name> <address>:<port> [<option> ...]
resolvers/parse-resolv-conf:
resolvers/resolve_retries: <number>
resolvers/timeout: {{ resolve | retry }} <time>
ring/backing-file: <file>
ring/description: <text>
ring/format: {{ rfc3164 | rfc5424 | short | priority | timed | iso | raw }}
ring/maxlen: <bytes>
ring/server: <name> <address>:<port> [<option> ...]
ring/size: <bytes>
ring/timeout: {{ connect | server }} <time>
traces/trace: [<source> [<setting> [<value>]] ...]
"""


@cache
def usages() -> dict[str, str]:
    """What follows a word, by the word; empty for nothing."""
    return dict(rows(_TEXT))
