"""SY07: checks across the file."""

from __future__ import annotations

TEXT = r"""
=== SY0701
frontend web
  bind :80
  tcp-request connection reject if outside
--- right
frontend web
  bind :80
  acl outside src 192.0.2.0/24
  tcp-request connection reject if outside
=== SY0702
backend app
  mode http
  cookie SERVER prefix maxidle 30m
--- right
backend app
  mode http
  cookie SERVER insert maxidle 30m
=== SY0703
backend app
  errorfiles pages
--- right
http-errors pages
backend app
  errorfiles pages
=== SY0704
frontend web
  bind :80
  default_backend app
--- right
frontend web
  bind :80
  default_backend app
backend app
=== SY0705
frontend web
  mode http
  bind :80
  default_backend app
backend app
  mode tcp
--- right
frontend web
  mode http
  bind :80
  default_backend app
backend app
  mode http
=== SY0706
backend app
  server one 127.0.0.1:8080
  server one 127.0.0.1:8081
--- right
backend app
  server one 127.0.0.1:8080
  server two 127.0.0.1:8081
=== SY0707
backend app
  server one 127.0.0.1:8080 id 5
  server two 127.0.0.1:8081 id 5
--- right
backend app
  server one 127.0.0.1:8080 id 5
  server two 127.0.0.1:8081 id 6
=== SY0708
backend app
  use-server too if TRUE
  server two 127.0.0.1:8081
--- right
backend app
  use-server two if TRUE
  server two 127.0.0.1:8081
=== SY0709
frontend web
  mode tcp
  bind :80
  http-request deny
--- right
frontend web
  mode http
  bind :80
  http-request deny
=== SY0710
frontend web
  default_backend app
backend app
--- right
frontend web
  bind :80
  default_backend app
backend app
=== SY0711
frontend web
  bind :80
frontend other
  bind :80
--- right
frontend web
  bind :80
frontend other
  bind :81
=== SY0712
frontend web
  bind :80
--- right
frontend web
  bind :80
  timeout client 30s
=== SY0713
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
=== SY0714
frontend web
  bind :80
  option tcplog
--- right
frontend web
  bind :80
  log 127.0.0.1 local0
  option tcplog
=== SY0715
backend app
  server one 127.0.0.1 check
--- right
backend app
  server one 127.0.0.1:8080 check
=== SY0716
frontend web
  mode http
  bind :80
  http-request deny
  http-request set-header X-Seen yes
--- right
frontend web
  mode http
  bind :80
  http-request deny if { path /private }
  http-request set-header X-Seen yes
=== SY0717
frontend web
  mode http
  bind :80
  capture cookie SESSION len 100
--- right
global
  tune.http.cookielen 101
frontend web
  mode http
  bind :80
  capture cookie SESSION len 100
=== SY0718
frontend web
  mode http
  bind :80
  use_backend app if { path_beg /app }
  http-request deny if { path_beg /app/private }
backend app
  mode http
--- right
frontend web
  mode http
  bind :80
  http-request deny if { path_beg /app/private }
  use_backend app if { path_beg /app }
backend app
  mode http
=== SY0719
listen web
  bind :80
  default_backend web
  server one 127.0.0.1:8080
--- right
listen web
  bind :80
  server one 127.0.0.1:8080
=== SY0720
listen web
  bind :80
  server one 127.0.0.1:8080
  default_backend app
backend app
--- right
listen web
  bind :80
  server one 127.0.0.1:8080
=== SY0721
listen web
  bind :80
  balance roundrobin
  dispatch 127.0.0.1:8080
--- right
listen web
  bind :80
  balance roundrobin
  server one 127.0.0.1:8080
=== SY0722
backend app
  http-check expect status 200
  server one 127.0.0.1:8080 check
--- right
backend app
  option httpchk
  http-check expect status 200
  server one 127.0.0.1:8080 check
=== SY0723
backend app
  option external-check
  server one 127.0.0.1:8080 check
--- right
global
  external-check
  insecure-fork-wanted
backend app
  option external-check
  external-check command /usr/local/bin/check-app
  server one 127.0.0.1:8080 check
=== SY0724
listen web
  mode http
  bind :80
  stats auth ann:secret
  stats http-request allow if { src 10.0.0.0/8 }
--- right
listen web
  mode http
  bind :80
  stats uri /stats
  stats http-request allow if { src 10.0.0.0/8 }
=== SY0725
backend app
  email-alert to admin@example.com
  server one 127.0.0.1:8080 check
--- right
backend app
  server one 127.0.0.1:8080 check
=== SY0726
defaults
  option tcplog
  option httplog
--- right
defaults
  option httplog
=== SY0727
frontend tls
  bind :443
  tcp-request content capture req.ssl_sni len 50
--- right
frontend tls
  bind :443
  tcp-request inspect-delay 5s
  tcp-request content capture req.ssl_sni len 50
=== SY0740
backend app
  option httpchk
  http-check send meth GET uri /
  http-check connect
  server one 127.0.0.1:8080 check
--- right
backend app
  option httpchk
  http-check connect
  http-check send meth GET uri /
  server one 127.0.0.1:8080 check
=== SY0741
backend app
  email-alert mailers mta
  email-alert from lb@example.com
  email-alert to admin@example.com
--- right
mailers mta
  mailer one 127.0.0.1:25
backend app
  email-alert mailers mta
  email-alert from lb@example.com
  email-alert to admin@example.com
=== SY0742
frontend web
  mode http
  bind :80
  http-response set-bandwidth-limit slow
--- right
frontend web
  mode http
  bind :80
  filter bwlim-out slow default-limit 100k default-period 1s
  http-response set-bandwidth-limit slow
=== SY0743
frontend web
  mode http
  bind :80
  http-request capture req.hdr(Host) id 0
--- right
frontend web
  mode http
  bind :80
  declare capture request len 32
  http-request capture req.hdr(Host) id 0
=== SY0744
backend app
  server one 127.0.0.1:8080
  server two 127.0.0.1:8081 track one
--- right
backend app
  server one 127.0.0.1:8080 check
  server two 127.0.0.1:8081 track one
=== SY0745
backend app
  server one 127.0.0.1:8443 ssl
--- right
backend app
  server one 127.0.0.1:8443 ssl ca-file @system-ca
=== SY0746
frontend web
  bind :443 ssl crt /etc/passwd
--- right
frontend web
  bind :80
=== SY0751
global
  ocsp-update.mindelay 600
  ocsp-update.maxdelay 300
--- right
global
  ocsp-update.mindelay 300
  ocsp-update.maxdelay 600
=== SY0760
frontend web
  bind :80
  http-request track-sc0 src table abuse
--- right
frontend web
  bind :80
  http-request track-sc0 src table abuse
backend abuse
  stick-table type ip size 100k expire 10m store http_req_rate(10s)
=== SY0761
backend app
  stick-table type ip size 100k
  stick-table type ipv6 size 100k
--- right
backend app
  stick-table type ipv6 size 100k
=== SY0762
backend app
  stick-table type ip size 100k expire 30m
  stick on method
--- right
backend app
  stick-table type ip size 100k expire 30m
  stick on src
=== SY0763
frontend web
  mode http
  bind :80
  stick-table type ip size 100k store conn_cnt
  filter bwlim-out slow limit 1m key src
--- right
frontend web
  mode http
  bind :80
  stick-table type ip size 100k store bytes_out_rate(1s)
  filter bwlim-out slow limit 1m key src
=== SY0752
global
  nbthread 2
frontend web
  bind :80 thread 3
--- right
global
  nbthread 2
frontend web
  bind :80 thread 1-2
=== SY0753
frontend web
  mode http
  http-request wait-for-body time 1s use-large-buffer
--- right
global
  tune.bufsize.large 64k
frontend web
  mode http
  http-request wait-for-body time 1s use-large-buffer
=== SY0747
program agent
  command /usr/local/bin/agent
--- right
global
  master-worker
program agent
  command /usr/local/bin/agent
=== SY0748
backend app
  mode http
  server a 192.0.2.1:8080 agent-check
--- right
backend app
  mode http
  server a 192.0.2.1:8080 agent-check agent-port 9000
"""
