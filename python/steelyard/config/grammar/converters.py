"""Every converter of HAProxy 3.5: its arguments, the type it takes and the type it gives (manual section 7.3.1).

A row is `name(arguments):input>output`, as in `fetches.py`; `same` gives the type that came in.
"""

from __future__ import annotations

TABLE = """
add(number):sint>sint add_item(string,varname,string?):str>str aes_cbc_dec(int,secret,secret,aad?):bin>bin
aes_cbc_enc(int,secret,secret,aad?):bin>bin aes_gcm_dec(int,secret,secret,secret,secret?):bin>bin
aes_gcm_enc(int,secret,secret,var,secret?):bin>bin and(number):sint>sint b64dec:str>bin base2:bin>str base64:bin>str
be2dec(string,positive?,bit?):bin>str be2hex(string,positive?,bit?):bin>str bool:sint>bool bytes(number,number?):bin>bin
capture-req(int):str>str capture-res(int):str>str concat(string,var?,string?):str>str cpl:sint>sint crc32(int?):bin>sint
crc32c(int?):bin>sint cut_crlf:str>str date:str>sint debug(string?,string?):any>same digest(digest):bin>bin
div(number):sint>sint djb2(int?):bin>sint eth.data:bin>bin eth.dst:bin>bin eth.hdr:bin>bin eth.proto:bin>sint eth.src:bin>bin
eth.vlan:bin>sint even:sint>bool fe_exists:str>bool field(index,text,pieces?):str>str fix_is_valid:bin>bool
fix_tag_value(fix_tag):bin>bin has_ctl(control_mask?):bin>bool hex2i:str>sint hex:bin>str hmac(digest,secret):bin>bin
host_only:str>str htonl:sint>bin http_date(int?,word?):sint>str iif(string,string):bool>str in_table(table):any>bool
ip.data:bin>bin ip.df:bin>sint ip.dst:bin>addr ip.fp(fingerprint?):bin>bin ip.hdr:bin>bin ip.proto:bin>sint ip.src:bin>addr
ip.tos:bin>sint ip.ttl:bin>sint ip.ver:bin>sint ipmask(mask4,mask6?):addr>addr json(string):str>str
json_query(string,string?):str>any jwt_decrypt_cert(stored_cert):bin>bin jwt_decrypt_jwk(jwk):bin>bin
jwt_decrypt_secret(secret):bin>bin jwt_header_query(string?,string?):bin>any jwt_payload_query(string?,string?):bin>any
jwt_verify(jwt_algorithm,jwt_key):bin>sint jwt_verify_cert(jwt_algorithm,jwt_cert):bin>sint language(string,string?):str>str
le2dec(string,positive?,bit?):bin>str length:str>sint lower:str>str ltime(string,int?):sint>str ltrim(string):str>str
map(map,string?):str>str map_beg(map,string?):str>str map_beg_int(map,int?):str>sint map_beg_ip(map,ip?):str>addr
map_beg_key(map):str>str map_dir(map,string?):str>str map_dir_int(map,int?):str>sint map_dir_ip(map,ip?):str>addr
map_dir_key(map):str>str map_dom(map,string?):str>str map_dom_int(map,int?):str>sint map_dom_ip(map,ip?):str>addr
map_dom_key(map):str>str map_end(map,string?):str>str map_end_int(map,int?):str>sint map_end_ip(map,ip?):str>addr
map_end_key(map):str>str map_int(map,string?):sint>str map_int_int(map,int?):sint>sint map_int_ip(map,ip?):sint>addr
map_int_key(map):sint>str map_ip(map,string?):addr>str map_ip_int(map,int?):addr>sint map_ip_ip(map,ip?):addr>addr
map_ip_key(map):addr>str map_reg(map,string?):str>str map_reg_int(map,int?):str>sint map_reg_ip(map,ip?):str>addr
map_reg_key(map):str>str map_regm(map,string?):str>str map_str(map,string?):str>str map_str_int(map,int?):str>sint
map_str_ip(map,ip?):str>addr map_str_key(map):str>str map_sub(map,string?):str>str map_sub_int(map,int?):str>sint
map_sub_ip(map,ip?):str>addr map_sub_key(map):str>str mod(number):sint>sint mqtt_field_value(mqtt_packet,string):bin>str
mqtt_is_valid:bin>bool ms_ltime(string,int?):sint>str ms_utime(string,int?):sint>str mul(number):sint>sint nbsrv:str>sint
neg:sint>sint not:sint>bool odd:sint>bool or(number):sint>sint param(string,letter?):str>str port_only:str>sint
protobuf(protobuf,string?):bin>bin regsub(regex,string,regex_flags?):str>str reverse:str>str reverse_dom:str>str
rfc7239_field(forwarded_field):str>str rfc7239_is_valid:str>bool rfc7239_n2nn:str>any rfc7239_n2np:str>any rfc7239_nn:any>str
rfc7239_np:any>str rtrim(string):str>str sdbm(int?):bin>sint secure_memcmp(var):bin>bool
set-var(var,set_if?,set_if?,set_if?,set_if?):any>any sha1:bin>bin sha2(int?):bin>bin srv_is_up:str>bool srv_queue:str>sint
strcmp(var):str>sint sub(number):sint>sint table_bytes_in_rate(table):any>sint table_bytes_out_rate(table):any>sint
table_clr_gpc(int,table):any>sint table_clr_gpc0(table):any>sint table_clr_gpc1(table):any>sint table_conn_cnt(table):any>sint
table_conn_cur(table):any>sint table_conn_rate(table):any>sint table_expire(table,int?):any>sint
table_glitch_cnt(table):any>sint table_glitch_rate(table):any>sint table_gpc(int,table):any>sint table_gpc0(table):any>sint
table_gpc0_rate(table):any>sint table_gpc1(table):any>sint table_gpc1_rate(table):any>sint table_gpc_rate(int,table):any>sint
table_gpt(int,table):any>sint table_gpt0(table):any>sint table_http_err_cnt(table):any>sint table_http_err_rate(table):any>sint
table_http_fail_cnt(table):any>sint table_http_fail_rate(table):any>sint table_http_req_cnt(table):any>sint
table_http_req_rate(table):any>sint table_idle(table,int?):any>sint table_inc_gpc(int,table):any>sint
table_inc_gpc0(table):any>sint table_inc_gpc1(table):any>sint table_kbytes_in(table):any>sint table_kbytes_out(table):any>sint
table_server_id(table):any>sint table_sess_cnt(table):any>sint table_sess_rate(table):any>sint table_trackers(table):any>sint
tcp.dst:bin>sint tcp.flags:bin>sint tcp.options.mss:bin>sint tcp.options.sack:bin>sint tcp.options.tsopt:bin>sint
tcp.options.tsval:bin>sint tcp.options.wscale:bin>sint tcp.options.wsopt:bin>sint tcp.options_list:bin>bin tcp.seq:bin>sint
tcp.src:bin>sint tcp.win:bin>sint ub64dec:str>bin ub64enc:bin>str ungrpc(protobuf,string?):bin>bin unset-var(var):any>any
upper:str>str url_dec(int?):str>str url_enc(string):str>str us_ltime(string,int?):sint>str us_utime(string,int?):sint>str
utime(string,int?):sint>str when(word,when?,string?):any>same word(index,text,pieces?):str>str wt6(int?):bin>sint
x509_v_err_str:sint>str xor(number):sint>sint xxh3(int?):bin>sint xxh32(int?):bin>sint xxh64(int?):bin>sint
"""
