"""Words of the `global` section that change nothing here, those that come later, and those that won't (manual section 3).

Accepted is what only tunes HAProxy's own machinery (buffers, threads, pollers), or belongs to a part whose own words are
refused, so that it can't be reached (TLS, QUIC, Lua, the HTTP client): leaving it out changes nothing that is served.
"""

from __future__ import annotations

from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.said import anything

G = Where.GLOBAL
_NEGATED = frozenset({"busy-polling", "set-dumpable", "strict-limits", "insecure-fork-wanted", "numa-cpu-mapping"})

_TUNE = """
applet.zero-copy-forwarding buffers.limit buffers.reserve bufsize.large bufsize.small chksize cli.max-payload-size
comp.maxlevel defaults.purge disable-fast-forward disable-zero-copy-forwarding epoll.mask-events events.max-events-at-once
fail-alloc fd.edge-triggered fd.tables glitches.kill.cpu-usage h1.be.glitches-threshold h1.fe.glitches-threshold
h1.zero-copy-fwd-recv h1.zero-copy-fwd-send h2.be.glitches-threshold h2.be.initial-window-size h2.be.max-concurrent-streams
h2.be.max-frames-at-once h2.be.rxbuf h2.fe.glitches-threshold h2.fe.initial-window-size h2.fe.max-concurrent-streams
h2.fe.max-frames-at-once h2.fe.max-rst-at-once h2.fe.max-total-streams h2.fe.rxbuf h2.header-table-size h2.initial-window-size
h2.log-errors h2.max-concurrent-streams h2.max-frame-size h2.zero-copy-fwd-send http.logurilen idle-pool.shared
idletimer listener.default-shards listener.multi-queue lua.bool-sample-conversion lua.burst-timeout lua.forced-yield
lua.log.loggers lua.log.stderr lua.maxmem lua.openlibs lua.service-timeout lua.session-timeout lua.task-timeout
max-checks-per-thread max-rules-at-once maxaccept maxpollevents memory.hot-size notsent-lowat.client notsent-lowat.server
pattern.cache-size peers.max-updates-at-once pipesize pool-high-fd-ratio pool-low-fd-ratio pt.zero-copy-forwarding
quic.be.cc.cubic-min-losses quic.be.cc.hystart quic.be.cc.max-frame-loss quic.be.cc.max-win-size quic.be.cc.reorder-ratio
quic.be.max-idle-timeout quic.be.sec.glitches-threshold quic.be.stream.data-ratio quic.be.stream.max-concurrent
quic.be.stream.rxbuf quic.be.tx.pacing quic.be.tx.udp-gso quic.cc-hystart quic.disable-tx-pacing quic.disable-udp-gso
quic.fe.cc.cubic-min-losses quic.fe.cc.hystart quic.fe.cc.max-frame-loss quic.fe.cc.max-win-size quic.fe.cc.reorder-ratio
quic.fe.max-idle-timeout quic.fe.sec.glitches-threshold quic.fe.sec.retry-threshold quic.fe.sock-per-conn
quic.fe.stream.data-ratio quic.fe.stream.max-concurrent quic.fe.stream.max-total quic.fe.stream.rxbuf quic.fe.tx.pacing
quic.fe.tx.udp-gso quic.frontend.conn-tx-buffers.limit quic.frontend.glitches-threshold quic.frontend.max-data-size
quic.frontend.max-idle-timeout quic.frontend.max-streams-bidi quic.frontend.max-tx-mem quic.frontend.stream-data-ratio
quic.frontend.default-max-window-size quic.listen quic.max-frame-loss quic.mem.tx-max quic.reorder-ratio quic.retry-threshold
quic.socket-owner quic.zero-copy-fwd-send rcvbuf.backend rcvbuf.client rcvbuf.frontend rcvbuf.server recv_enough
renice.runtime renice.startup ring.queues runqueue-depth sched.low-latency sndbuf.backend sndbuf.client sndbuf.frontend
sndbuf.server ssl.cachesize ssl.capture-buffer-size ssl.capture-cipherlist-size ssl.certificate-compression
ssl.default-dh-param ssl.force-private-cache ssl.hard-maxrecord ssl.keylog ssl.keyupdate-rate-limit ssl.lifetime ssl.maxrecord
ssl.ocsp-update.maxdelay ssl.ocsp-update.mindelay ssl.ssl-ctx-cache-size stick-counters streams-elasticity
takeover-other-tg-connections vars.check-max-size vars.global-max-size vars.proc-max-size vars.reqres-max-size
vars.sess-max-size vars.txn-max-size zlib.memlevel zlib.windowsize
"""

