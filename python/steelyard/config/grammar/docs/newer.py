"""Words that came to HAProxy after 2.6, by kind; from its own lists of keywords and both manuals."""

from __future__ import annotations

from functools import cache

# Commas between names, since some have blanks.
_TABLES = {
    "keyword": """
account-key, acme-vars, acme.scheduler, anonkey, be-unpublished, challenge-ready, cpu-affinity, cpu-policy,
debug.counters, dns-accept-family, dns-delay, dns-timeout, eab-key-id, eab-mac-alg, eab-mac-key,
expose-deprecated-directives, filter-sequence, force-be-switch, force-cfg-parser-pause, guid,
h1-do-not-close-on-insecure-transfer-encoding, harden.reject-privileged-ports.tcp, hash-preserve-affinity,
http-err-codes, http-fail-codes, httpclient.resolvers.disabled, httpclient.retries, httpclient.timeout.connect,
jwt.decrypt_alg_list, jwt.decrypt_enc_list, key-base, keytype, log-steps, max-threads-per-group, noktls, nosepoll,
ocsp-update.disable, ocsp-update.httpproxy, ocsp-update.maxdelay, ocsp-update.mindelay, ocsp-update.mode, prealloc-fd,
provider-name, reuse-key, setcap, shm-stats-file, shm-stats-file-max-objects, ssl-default-bind-client-sigalgs,
ssl-default-bind-sigalgs, ssl-default-server-client-sigalgs, ssl-default-server-curves, ssl-default-server-sigalgs,
ssl-f-use, ssl-passphrase-cmd, ssl-security-level, stats calculate-max-counters, stats show-version, stats-file,
stress-level, thread-hard-limit, timeout client-hs, tune.applet.zero-copy-forwarding, tune.bufsize.large,
tune.bufsize.small, tune.chksize, tune.cli.max-payload-size, tune.defaults.purge, tune.disable-fast-forward,
tune.disable-zero-copy-forwarding, tune.epoll.mask-events, tune.events.max-events-at-once, tune.fd.tables,
tune.glitches.kill.cpu-usage, tune.h1.be.glitches-threshold, tune.h1.fe.glitches-threshold,
tune.h1.zero-copy-fwd-recv, tune.h1.zero-copy-fwd-send, tune.h2.be.glitches-threshold, tune.h2.be.initial-window-size,
tune.h2.be.max-concurrent-streams, tune.h2.be.max-frames-at-once, tune.h2.be.rxbuf, tune.h2.fe.glitches-threshold,
tune.h2.fe.initial-window-size, tune.h2.fe.max-concurrent-streams, tune.h2.fe.max-frames-at-once,
tune.h2.fe.max-rst-at-once, tune.h2.fe.max-total-streams, tune.h2.fe.rxbuf, tune.h2.log-errors,
tune.h2.zero-copy-fwd-send, tune.listener.default-shards, tune.lua.bool-sample-conversion, tune.lua.burst-timeout,
tune.lua.log.loggers, tune.lua.log.stderr, tune.lua.openlibs, tune.max-checks-per-thread, tune.max-rules-at-once,
tune.memory.hot-size, tune.notsent-lowat.client, tune.notsent-lowat.server, tune.pt.zero-copy-forwarding,
tune.rcvbuf.backend, tune.rcvbuf.frontend, tune.renice.runtime, tune.renice.startup, tune.ring.queues,
tune.sndbuf.backend, tune.sndbuf.frontend, tune.ssl.certificate-compression, tune.ssl.keyupdate-rate-limit,
tune.ssl.ocsp-update.maxdelay, tune.ssl.ocsp-update.mindelay, tune.stick-counters, tune.streams-elasticity,
tune.takeover-other-tg-connections, warn-blocked-traffic-after
""",
    "option": """
option accept-unsafe-violations-in-http-request, option accept-unsafe-violations-in-http-response, option forwarded,
option http-drop-request-trailers, option http-drop-response-trailers, option use-small-buffers
""",
    "bind option": """
cc, client-sigalgs, default-crt, ech, guid-prefix, idle-ping, ktls, nbconn, no-alpn, no-strict-sni, sigalgs,
tcp-md5sig, tcp-ss
""",
    "server option": """
cc, check-pool-conn-name, check-reuse-pool, check-sni-auto, client-sigalgs, guid, hash-key, healthcheck, idle-ping,
init-state, ktls, log-bufsize, no-check-reuse-pool, no-check-sni-auto, no-renegotiate, no-sni-auto, pool-conn-name,
renegotiate, set-proxy-v2-tlv-fmt, sigalgs, sni-auto, strict-maxconn, tcp-md5sig
""",
    "action": """
add-headers-bin, attach-srv, del-headers-bin, dgram-drop, do-log, sc-add-gpc, send-retry, set-bandwidth-limit,
set-bc-mark, set-bc-tos, set-fc-mark, set-fc-tos, set-headers-bin, set-retries
""",
    "fetch": """
act_conn, bc.timer.connect, bc_be_queue, bc_err_name, bc_glitches, bc_nb_streams, bc_reused, bc_rtt, bc_rttvar,
bc_settings_streams_limit, bc_srv_queue, be_connect_timeout, be_max_retries, be_queue_timeout, be_tarpit_timeout,
bs.aborted, bs.debug_str, bs.id, bs.rst_code, bytes_in, bytes_out, cpu_usage_grp, cpu_usage_proc, cpu_usage_thr,
cur_client_timeout, cur_connect_timeout, cur_max_retries, cur_queue_timeout, cur_tarpit_timeout, dump_all_vars,
fc.timer.handshake, fc.timer.total, fc_err_name, fc_glitches, fc_nb_streams, fc_pp_tlv, fc_saved_syn,
fc_settings_streams_limit, fe_tarpit_timeout, fs.aborted, fs.debug_str, fs.id, fs.rst_code, last_entity, req.bytes_in,
req.bytes_out, req.cook_names, req.ssl_cipherlist, req.ssl_keyshare_groups, req.ssl_sigalgs, req.ssl_supported_groups,
req.timer.hdr, req.timer.idle, req.timer.queue, req.timer.tq, res.bytes_in, res.bytes_out, res.cook_names,
res.timer.data, res.timer.hdr, sc0_glitch_cnt, sc0_glitch_rate, sc0_key, sc1_glitch_cnt, sc1_glitch_rate, sc1_key,
sc2_glitch_cnt, sc2_glitch_rate, sc2_key, sc_glitch_cnt, sc_glitch_rate, sc_key, server_status, spoe.engine-id,
src_glitch_cnt, src_glitch_rate, ssl_bc_client_early_traffic_secret, ssl_bc_client_handshake_traffic_secret,
ssl_bc_client_traffic_secret_0, ssl_bc_curve, ssl_bc_early_exporter_secret, ssl_bc_exporter_secret,
ssl_bc_server_handshake_traffic_secret, ssl_bc_server_traffic_secret_0, ssl_bc_sni, ssl_c_policies, ssl_c_r_dn,
ssl_c_san, ssl_fc_crtname, ssl_fc_curve, ssl_fc_early_rcvd, ssl_fc_sigalgs_bin, ssl_fc_supported_versions_bin,
term_events, tgroup, txn.conn_retries, txn.id32, txn.redispatched, txn.sess_term_state, txn.status, txn.timer.total,
txn.timer.user, uptime, waiting_entity
""",
    "converter": """
aes_cbc_dec, aes_cbc_enc, aes_gcm_enc, base2, eth.data, eth.dst, eth.hdr, eth.proto, eth.src, eth.vlan, fe_exists,
has_ctl, ip.data, ip.df, ip.dst, ip.fp, ip.hdr, ip.proto, ip.src, ip.tos, ip.ttl, ip.ver, jwt_decrypt_cert,
jwt_decrypt_jwk, jwt_decrypt_secret, jwt_verify_cert, le2dec, map_beg_key, map_dir_key, map_dom_key, map_end_key,
map_int_key, map_ip_key, map_reg_key, map_str_key, map_sub_key, ms_ltime, ms_utime, reverse_dom, rfc7239_field,
rfc7239_is_valid, rfc7239_n2nn, rfc7239_n2np, rfc7239_nn, rfc7239_np, table_clr_gpc, table_clr_gpc0, table_clr_gpc1,
table_glitch_cnt, table_glitch_rate, table_inc_gpc, table_inc_gpc0, table_inc_gpc1, tcp.dst, tcp.flags,
tcp.options.mss, tcp.options.sack, tcp.options.tsopt, tcp.options.tsval, tcp.options.wscale, tcp.options.wsopt,
tcp.options_list, tcp.seq, tcp.src, tcp.win, us_ltime, us_utime, x509_v_err_str
""",
}


@cache
def newer(kind: str) -> frozenset[str]:
    """Names of a kind of `reference.KINDS` that 2.6 does not know."""
    return frozenset(name.strip() for name in _TABLES.get(kind, "").split(",") if name.strip())
