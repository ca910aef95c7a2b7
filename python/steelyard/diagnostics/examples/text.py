"""SY00: text of files."""

from __future__ import annotations

TEXT = r"""
=== SY0001 command
steelyard check nowhere.cfg
--- right
steelyard check /etc/haproxy/haproxy.cfg
=== SY0002
global
  description caf<byte E9>
--- right
global
  description café
=== SY0003
global
  description a<NUL>b
--- right
global
  description ab
=== SY0004
global
  description <1 MiB of x>
--- right
global
  description short
=== SY0005
frontend web
  bind :80
  acl static path <65 words>
--- right
frontend web
  bind :80
  acl static path /a /b /c
  acl static path /d /e /f
=== SY0006
global
  description "front door
--- right
global
  description "front door"
=== SY0007
global
  description a\xZZ
--- right
global
  description a\x21
=== SY0008
global
  description "${HOME"
--- right
global
  description "${HOME}"
=== SY0009
global
  description "$1"
--- right
global
  description "$HOME"
=== SY0010
global
  setenv LIST "a b"
  description "${LIST[*}"
--- right
global
  setenv LIST "a b"
  description "${LIST[*]}"
=== SY0011
frontend web
  bind :80
  maxconn "$NO_SUCH_VARIABLE" 100
--- right
frontend web
  bind :80
  maxconn "${NO_SUCH_VARIABLE-100}"
=== SY0012
global
  maxconn 100<no line feed>
--- right
global
  maxconn 100
=== SY0020
.ifdef HOME
global
--- right
.if defined(HOME)
global
.endif
=== SY0021
.if defined(HOME)
global
--- right
.if defined(HOME)
global
.endif
=== SY0022
.if defined(HOME
global
.endif
--- right
.if defined(HOME)
global
.endif
=== SY0023
.warning "the old file, use new.cfg"
--- right
# the old file
=== SY0024
.include example.cfg # which is this file
--- right
.include timeouts-*.cfg
=== SY0025
.include nowhere.cfg
--- right
.include timeouts-*.cfg
=== SY0026
.include nowhere-*.cfg
--- right
global
  maxconn 100
"""