_WORDS = """
acme.scheduler anonkey busy-polling ca-base close-spread-time cluster-secret cpu-affinity cpu-map cpu-policy cpu-set crt-base
debug debug.counters expose-deprecated-directives expose-experimental-directives fd-hard-limit force-cfg-parser-pause
h2-workaround-bogus-websocket-clients harden.reject-privileged-ports.quic httpclient.resolvers.disabled httpclient.resolvers.id
httpclient.resolvers.prefer httpclient.retries httpclient.ssl.ca-file httpclient.ssl.verify httpclient.timeout.connect
insecure-fork-wanted insecure-setuid-wanted issuers-chain-path jwt.decrypt_alg_list jwt.decrypt_enc_list key-base limited-quic
lua-prepend-path max-spread-checks max-threads-per-group maxcompcpuusage maxcomprate maxpipes maxsslconn maxsslrate maxzlibmem
mworker-max-reloads no-memory-trimming no-quic noepoll noevports nogetaddrinfo nokqueue noktls nopoll noreuseport nosepoll
numa-cpu-mapping ocsp-update.disable ocsp-update.httpproxy ocsp-update.maxdelay ocsp-update.mindelay ocsp-update.mode prealloc-fd
profiling.memory profiling.tasks set-dumpable ssl-default-bind-ciphers ssl-default-bind-ciphersuites
ssl-default-bind-client-sigalgs ssl-default-bind-curves ssl-default-bind-options ssl-default-bind-sigalgs
ssl-default-server-ciphers ssl-default-server-ciphersuites ssl-default-server-client-sigalgs ssl-default-server-curves
ssl-default-server-options ssl-default-server-sigalgs ssl-dh-param-file ssl-engine ssl-load-extra-del-ext ssl-load-extra-files
ssl-mode-async ssl-passphrase-cmd ssl-propquery ssl-provider ssl-provider-path ssl-security-level ssl-server-verify
ssl-skip-self-issued-ca stress-level strict-limits thread-group thread-groups thread-hard-limit warn-blocked-traffic-after
"""

_LATER = """
default-path dns-accept-family external-check grace h1-accept-payload-with-any-method h1-case-adjust h1-case-adjust-file
h1-do-not-close-on-insecure-transfer-encoding harden.reject-privileged-ports.tcp http-err-codes http-fail-codes lua-load
lua-load-per-thread maxsessrate pp2-never-send-local server-state-base server-state-file setcap shm-stats-file
shm-stats-file-max-objects stats-file unix-bind
"""

_REFUSED = """
51degrees-allow-unmatched 51degrees-cache-size 51degrees-data-file 51degrees-difference 51degrees-drift
51degrees-property-name-list 51degrees-property-separator 51degrees-use-performance-graph 51degrees-use-predictive-graph
deviceatlas-json-file deviceatlas-log-level deviceatlas-properties-cookie deviceatlas-separator wurfl-cache-size
wurfl-data-file wurfl-engine-mode wurfl-information-list wurfl-information-list-separator wurfl-patch-file
"""

ROWS = (
    *(
        Row(f"tune.{name}", G, "Tunes HAProxy's machinery; nothing here.", parse=anything, effect="accepted", repeat="add")
        for name in _TUNE.split()
    ),
    *(
        Row(name, G, "Changes nothing here.", parse=anything, effect="accepted", repeat="add", negate=name in _NEGATED)
        for name in _WORDS.split()
    ),
    *(Row(name, G, "Not supported yet.", parse=anything, effect="later", repeat="add") for name in _LATER.split()),
    *(
        Row(name, G, "Needs a library for device detection.", parse=anything, effect="refused", repeat="add")
        for name in _REFUSED.split()
    ),
)
