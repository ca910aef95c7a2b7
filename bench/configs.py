"""What each scenario runs: one configuration for HAProxy and Steelyard, word for word the same, and nginx's nearest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    haproxy: str  # the lines of the frontend and what else differs; see `haproxy_config`
    nginx: str | None  # lines of the location; None: nginx is not asked
    clients: int = 64
    path: str = "/"
    close: bool = False
    mode: str = "http"
    more: str = ""  # further sections of HAProxy and Steelyard
    script: str = ""  # what wrk runs, in Lua, instead of asking for `path` alone
    goal: float | None = None  # the most CPU per request that Steelyard may use, as a share of HAProxy's


RULES = """\
    acl is_static path_beg /static /images /css
    acl is_api path_beg /api/
    acl bad_agent req.hdr(user-agent) -m sub -i sqlmap nikto nmap
    acl internal src 10.0.0.0/8 192.168.0.0/16 127.0.0.0/8
    http-request deny if bad_agent
    http-request deny if { path_end .php .asp .exe }
    http-request deny if is_api !internal
    http-request set-header X-Forwarded-Proto http
    http-request set-header X-Real-IP %[src]
    http-request del-header Proxy
    http-request set-var(txn.host) req.hdr(host),lower
    http-request set-header X-Host %[var(txn.host)]
    http-request redirect location /new%[path] if { path_beg /old }
    http-response set-header X-Served-By bench
    http-response del-header Server
    use_backend be if is_static
"""

NGINX_RULES = """\
        if ($http_user_agent ~* "sqlmap|nikto|nmap") { return 403; }
        if ($uri ~ "\\.(php|asp|exe)$") { return 403; }
        if ($uri ~ "^/old") { return 302 /new$uri; }
        proxy_set_header X-Forwarded-Proto http;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header Proxy "";
        proxy_set_header X-Host $host;
        proxy_hide_header Server;
        add_header X-Served-By bench;
"""

# The client's path and host are in none of these: every rule is asked, or looked up, in vain.
HUNDRED_RULES = "".join(
    f"    http-request deny if {{ path_beg /no/{n} }}\n    http-request set-header x-{n} y if {{ req.hdr(x-{n}) -m found }}\n"
    for n in range(50)
)
HOST_RULES = "".join(f"    use_backend be if {{ hdr(host) -i h{n}.example }}\n" for n in range(1_000))
# `{map}` stands for a file of a million lines, see `million`; each request asks for another of them.
MAP_RULES = "    http-request set-header x-name %[path,map({map},none)]\n"
MAP_PATHS = """\
request = function()
    return wrk.format("GET", "/shop/" .. (math.random(0, 999999) * 7919 % 1000003) .. "/item")
end
"""
TRACKING = """\
    http-request track-sc0 src table clients
    http-request deny deny_status 429 if { sc_http_req_rate(0) gt 1000000000 }
"""
CLIENTS = (
    "backend clients\n    stick-table type ip size 1m expire 10m store http_req_rate(10s),http_req_cnt,conn_cur,bytes_out_cnt\n"
)


def million(path: Path) -> None:
    """Writes the map of a million names."""
    with path.open("w") as file:
        file.writelines(f"/shop/{n * 7919 % 1_000_003}/item name-{n}\n" for n in range(1_000_000))


LOG = "    log 127.0.0.1:{log} local0\n    option httplog\n"
NGINX_LOG = "        access_log syslog:server=127.0.0.1:{log};\n"

SCENARIOS = [
    Scenario("http, 64 clients", "", "", 64, goal=0.85),
    Scenario("http, 512 clients", "", "", 512, goal=0.85),
    Scenario("http, ten rules", RULES, NGINX_RULES, 64, goal=0.8),
    Scenario("http, 100 rules", HUNDRED_RULES, None, 64, goal=0.8),
    Scenario("http, 1,000 host rules", HOST_RULES, None, 64, goal=0.8),
    Scenario("http, map of 1M entries", MAP_RULES, None, 64, script=MAP_PATHS, goal=0.8),
    Scenario("http, a stick table", TRACKING, None, 64, more=CLIENTS, goal=0.8),
    Scenario("http, httplog to UDP", LOG, NGINX_LOG, 64, goal=0.85),
    Scenario("tcp", "", None, 64, mode="tcp", goal=1.0),
    Scenario("http, a connection per request", "", "", 64, close=True, goal=1.0),
    Scenario("http, 1 MiB bodies", "", "", 16, path="/1m", goal=1.0),
]  # fmt: skip


def haproxy_config(scenario: Scenario, port: int, origins: list[int], log: int) -> str:
    servers = "".join(f"    server s{n} 127.0.0.1:{origin}\n" for n, origin in enumerate(origins, 1))
    http = "    http-reuse always\n" if scenario.mode == "http" else ""
    return f"""\
global
    maxconn 9500
    nbthread 1
defaults
    mode {scenario.mode}
    timeout client 60s
    timeout server 60s
    timeout connect 5s
frontend fe
    bind 127.0.0.1:{port}
{scenario.haproxy.replace("{log}", str(log))}    default_backend be
backend be
{http}{servers}{scenario.more}"""


def nginx_config(scenario: Scenario, port: int, origins: list[int], log: int, directory: str) -> str:
    servers = "".join(f"        server 127.0.0.1:{origin};\n" for origin in origins)
    log_line = "" if "access_log" in (scenario.nginx or "") else "    access_log off;\n"
    return f"""\
daemon off;
worker_processes 1;
pid {directory}/nginx-{port}.pid;
error_log {directory}/nginx.err crit;
events {{ worker_connections 9500; }}
http {{
{log_line}    keepalive_requests 1000000000;
    keepalive_timeout 60s;
    client_body_temp_path {directory}; proxy_temp_path {directory}; fastcgi_temp_path {directory};
    uwsgi_temp_path {directory}; scgi_temp_path {directory};
    upstream be {{
{servers}        keepalive 600;
        keepalive_requests 1000000000;
    }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{
{(scenario.nginx or "").replace("{log}", str(log))}        proxy_pass http://be;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        }}
    }}
}}
"""


def origin_config(ports: list[int], directory: str) -> str:
    """The servers behind the proxies: nginx, an empty 200 for each path but /1m."""
    listens = "".join(f"        listen 127.0.0.1:{port} backlog=4096;\n" for port in ports)
    return f"""\
daemon off;
worker_processes 1;
pid {directory}/origin.pid;
error_log {directory}/origin.err crit;
events {{ worker_connections 9500; }}
http {{
    access_log off;
    sendfile on;
    keepalive_requests 1000000000;
    keepalive_timeout 600s;
    client_body_temp_path {directory}; proxy_temp_path {directory}; fastcgi_temp_path {directory};
    uwsgi_temp_path {directory}; scgi_temp_path {directory};
    server {{
{listens}        root {directory}/www;
        location / {{ return 200; }}
        location = /1m {{ }}
    }}
}}
"""
