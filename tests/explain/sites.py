"""Configurations and requests of which `explain` and a running balancer must tell the same: one frontend and two backends each, all
in one file. `@` stands for the number of the site, `<s1>` to `<s3>` for servers, `<dir>` for a directory with files."""

from __future__ import annotations

from dataclasses import dataclass

TOP = """\
global
    nbthread 1
    expose-experimental-directives
    log <sink> format raw local0
    log-profile short
        log-tag short
        on any format "%ST %b %s"
        on error format "bad %ST"
defaults
    mode http
    log global
    timeout client 20s
    timeout server 20s
    timeout connect 20s
    timeout tarpit 10ms
    log-format "%f %b/%s %ST %B %U %tsc %CC %CS %hr %hs %{+Q}r %rc %ac/%fc/%bc/%sc/%sq/%bq %si:%sp"
defaults inherited
    mode http
    timeout client 20s
    timeout server 20s
    timeout connect 20s
    http-request set-header X-From-Defaults %[path]
    http-response set-header X-From-Defaults %[status]
userlist people
    user ann insecure-password secret
http-errors own
    errorfile 403 <dir>/403.http
    errorfile 404 <dir>/404.http
"""

FILES = {
    "403.http": "HTTP/1.1 403 Not for you\r\nCache-Control: no-store\r\nContent-Length: 3\r\n\r\nno\n",
    "404.http": "HTTP/1.0 404 Lost\r\nX-Own: 1\r\n\r\n",
    "hosts.map": "a.test be@\nb.test other@\n",
    "prefix.map": "/api v1\n/api/deep v2\n",
    "net.map": "127.0.0.0/8 loop\n10.0.0.0/8 inside\n",
    "bad.lst": "evil\n# comment\n /blocked \n",
}

REPLIES = {
    "": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-R: a, b\r\nX-R: c\r\n\r\nok",
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "until-close": b"HTTP/1.1 200 OK\r\nX-R: 1\r\nConnection: close\r\n\r\nall",
    "old": b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nold",
    "hints": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "204": b"HTTP/1.1 204 No Content\r\nX-R: 1\r\n\r\n",
    "304": b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n',
    "404": b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nContent-Type: text/plain\r\n\r\nnope",
    "500": b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
    "cookies": b"HTTP/1.1 200 OK\r\nSet-Cookie: W=zz; path=/\r\nSet-Cookie: S=b7\r\nContent-Length: 0\r\n\r\n",
    "101": b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
    "garbage": b"what is this\r\n\r\n",
    "long": b"HTTP/1.1 200 OK\r\nX-Long: " + b"l" * 600 + b"\r\nContent-Length: 0\r\n\r\n",
}


@dataclass(frozen=True, slots=True)
class Site:
    """`requests`: lines without the version's tail; a list in the list is one connection. `reply:NAME` in a request picks the reply."""

    front: str
    back: str = ""
    requests: tuple[str | list[str], ...] = ("GET /", "GET /a", "HEAD /a?b=c", "POST /p|X-A: 1|+a=1&b=2")
    servers: tuple[str, ...] = ("", "", "")
    listen: str = "default_backend be@"
    defaults: str = ""


KEYS = tuple(f"GET /k{number}?id={number}|X-Key: {number * 7}" for number in range(9))

