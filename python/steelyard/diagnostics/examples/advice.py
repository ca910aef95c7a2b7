"""SY08: advice of `steelyard lint`."""

from __future__ import annotations

TEXT = r"""
=== SY0801 lint
frontend web
  bind :80
  acl inside src 10.0.0.0/8
--- right
frontend web
  bind :80
  acl inside src 10.0.0.0/8
  tcp-request connection reject unless inside
=== SY0802 lint
frontend web
  bind :80
  default_backend app
backend app
backend old
--- right
frontend web
  bind :80
  default_backend app
backend app
=== SY0803 lint
userlist people
  user ann password $5$saltsalt$1PrdTVgBRs2eTwQZ0TaL2qZdMZ6dIFUgSFQOlGlwLsA
--- right
userlist people
  user ann password $5$saltsalt$1PrdTVgBRs2eTwQZ0TaL2qZdMZ6dIFUgSFQOlGlwLsA
frontend web
  mode http
  bind :80
  http-request auth unless { http_auth(people) }
=== SY0804 lint
frontend web
  mode http
  bind :80
  use_backend app
  use_backend static if { path_beg /static }
backend app
  mode http
backend static
  mode http
--- right
frontend web
  mode http
  bind :80
  use_backend static if { path_beg /static }
  use_backend app
backend app
  mode http
backend static
  mode http
=== SY0805 lint
frontend web
  mode http
  bind :80
  use_backend app if { path_beg /app }
  default_backend app
backend app
  mode http
--- right
frontend web
  mode http
  bind :80
  default_backend app
backend app
  mode http
=== SY0806 lint
backend app
  mode http
  server one 127.0.0.1:8080 cookie one
--- right
backend app
  mode http
  cookie SERVER insert indirect nocache
  server one 127.0.0.1:8080 cookie one
=== SY0807 lint
backend app
  mode http
  cookie SERVER insert indirect nocache
  server one 127.0.0.1:8080 cookie one
  server two 127.0.0.1:8081 cookie one
--- right
backend app
  mode http
  cookie SERVER insert indirect nocache
  server one 127.0.0.1:8080 cookie one
  server two 127.0.0.1:8081 cookie two
=== SY0808 lint
backend app
  option httpchk GET /health
  server one 127.0.0.1:8080
--- right
backend app
  option httpchk GET /health
  server one 127.0.0.1:8080 check
=== SY0809 lint
backend app
  server one 127.0.0.1:8080
  server two 127.0.0.1:8081
--- right
backend app
  server one 127.0.0.1:8080 check
  server two 127.0.0.1:8081 check
=== SY0810 lint
backend app
  option redispatch
  retries 0
  server one 127.0.0.1:8080
--- right
backend app
  option redispatch
  retries 3
  server one 127.0.0.1:8080
=== SY0811 lint
listen stats
  mode http
  bind :8404
  stats uri /
--- right
listen stats
  mode http
  bind :8404
  stats uri /
  stats auth ann:secret
=== SY0812 lint
listen stats
  mode http
  bind :8404
  stats uri /
  stats admin if TRUE
--- right
listen stats
  mode http
  bind :8404
  stats uri /
  stats auth ann:secret
  stats admin if TRUE
=== SY0813 lint
frontend web
  mode http
  bind :80
  timeout client 30s
--- right
frontend web
  mode http
  bind :80
  timeout client 30s
  timeout http-request 10s
=== SY0814 lint
userlist people
  user ann insecure-password secret
--- right
userlist people
  user ann password $5$saltsalt$1PrdTVgBRs2eTwQZ0TaL2qZdMZ6dIFUgSFQOlGlwLsA
=== SY0815 lint
global
  maxconn 1000
frontend web
  bind :80
  maxconn 5000
--- right
global
  maxconn 10000
frontend web
  bind :80
  maxconn 5000
=== SY0816 lint
frontend web
  mode http
  bind :80
  option forwardfor if-none
--- right
frontend web
  mode http
  bind :80
  option forwardfor
=== SY0817 lint
backend app
  server one 127.0.0.1:8080
  server two 127.0.0.1:8080
--- right
backend app
  server one 127.0.0.1:8080 weight 20
  server two 127.0.0.1:8081 weight 10
=== SY0818 lint
.include timeouts-*.cfg
--- right
defaults
  timeout client 30s
=== SY0819 lint
frontend web
  mode http
  bind :80
  http-request deny if { path_beg static }
--- right
frontend web
  mode http
  bind :80
  http-request deny if { path_beg /static }
=== SY0820 lint
frontend web
  bind :80
  tcp-request connection reject if { src 10.0.0.0/8 10.1.0.0/16 }
--- right
frontend web
  bind :80
  tcp-request connection reject if { src 10.0.0.0/8 }
=== SY0821 lint
frontend web
  mode http
  bind :80
  http-request deny if { path_reg ^/static/ }
--- right
frontend web
  mode http
  bind :80
  http-request deny if { path_beg /static/ }
=== SY0841 lint
defaults
  timeout client 30
--- right
defaults
  timeout client 30s
=== SY0842 lint
global
  nbproc 2
--- right
global
  nbthread 2
=== SY0843 lint
backend app
  server one 127.0.0.1:8443 ssl verify none
--- right
backend app
  server one 127.0.0.1:8443 ssl verify required ca-file @system-ca
=== SY0844 lint
global
  ssl-default-bind-options ssl-min-ver TLSv1.0
--- right
global
  ssl-default-bind-options ssl-min-ver TLSv1.2
=== SY0845 lint
defaults
  mode http
  option httpclose
--- right
defaults
  mode http
  option http-server-close
=== SY0846 lint
backend app
  server one 127.0.0.1:8080 maxconn 0
--- right
backend app
  server one 127.0.0.1:8080 maxconn 200
=== SY0847 lint
frontend web
  mode http
  bind :80
  option accept-unsafe-violations-in-http-request
--- right
frontend web
  mode http
  bind :80
=== SY0848 lint
global
  stats socket ipv4@:9999 level admin
--- right
global
  stats socket /run/steelyard.sock mode 660 level admin
=== SY0849 lint
frontend web
  mode http
  bind :80
  http-request deny if { path_beg /private }
  http-request redirect location /login if { path_beg /private }
--- right
frontend web
  mode http
  bind :80
  http-request redirect location /login if { path_beg /private }
=== SY0850 lint
frontend web
  mode http
  bind :80
  http-request del-header ^X-Internal- -m reg
--- right
frontend web
  mode http
  bind :80
  http-request del-header ^x-internal- -m reg
"""
