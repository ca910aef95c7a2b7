"""SY01: words and their places."""

from __future__ import annotations

TEXT = r"""
=== SY0101
maxconn 100
--- right
global
  maxconn 100
=== SY0102
frontend web
  bnd :80
--- right
frontend web
  bind :80
=== SY0103
frontend web
  bind :80
  server one 127.0.0.1:8080
--- right
frontend web
  bind :80
  default_backend app
backend app
  server one 127.0.0.1:8080
=== SY0104
frontend web
  bind :80
  quic-initial reject
--- right
frontend web
  bind :80
  tcp-request connection reject if FALSE
=== SY0105
backend app
  hash-type avalanche
  server one 127.0.0.1:8080
--- right
backend app
  hash-type map-based sdbm avalanche
  server one 127.0.0.1:8080
=== SY0106
global
  wurfl-data-file /usr/share/wurfl.zip
--- right
global
  maxconn 100
=== SY0107
frontend web
  bind :80
  timeout client
--- right
frontend web
  bind :80
  timeout client 30s
=== SY0108
global
  maxconn 100 200
--- right
global
  maxconn 200
=== SY0109
global
  maxconn many
--- right
global
  maxconn 1000
=== SY0110
global
  no maxconn 100
--- right
global
  maxconn 100
=== SY0111
frontend web
  bind :80
  balance roundrobin
--- right
frontend web
  bind :80
  default_backend app
backend app
  balance roundrobin
=== SY0112
backend app
  option forceclose
--- right
backend app
  option httpclose
=== SY0113
global
  user root
  user root
--- right
global
  user root
=== SY0114
frontend web
  mode http
  bind :80
  stats realm Front Door
--- right
frontend web
  mode http
  bind :80
  stats realm "Front Door"
=== SY0115
global
  tune.http.maxhdr 101x
--- right
global
  tune.http.maxhdr 101
=== SY0116
global
  tune.disable-fast-forward
--- right
global
  expose-experimental-directives
  tune.disable-fast-forward
=== SY0117
global
  ca-base /etc/ssl
  ca-base /etc/ssl/certs
--- right
global
  ca-base /etc/ssl/certs
=== SY0118
peers mine
  bind 127.0.0.1:1024
  peer other 192.0.2.2:1024
--- right
peers mine
  bind 127.0.0.1:1024
  server other 192.0.2.2:1024
=== SY0119
cache small
  max-age 60
--- right
cache small
  total-max-size 4
  max-age 60
"""
