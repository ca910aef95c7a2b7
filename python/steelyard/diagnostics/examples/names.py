"""SY02 names and sections, SY03 addresses and files."""

from __future__ import annotations

TEXT = r"""
=== SY0201
frontend front/door
  bind :80
--- right
frontend front-door
  bind :80
=== SY0202
backend app
backend app
--- right
backend app
backend app-two
=== SY0203
frontend web from common
  bind :80
--- right
defaults common
  timeout client 30s
frontend web from common
  bind :80
=== SY0204
defaults common
defaults common
frontend web from common
  bind :80
--- right
defaults common
defaults more
frontend web from common
  bind :80
=== SY0205
userlist people
  user ann insecure-password secret groups staff
--- right
userlist people
  group staff
  user ann insecure-password secret groups staff
=== SY0206
userlist people
  user ann insecure-password secret
userlist people
  user bob insecure-password secret
--- right
userlist people
  user ann insecure-password secret
  user bob insecure-password secret
=== SY0207
defaults common
  timeout client 30s
frontend one from common
  bind :80
frontend two
  bind :81
--- right
defaults common
  timeout client 30s
frontend one from common
  bind :80
frontend two from common
  bind :81
=== SY0208
userlist people
  user ann password $1$salt$qJH7.N4xYta3aEG/dfqo/0
--- right
userlist people
  user ann password $5$saltsalt$1PrdTVgBRs2eTwQZ0TaL2qZdMZ6dIFUgSFQOlGlwLsA
=== SY0301
frontend web
  bind 300.0.0.1:80
--- right
frontend web
  bind 127.0.0.1:80
=== SY0302
frontend web
  bind :80,:81 id 5
--- right
frontend web
  bind :80 id 5
  bind :81 id 6
=== SY0303
backend app
  server one 127.0.0.1:8080 minconn 50 maxconn 10
--- right
backend app
  server one 127.0.0.1:8080 minconn 10 maxconn 50
=== SY0304
backend app
  errorfile 503 /nowhere/503.http
--- right
backend app
  errorloc 503 /sorry
=== SY0305
backend app
  errorfile 503 /etc/passwd
--- right
backend app
  errorloc 503 /sorry
=== SY0306
global
  h1-case-adjust-file /nowhere/names
--- right
global
  h1-case-adjust content-length Content-Length
=== SY0307
global
  h1-case-adjust-file /etc/passwd
--- right
global
  h1-case-adjust content-length Content-Length
=== SY0209
defaults guarded
  http-request deny if { src 192.0.2.0/24 }
listen web from guarded
  bind :80
--- right
defaults guarded
  http-request deny if { src 192.0.2.0/24 }
frontend web from guarded
  bind :80
"""
