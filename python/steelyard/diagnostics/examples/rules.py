"""SY05: rules."""

from __future__ import annotations

TEXT = r"""
=== SY0501
frontend web
  mode http
  bind :80
  http-request deny when TRUE
--- right
frontend web
  mode http
  bind :80
  http-request deny if TRUE
=== SY0502
frontend web
  mode http
  bind :80
  http-request denny
--- right
frontend web
  mode http
  bind :80
  http-request deny
=== SY0503
frontend web
  mode http
  bind :80
  http-request set-header X-Name
--- right
frontend web
  mode http
  bind :80
  http-request set-header X-Name value
=== SY0504
frontend web
  mode http
  bind :80
  http-request redirect location / code 200
--- right
frontend web
  mode http
  bind :80
  http-request redirect location / code 301
=== SY0505
frontend web
  mode http
  bind :80
  http-request return content-type text/html file /nowhere/page.html
--- right
frontend web
  mode http
  bind :80
  http-request return content-type text/html string "<p>hello"
=== SY0506
frontend web
  mode http
  bind :80
  http-request return string hello
--- right
frontend web
  mode http
  bind :80
  http-request return content-type text/plain string hello
=== SY0507
frontend web
  mode http
  bind :80
  http-request return status 204 content-type text/plain
--- right
frontend web
  mode http
  bind :80
  http-request return status 204
=== SY0508
frontend web
  mode http
  bind :80
  http-request set-header X-Forwarded-Proto: https
--- right
frontend web
  mode http
  bind :80
  http-request set-header X-Forwarded-Proto https
"""
