"""What fetches about TLS give, one sentence each."""

from __future__ import annotations

FETCHES = """
ssl_bc: Whether the connection to the server is over TLS.
ssl_bc_alg_keysize: Bits of the symmetric key towards the server.
ssl_bc_alpn: Protocol agreed with the server by ALPN.
ssl_bc_cipher: Cipher towards the server.
ssl_bc_client_early_traffic_secret: Secret of early data towards the server, for key logs; needs `tune.ssl.keylog`.
ssl_bc_client_handshake_traffic_secret: Client's handshake secret towards the server, for key logs; needs `tune.ssl.keylog`.
ssl_bc_client_random: Random number of the client's hello towards the server.
ssl_bc_client_traffic_secret_0: Client's first traffic secret towards the server, for key logs; needs `tune.ssl.keylog`.
ssl_bc_curve: Curve of the key exchange with the server.
ssl_bc_early_exporter_secret: Early exporter secret towards the server, for key logs; needs `tune.ssl.keylog`.
ssl_bc_err: Number of the last TLS error towards the server.
ssl_bc_err_str: The last TLS error towards the server, in words.
ssl_bc_exporter_secret: Exporter secret towards the server, for key logs; needs `tune.ssl.keylog`.
ssl_bc_is_resumed: Whether the TLS session with the server was resumed.
ssl_bc_npn: Protocol agreed with the server by NPN, the forerunner of ALPN.
ssl_bc_protocol: Version of TLS towards the server, as `TLSv1.3`.
ssl_bc_server_handshake_traffic_secret: Server's handshake secret, for key logs; needs `tune.ssl.keylog`.
ssl_bc_server_random: Random number of the server's hello.
ssl_bc_server_traffic_secret_0: Server's first traffic secret, for key logs; needs `tune.ssl.keylog`.
ssl_bc_session_id: Identity of the TLS session with the server.
ssl_bc_session_key: Master key of the TLS session with the server.
ssl_bc_sni: Host name that was sent to the server in the TLS hello.
ssl_bc_unique_id: Value that binds other proofs to the TLS connection to the server (RFC 5929).
ssl_bc_use_keysize: Bits of the symmetric key towards the server that are in use.
ssl_c_ca_err: Number of the first error met while checking the issuers of the client's certificate.
ssl_c_ca_err_depth: How far up the chain the first error of an issuer of the client's certificate was met.
ssl_c_chain_der: The client's certificate and its chain, in DER.
ssl_c_der: The client's certificate, in DER.
ssl_c_err: Number of the first error met while checking the client's certificate itself.
ssl_c_i_dn: Issuer of the client's certificate: the whole name, or one part of it such as `CN`.
ssl_c_key_alg: Kind of key in the client's certificate.
ssl_c_notafter: End of the time for which the client's certificate holds, as YYMMDDhhmmss.
ssl_c_notbefore: Start of the time for which the client's certificate holds, as YYMMDDhhmmss.
ssl_c_policies: Policies of the client's certificate, as object identifiers with commas.
ssl_c_r_dn: Root that the client's certificate leads to: the whole name, or one part of it.
ssl_c_s_dn: Subject of the client's certificate: the whole name, or one part of it such as `CN`.
ssl_c_san: Alternative names of the client's certificate, with commas.
ssl_c_serial: Serial number of the client's certificate, as bytes.
ssl_c_sha1: SHA-1 of the client's certificate, as bytes.
ssl_c_sig_alg: Kind of signature on the client's certificate.
ssl_c_used: Whether this connection has a client's certificate, also one of a resumed session.
ssl_c_verify: Number of the error met while checking the client's certificate; 0 where it is good.
ssl_c_version: Version of the client's certificate.
ssl_f_der: Own certificate shown to the client, in DER.
ssl_f_i_dn: Issuer of the own certificate: the whole name, or one part of it.
ssl_f_key_alg: Kind of key in the own certificate.
ssl_f_notafter: End of the time for which the own certificate holds, as YYMMDDhhmmss.
ssl_f_notbefore: Start of the time for which the own certificate holds, as YYMMDDhhmmss.
ssl_f_s_dn: Subject of the own certificate: the whole name, or one part of it.
ssl_f_serial: Serial number of the own certificate, as bytes.
ssl_f_sha1: SHA-1 of the own certificate, as bytes.
ssl_f_sig_alg: Kind of signature on the own certificate.
ssl_f_version: Version of the own certificate.
ssl_fc: Whether the client's connection is over TLS.
ssl_fc_alg_keysize: Bits of the symmetric key towards the client.
ssl_fc_alpn: Protocol agreed with the client by ALPN.
ssl_fc_cipher: Cipher towards the client.
ssl_fc_cipherlist_bin: Ciphers that the client offered, as bytes; needs `tune.ssl.capture-buffer-size`.
ssl_fc_cipherlist_hex: Ciphers that the client offered, in hexadecimal; needs `tune.ssl.capture-buffer-size`.
ssl_fc_cipherlist_str: Ciphers that the client offered, by name; needs `tune.ssl.capture-buffer-size`.
ssl_fc_cipherlist_xxh: Hash of the ciphers that the client offered; needs `tune.ssl.capture-buffer-size`.
ssl_fc_client_early_traffic_secret: Client's secret of early data, for key logs; needs `tune.ssl.keylog`.
ssl_fc_client_handshake_traffic_secret: Client's handshake secret, for key logs; needs `tune.ssl.keylog`.
ssl_fc_client_random: Random number of the client's hello.
ssl_fc_client_traffic_secret_0: Client's first traffic secret, for key logs; needs `tune.ssl.keylog`.
ssl_fc_crtname: Name of the certificate that was chosen, as the runtime API shows it.
ssl_fc_curve: Curve of the key exchange with the client.
ssl_fc_early_exporter_secret: Early exporter secret towards the client, for key logs; needs `tune.ssl.keylog`.
ssl_fc_early_rcvd: Whether early data came with the handshake, also after the handshake is done.
ssl_fc_ecformats_bin: Point formats that the client offered, as bytes; needs `tune.ssl.capture-buffer-size`.
ssl_fc_eclist_bin: Curves that the client offered, as bytes; needs `tune.ssl.capture-buffer-size`.
ssl_fc_err: Number of the last TLS error towards the client.
ssl_fc_err_str: The last TLS error towards the client, in words.
ssl_fc_exporter_secret: Exporter secret towards the client, for key logs; needs `tune.ssl.keylog`.
ssl_fc_extlist_bin: Extensions of the client's hello, as bytes; needs `tune.ssl.capture-buffer-size`.
ssl_fc_has_crt: Whether this very connection brought a client's certificate; not so for resumed sessions.
ssl_fc_has_early: Whether early data came and the handshake is not done: it could be a replay.
ssl_fc_has_sni: Whether the client asked for a host name in the TLS hello.
ssl_fc_is_resumed: Whether the TLS session with the client was resumed.
ssl_fc_npn: Protocol agreed with the client by NPN, the forerunner of ALPN.
ssl_fc_protocol: Version of TLS towards the client, as `TLSv1.3`.
ssl_fc_protocol_hello_id: Version of TLS that the client's hello asked for; needs `tune.ssl.capture-buffer-size`.
ssl_fc_server_handshake_traffic_secret: Own handshake secret towards the client, for key logs; needs `tune.ssl.keylog`.
ssl_fc_server_random: Random number of the own hello towards the client.
ssl_fc_server_traffic_secret_0: Own first traffic secret towards the client, for key logs; needs `tune.ssl.keylog`.
ssl_fc_session_id: Identity of the TLS session with the client.
ssl_fc_session_key: Master key of the TLS session with the client.
ssl_fc_sigalgs_bin: Signatures that the client offered, as bytes; needs `tune.ssl.capture-buffer-size`.
ssl_fc_sni: Host name that the client asked for in the TLS hello.
ssl_fc_supported_versions_bin: Versions of TLS that the client offered, as bytes; needs `tune.ssl.capture-buffer-size`.
ssl_fc_unique_id: Value that binds other proofs to the client's TLS connection (RFC 5929).
ssl_fc_use_keysize: Bits of the symmetric key towards the client that are in use.
ssl_s_chain_der: The server's certificate and its chain, in DER.
ssl_s_der: The server's certificate, in DER.
ssl_s_i_dn: Issuer of the server's certificate: the whole name, or one part of it.
ssl_s_key_alg: Kind of key in the server's certificate.
ssl_s_notafter: End of the time for which the server's certificate holds, as YYMMDDhhmmss.
ssl_s_notbefore: Start of the time for which the server's certificate holds, as YYMMDDhhmmss.
ssl_s_s_dn: Subject of the server's certificate: the whole name, or one part of it.
ssl_s_serial: Serial number of the server's certificate, as bytes.
ssl_s_sha1: SHA-1 of the server's certificate, as bytes.
ssl_s_sig_alg: Kind of signature on the server's certificate.
ssl_s_version: Version of the server's certificate.
"""
