"""SY06 the plan, SY09 the engine: most of what these say is said earlier, by another code that knows the place."""

from __future__ import annotations

TEXT = r"""
=== SY0601 compile
backend app
  server one nowhere.invalid:8080
--- right
backend app
  server one localhost:8080
=== SY0602 earlier SY0704
frontend web
  bind :80
  default_backend app
--- right
frontend web
  bind :80
  default_backend app
backend app
=== SY0603 earlier SY0708
frontend web
  bind :80
  acl up srv_is_up(app/one)
backend app
--- right
frontend web
  bind :80
  acl up srv_is_up(app/one)
backend app
  server one 127.0.0.1:8080
=== SY0604 earlier SY0713
frontend web
  mode http
  bind :80
  http-request auth unless { http_auth(people) }
--- right
userlist people
  user ann insecure-password secret
frontend web
  mode http
  bind :80
  http-request auth unless { http_auth(people) }
=== SY0605 earlier SY0440
frontend web
  bind :80
  acl inside src -f /nowhere/networks
--- right
frontend web
  bind :80
  acl inside src 10.0.0.0/8
=== SY0606 earlier SY0701
frontend web
  bind :80
  tcp-request connection reject if outside
--- right
frontend web
  bind :80
  acl outside src 192.0.2.0/24
  tcp-request connection reject if outside
=== SY0607 earlier SY0760
frontend web
  bind :80
  http-request track-sc0 src
--- right
frontend web
  bind :80
  stick-table type ip size 100k expire 10m
  http-request track-sc0 src
=== SY0901 start
backend app
  option httpchk
  http-check expect rstring '\p{Lu}P'
  server one 127.0.0.1:8080 check
--- right
backend app
  option httpchk
  http-check expect rstring '[A-Z]P'
  server one 127.0.0.1:8080 check
=== SY0902 start
frontend web
  mode http
  bind :80
  acl long path_reg (a{1000}){1000}
--- right
frontend web
  mode http
  bind :80
  acl long path_len gt 1000
"""