SITES: dict[str, Site] = {
    "nothing": Site(
        "", "", ("GET /", ["GET /", "GET /2", "GET /3|Connection: close"], "GET /|!1.0", "GET /|!1.0|Connection: keep-alive")
    ),
    "replies of servers": Site(
        "", "", tuple(f"GET /|reply:{name}" for name in REPLIES) + ("GET /|!1.0|reply:chunked", "HEAD /|reply:404")
    ),
    "statuses that change": Site(
        "http-response set-status 204 if { capture.req.uri /none }\nhttp-response set-status 200 if { capture.req.uri /some }\n"
        "http-after-response set-status 150 if { capture.req.uri /odd }",
        "",
        ("GET /none", "GET /none|reply:chunked", "GET /some|reply:204", "GET /some|reply:304", "GET /odd"),
    ),
    "server close": Site(
        "option http-server-close", "", ("GET /", "GET /|Upgrade: x|Connection: Upgrade|reply:101", "GET /|reply:101")
    ),
    "client close": Site("option httpclose", "option http-pretend-keepalive", ("GET /", "GET /|!1.0|Connection: keep-alive")),
    "rules about connections": Site(
        "http-request set-header Connection close if { path /req }\nhttp-response set-header Connection close if { capture.req.uri /res }\n"
        "http-request return status 200 hdr Connection close if { path /ret }",
        "",
        ("GET /req", "GET /res", "GET /ret", ["GET /", "GET /res"]),
    ),
    "acls": Site(
        "acl a path_beg /a /b\nacl a hdr(x-a) -m found\nacl b src 10.0.0.0/8\nacl c hdr_sub(user-agent) -i bot\n"
        "http-request set-header X-1 1 if a !b\nhttp-request set-header X-2 2 unless a or c\nhttp-request deny if c a\n"
        "http-request set-header X-3 3 if { path -f <dir>/bad.lst } || { hdr(x-a),lower -m reg ^e.*l$ }",
        "",
        ("GET /a", "GET /b/x|User-Agent: a BOT", "GET /c|X-A: EVIL", "GET /blocked", "GET /z|User-Agent: robot"),
    ),
    "deny and its forms": Site(
        "http-request deny if { path /1 }\nhttp-request deny deny_status 429 hdr Retry-After 3 if { path /2 }\n"
        'http-request deny status 404 content-type text/plain lf-string "no %[path]" if { path /3 }\n'
        "http-request deny status 403 errorfiles own if { path /4 }\nhttp-request tarpit deny_status 500 if { path /5 }\n"
        "http-request reject if { path /6 }\nhttp-request silent-drop if { path /7 }\nhttp-request allow if { path /8 }\n"
        "http-request auth realm x unless { http_auth(people) }",
        "",
        (*(f"GET /{n}" for n in range(1, 10)), "GET /9|Authorization: Basic YW5uOnNlY3JldA==", "HEAD /3", "GET /1|!1.0"),
    ),
    "return and redirect": Site(
        "http-request return status 200 content-type text/plain string hi hdr X-A %[path] if { path /1 }\n"
        "http-request return status 204 if { path /2 }\nhttp-request return errorfile <dir>/404.http if { path /3 }\n"
        "http-request redirect location /x?%[query] code 303 if { path /4 }\n"
        "http-request redirect prefix https://b.test drop-query append-slash set-cookie A=b if { path /5 }\n"
        "http-request redirect scheme https if { path /6 }\nredirect location / clear-cookie A= if { path /7 }",
        "",
        (*(f"GET /{n}?q=1" for n in range(1, 9)), "POST /1|+abc"),
    ),
    "error pages": Site(
        "errorfile 403 <dir>/403.http\nerrorfiles own\nhttp-error status 400 content-type text/plain string bad\n"
        "errorloc302 503 /sorry\nhttp-request deny if { path /1 }\nhttp-request deny deny_status 404 if { path /2 }\n"
        "use_backend nobody@ if { path /3 }\nhttp-after-response set-header X-After %[status]",
        "",
        ("GET /1", "GET /2", "GET /3", "GET /#x", "GET /4"),
    ),
    "no backend": Site("use_backend be@ if { path /a }", "", ("GET /", "GET /a"), listen=""),
    "monitoring": Site(
        "tcp-request content set-var(txn.a) path\nmonitor-uri /up\nmonitor fail if { nbsrv(be@) lt 9 } { hdr(x-a) 1 }",
        "",
        ("GET /up", "GET /up|X-A: 1", "GET /up2"),
    ),
    "variables": Site(
        "tcp-request connection set-var(sess.c) src\ntcp-request session set-var(sess.s) int(5)\n"
        "http-request set-var(txn.a) req.hdr(x-a),lower\nhttp-request set-var-fmt(req.b) %[path]-%[var(txn.a)]\n"
        "http-request set-var(sess.n) var(sess.n),add(1)\nhttp-request unset-var(txn.a) if { path /un }\n"
        "http-request set-header X-V %[var(txn.a)]/%[var(req.b)]/%[var(sess.n)]/%[var(sess.c)]/%[http_first_req]\n"
        "http-response set-header X-V %[var(txn.a)]/%[var(req.b)]/%[var(sess.n)]\nhttp-response set-var(res.z) status",
        "",
        ("GET /|X-A: UP", ["GET /|X-A: b", "GET /2", "GET /un|X-A: q", "GET /4|Connection: close"], "GET /5"),
    ),
    "headers": Site(
        "http-request add-header X-A two\nhttp-request replace-header X-A (.)(.*) \\2\\1\nhttp-request replace-value X-B a z\n"
        "http-request del-header X-C\nhttp-request del-header ^x-d -m reg\nhttp-request set-header Host b.test\n"
        "http-response replace-header X-R (.*) <\\1>\nhttp-response add-header X-S %[srv_name]\nhttp-after-response del-header X-S",
        "http-request set-header X-Be %[be_name]",
        ("GET /|X-A: one|X-B: a,b,a|X-C: 1|X-D1: 1", "GET /|X-B: q"),
    ),
    "the request line": Site(
        "http-request normalize-uri path-merge-slashes\nhttp-request normalize-uri path-strip-dotdot full\n"
        "http-request normalize-uri percent-to-uppercase\nhttp-request normalize-uri query-sort-by-name\n"
        "http-request set-path /n%[path] if { path_beg /s }\nhttp-request replace-path ^/o/(.*) /new/\\1\n"
        "http-request set-query %[query]&z=1 if { query -m found }\nhttp-request set-method PUT if METH_POST\n"
        "http-request replace-pathq ^/pq(.*) /qp\\1",
        "",
        (
            "GET //a//b/../c?z=1&a=2",
            "GET /s/%2fx",
            "GET /o/1",
            "POST /x|+b",
            "GET /pq?1",
            "GET http://a.test/abs?x=1",
            "OPTIONS *",
        ),
    ),
    "content rules": Site(
        "tcp-request inspect-delay 1s\ntcp-request content reject if { path /no }\ntcp-request content capture path len 8\n"
        "tcp-request content set-var(txn.a) path if { path_beg /v }\ntcp-request content accept if { path /ok }\n"
        "tcp-request content silent-drop if { path /gone }\nhttp-request set-header X-A %[var(txn.a)]",
        "tcp-request content reject if { path /back }\ntcp-response content reject if { status 404 }\n"
        "tcp-response content close if { status 500 }",
        ("GET /no", "GET /v1", "GET /ok", "GET /gone", "GET /back", "GET /x|reply:404", "GET /x|reply:500"),
    ),
    "captures": Site(
        "capture request header X-A len 5\ncapture response header X-R len 9\ncapture cookie W len 6\n"
        "declare capture request len 4\nhttp-request capture path id 1\nhttp-request deny if { path /no }\n"
        "http-request return status 200 if { path /ret }",
        "",
        ("GET /abcdef|X-A: longer|Cookie: W=12345", "GET /|reply:cookies", "GET /no|Cookie: W=1", "GET /ret|Cookie: W=1"),
    ),
    "bodies": Site(
        "option http-buffer-request\nhttp-request set-header X-Body %[req.body]/%[req.body_len]/%[req.body_param(a)]\n"
        "http-request deny if { req.body -m sub evil }\nhttp-response wait-for-body time 1s\nhttp-response set-header X-L %[res.body_len]",
        "",
        (
            "POST /|Content-Type: application/x-www-form-urlencoded|+a=1&b=2",
            "POST /|+evil",
            "GET /|reply:chunked",
            "POST /|Transfer-Encoding: chunked|+3\r\nabc\r\n0\r\n\r\n",
            "POST /|Transfer-Encoding: chunked|+zz\r\n",
        ),
    ),
    "response rules": Site(
        "http-response set-header X-F f\nhttp-response deny if { status 500 }\nhttp-response return status 418 if { status 304 }",
        "http-response set-header X-F b\nhttp-response redirect location /x if { status 404 }\nhttp-response set-status 203 if { res.hdr_cnt(x-r) ge 3 }",
        ("GET /", "GET /|reply:404", "GET /|reply:500", "GET /|reply:304"),
    ),
    "after a response": Site(
        "http-after-response set-header X-A %[status]\nhttp-after-response del-header X-R if { status 200 }\n"
        "http-after-response allow if { status 404 }\nhttp-after-response set-header X-B 1\nhttp-request deny if { path /no }",
        "http-after-response set-status 299 if { res.hdr(x-r) -m found }",
        ("GET /", "GET /no", "GET /|reply:404", "GET /|reply:garbage"),
    ),
    "counters": Site(
        "stick-table type string len 9 size 99 expire 1h store http_req_cnt,http_err_cnt,gpc0,conn_cur,conn_cnt,bytes_in_cnt,bytes_out_cnt,http_fail_cnt\n"
        "tcp-request connection track-sc1 str(all)\nhttp-request track-sc0 hdr(x-key)\nhttp-request sc-inc-gpc0(0) if { path /inc }\n"
        "http-request set-header X-N %[sc0_http_req_cnt]/%[sc0_http_err_cnt]/%[sc0_get_gpc0]/%[sc1_http_req_cnt]/%[sc1_conn_cur]/%[sc1_conn_cnt]/%[sc0_http_fail_cnt]\n"
        "http-request set-header X-Bytes %[sc0_kbytes_in]\nhttp-request deny deny_status 429 if { sc0_http_req_cnt gt 3 }",
        "",
        (
            *(f"GET /inc|X-Key: {key}" for key in "aabaaab"),
            ["GET /|X-Key: c", "GET /|X-Key: c", "GET /|X-Key: c|reply:404", "GET /|X-Key: c|Connection: close"],
            "GET /|X-Key: c|reply:garbage",
            "GET /|X-Key: c",
            "BAD REQUEST",
            "GET /|X-Key: d",
        ),
    ),
    "tables": Site(
        "",
        "stick-table type string len 20 size 100\nstick on hdr(x-key)\nstick store-response res.cook(S)\nstick match req.cook(S)",
        (*(f"GET /|X-Key: {key}" for key in "abacab"), "GET /|X-Key: z|reply:cookies", "GET /|Cookie: S=b7", "GET /"),
    ),
    "cookies inserted": Site(
        "",
        "cookie W insert indirect nocache httponly",
        (
            "GET /",
            "GET /|Cookie: W=a",
            "GET /|Cookie: W=b; x=1",
            "GET /|Cookie: W=c",
            "GET /|Cookie: W=no",
            "POST /|Cookie: W=a|+b",
        ),
        ("cookie a", "cookie b disabled", "cookie c backup"),
    ),
    "cookies with limits": Site(
        "",
        "cookie W insert maxidle 30m maxlife 1h postonly",
        ("GET /", "GET /|Cookie: W=a", "POST /|+x"),
        ("cookie a", "cookie b", "cookie c"),
    ),
    "cookies with a prefix": Site(
        "",
        "cookie S prefix",
        ("GET /|reply:cookies", "GET /|Cookie: S=b~x", "GET /|Cookie: S=q"),
        ("cookie a", "cookie b", "cookie c"),
    ),
    "cookies rewritten": Site(
        "",
        "cookie W rewrite\noption persist\nforce-persist if { path /f }\nignore-persist if { path /i }",
        ("GET /|reply:cookies", "GET /f|Cookie: W=a", "GET /i|Cookie: W=b"),
        ("cookie a", "cookie b", "cookie c"),
    ),
    "servers by rule": Site(
        "",
        "use-server s2 if { path_beg /two }\nuse-server s3 unless { path_beg /any }\nuse-server %[hdr(x-s)] if TRUE",
        ("GET /two", "GET /x", "GET /any", "GET /any|X-S: s1", "GET /any|X-S: no"),
    ),
    "backends by rule": Site(
        "use_backend %[req.hdr(x-be)] if { hdr(x-be) -m found }\nuse_backend other@ if { path_beg /o }\nuse_backend %[hdr(host),lower,map(<dir>/hosts.map,be@)]",
        "",
        ("GET /|X-Be: other@", "GET /o", "GET /|Host: B.test", "GET /|Host: a.test", "GET /|X-Be: nowhere"),
    ),
    "maps": Site(
        "http-request set-header X-M %[path,map_beg(<dir>/prefix.map,none)]/%[src,map_ip(<dir>/net.map,out)]\n"
        "http-request set-map(<dir>/prefix.map) %[path] here if { path /api/set }\n"
        "http-request deny if { hdr(x-a) -f <dir>/bad.lst }",
        "",
        ("GET /api/x", "GET /api/deep/x", "GET /no", "GET /api/set", "GET /api/set/y", "GET /|X-A: evil"),
    ),
    "by uri": Site("", "balance uri depth 2", KEYS),
    "by header": Site("", "balance hdr(x-key)\nhash-type consistent sdbm avalanche", (*KEYS, "GET /")),
    "by parameter": Site("", "balance url_param id", (*KEYS, "GET /")),
    "by source": Site("", "balance source", KEYS),
    "by an expression": Site("", "balance hash path,lower", KEYS),
    "in turn with weights": Site("", "balance roundrobin", ("GET /",) * 9, ("weight 3", "weight 1", "weight 2")),
    "static": Site("", "balance static-rr", ("GET /",) * 5),
    "first": Site("", "balance first", ("GET /",) * 3, ("disabled", "", "")),
    "nobody is there": Site("http-after-response set-header X-A 1", "", ("GET /",), ("disabled", "weight 0", "disabled")),
    "no server": Site("use_backend empty@", "", ("GET /",)),
    "redirected to the server": Site(
        "", "", ("GET /x?y", "POST /|+a"), ("redir http://b.test", "redir http://b.test", "redir http://b.test")
    ),
    "names of servers": Site(
        "unique-id-format x%[path]y\nunique-id-header X-Id", "http-send-name-header X-Srv", ("GET /", "GET /|X-Srv: mine")
    ),
    "addresses": Site(
        "option forwardfor except 10.0.0.0/8\nhttp-request set-src hdr_ip(x-a) if { hdr(x-a) -m found }",
        "option originalto",
        ("GET /", "GET /|X-A: 10.1.2.3", "GET /|X-A: 192.0.2.9", "GET /|X-Forwarded-For: 1.2.3.4"),
    ),
    "inherited rules": Site("http-request set-header X-Own 1", "", ("GET /a",), defaults="inherited"),
    "quiet logs": Site(
        "option dontlog-normal\noption log-separate-errors\nhttp-request deny if { path /no }",
        "",
        ("GET /", "GET /no", "GET /|reply:500"),
    ),
    "levels of logs": Site(
        "http-request set-log-level silent if { path /s }\nhttp-request set-log-level err if { path /e }",
        "",
        ("GET /s", "GET /e", "GET /"),
    ),
    "profiles of logs": Site(
        "no log\nlog <sink> format raw profile short local0\nhttp-request deny if { path /no }", "", ("GET /", "GET /no")
    ),
    "moments of logs": Site("log-steps request,close\noption logasap", "", ("GET /",)),
    "long values": Site(
        "http-request set-header X-Long %[hdr(x-a)]\nhttp-request set-var(txn.l) hdr(x-a)",
        "",
        (f"GET /{'p' * 700}|X-A: {'v' * 900}", "GET /|reply:long"),
    ),
    "no requests": Site(
        "",
        "",
        (
            "GET /#x",
            "GET",
            "GET / HTTP/3.7",
            "G T /",
            "GET /|Bad Name: x",
            "GET /|Content-Length: x",
            "GET /|Host: a|Host: b",
            "PRI * HTTP/2.0",
        ),
    ),
    "strict changes": Site(
        "http-request strict-mode on\nhttp-request set-header X-A "
        + "x" * 20
        + "\nhttp-request set-uri %[hdr(x-u)] if { hdr(x-u) -m found }",
        "",
        ("GET /", "GET /|X-U: /n", "GET /|X-U: ", "GET /|X-U: no-slash"),
    ),
}
