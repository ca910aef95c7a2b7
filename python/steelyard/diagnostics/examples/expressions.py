"""SY04: expressions, ACLs, conditions, log formats."""

from __future__ import annotations

TEXT = r"""
=== SY0401
frontend web
  mode http
  bind :80
  acl static pth /static
--- right
frontend web
  mode http
  bind :80
  acl static path /static
=== SY0402
frontend web
  mode http
  bind :80
  http-response set-header X-Squeezed %[res.comp_algo]
--- right
frontend web
  mode http
  bind :80
  http-request set-header X-Size %[req.body_size]
=== SY0403
frontend web
  mode http
  bind :80
  http-request set-header X-Host %[req.hdr(host]
--- right
frontend web
  mode http
  bind :80
  http-request set-header X-Host %[req.hdr(host)]
=== SY0404
frontend web
  mode http
  bind :80
  http-request set-header X-Path %[path(2)]
--- right
frontend web
  mode http
  bind :80
  http-request set-header X-Path %[path]
=== SY0405
frontend web
  mode http
  bind :80
  http-request set-header X-Path %[always_true,ipmask(24)]
--- right
frontend web
  mode http
  bind :80
  http-request set-header X-Path %[src,ipmask(24)]
=== SY0406
frontend web
  mode http
  bind :80
  http-request deny if { res.hdr(server) nginx }
--- right
frontend web
  mode http
  bind :80
  http-response deny if { res.hdr(server) nginx }
=== SY0407
frontend web
  mode http
  bind :80
  acl busy nbsrv lt 1
--- right
frontend web
  mode http
  bind :80
  acl busy nbsrv(app) lt 1
backend app
=== SY0408
frontend web
  mode http
  bind :80
  http-request deny if { req.len gt 4096 }
--- right
frontend web
  mode http
  bind :80
  http-request deny if { req.body_size gt 4096 }
=== SY0410
frontend web
  bind :80
  acl or src 10.0.0.0/8
--- right
frontend web
  bind :80
  acl inside src 10.0.0.0/8
=== SY0411
frontend web
  mode http
  bind :80
  acl static path -x /static
--- right
frontend web
  mode http
  bind :80
  acl static path -i /static
=== SY0412
frontend web
  bind :80
  acl inside src 10.0.0.0/80
--- right
frontend web
  bind :80
  acl inside src 10.0.0.0/8
=== SY0413
frontend web
  mode http
  bind :80
  acl named path
--- right
frontend web
  mode http
  bind :80
  acl named path -m found
=== SY0420
frontend web
  bind :80
  monitor fail when TRUE
--- right
frontend web
  bind :80
  monitor fail if TRUE
=== SY0421
frontend web
  bind :80
  tcp-request connection reject if { src 10.0.0.0/8
--- right
frontend web
  bind :80
  tcp-request connection reject if { src 10.0.0.0/8 }
=== SY0422
frontend web
  bind :80
  tcp-request connection reject if
--- right
frontend web
  bind :80
  tcp-request connection reject if FALSE
=== SY0430
frontend web
  bind :80
  log 127.0.0.1 local0
  log-format "%nope"
--- right
frontend web
  bind :80
  log 127.0.0.1 local0
  log-format "%ci %b"
=== SY0431
frontend web
  bind :80
  log 127.0.0.1 local0
  log-format "%ci -%> %b"
--- right
frontend web
  bind :80
  log 127.0.0.1 local0
  log-format "%ci -%%> %b"
=== SY0432
frontend web
  bind :80
  log 127.0.0.1 local0
  log-format "%{+Z}b"
--- right
frontend web
  bind :80
  log 127.0.0.1 local0
  log-format "%{+Q}b"
=== SY0433
frontend web
  mode tcp
  bind :80
  log 127.0.0.1 local0
  log-format "%HM"
--- right
frontend web
  mode http
  bind :80
  log 127.0.0.1 local0
  log-format "%HM"
=== SY0440
frontend web
  bind :80
  acl inside src -f /nowhere/networks
--- right
frontend web
  bind :80
  acl inside src 10.0.0.0/8 192.168.0.0/16
=== SY0441
frontend web
  bind :80
  acl inside src -f /etc/passwd
--- right
frontend web
  bind :80
  acl inside src 10.0.0.0/8
=== SY0442
frontend web
  bind :80
  mode http
  acl blocked src -f virt@blocked
  use_backend %[src,map_ip(virt@blocked)]
--- right
frontend web
  bind :80
  mode http
  acl blocked src -f virt@blocked
  use_backend %[src,map_ip(virt@backends)]
=== SY0443
frontend web
  bind :80
  mode http
  http-request add-acl(virt@blocked) %[src] if { path /block-me }
--- right
frontend web
  bind :80
  mode http
  http-request deny if { src -f virt@blocked }
  http-request add-acl(virt@blocked) %[src] if { path /block-me }
"""
