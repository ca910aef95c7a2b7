"""What fetches about HTTP messages give, one sentence each."""

from __future__ import annotations

FETCHES = """
base: First `Host` and path, without the query, joined; good for tables of pages.
base32: 32-bit hash of `base`.
base32+src: `base32` followed by the client's address, as bytes.
baseq: First `Host`, path and query, joined.
capture.req.hdr: A captured header of the request, by its place among the captures from 0.
capture.req.method: The method, also in responses and logs.
capture.req.uri: The URI, also in responses and logs.
capture.req.ver: The version of the request, also in responses and logs.
capture.res.hdr: A captured header of the response, by its place among the captures from 0.
capture.res.ver: The version of the response, also in logs.
cook: Another name of `req.cook`.
cook_cnt: Another name of `req.cook_cnt`.
cook_val: Another name of `req.cook_val`.
cookie: A cookie of the request, or in response rules of the response; say `req.cook` or `res.cook`.
fcgi.docroot: Root of documents that the FastCGI application was set up with.
fcgi.index: File name that the FastCGI application takes for a directory.
hdr: A header of the request, or in response rules of the response; say `req.hdr` or `res.hdr`.
hdr_cnt: Another name of `req.hdr_cnt`.
hdr_ip: Another name of `req.hdr_ip`.
hdr_val: Another name of `req.hdr_val`.
http_auth: Whether the request names a user of the userlist with the right password.
http_auth_bearer: Token behind `Bearer` in `Authorization` or a header of your choice.
http_auth_group: The user that the request names, with its groups of the userlist for patterns to look for.
http_auth_pass: Password of the `Authorization` header.
http_auth_type: Scheme of the `Authorization` header, as `Basic`.
http_auth_user: User of the `Authorization` header.
http_first_req: Whether this is the first request of its connection.
method: Method of the request.
path: Path of the request, from the first slash to the query.
pathq: Path of the request with its query.
query: Query of the request, what follows the question mark.
req.body: The part of the body that is there; `option http-buffer-request` waits for it.
req.body_len: Bytes of the body that are there.
req.body_param: A parameter of a form in the body.
req.body_size: Length that the request says its body has, or what is there so far.
req.bytes_in: Bytes that came from the client.
req.bytes_out: Bytes that went to the server.
req.cook: A cookie of the request: the last value of a name, or every cookie in turn.
req.cook_cnt: How many cookies of a name the request has.
req.cook_names: Names of the cookies of the request, with a delimiter of your choice.
req.cook_val: A cookie of the request as a number.
req.fhdr: A whole header line of the request, commas left alone, by its name and place.
req.fhdr_cnt: How many header lines of a name the request has.
req.hdr: A value of a header of the request, split at commas, by its name and place.
req.hdr_cnt: How many values of a header the request has, split at commas.
req.hdr_ip: A value of a header of the request as an address.
req.hdr_names: Names of the headers of the request, with a delimiter of your choice.
req.hdr_val: A value of a header of the request as a number.
req.hdrs: All header lines of the request, with the empty line behind them.
req.hdrs_bin: All headers of the request in a compact binary form.
req.timer.hdr: Milliseconds from the first byte of the request to the end of its headers; the log's `%TR`.
req.timer.idle: Milliseconds before the first byte of the request; the log's `%Ti`.
req.timer.queue: Milliseconds in queues; the log's `%Tw`.
req.timer.tq: Milliseconds from the connection, or the last response, to the end of the request; the log's `%Tq`.
req.ver: Version of the request, as `1.1`.
req_ver: Another name of `req.ver`.
request_date: When the first byte of the request came, as seconds since 1970, or in `ms` or `us` where that is asked for.
res.body: The part of the response's body that is there.
res.body_len: Bytes of the response's body that are there.
res.body_size: Length that the response says its body has, or what is there so far.
res.bytes_in: Bytes that came from the server.
res.bytes_out: Bytes that went to the client.
res.cache_hit: Whether the response came from the cache.
res.cache_name: Name of the cache that the response came from.
res.comp: Whether the response was compressed here.
res.comp_algo: How the response was compressed here.
res.cook: A cookie that the response sets.
res.cook_cnt: How many cookies of a name the response sets.
res.cook_names: Names of the cookies that the response sets, with a delimiter of your choice.
res.cook_val: A cookie that the response sets, as a number.
res.fhdr: A whole header line of the response, commas left alone, by its name and place.
res.fhdr_cnt: How many header lines of a name the response has.
res.hdr: A value of a header of the response, split at commas, by its name and place.
res.hdr_cnt: How many values of a header the response has, split at commas.
res.hdr_ip: A value of a header of the response as an address.
res.hdr_names: Names of the headers of the response, with a delimiter of your choice.
res.hdr_val: A value of a header of the response as a number.
res.hdrs: All header lines of the response, with the empty line behind them.
res.hdrs_bin: All headers of the response in a compact binary form.
res.timer.data: Milliseconds from the response's headers to its last byte; the log's `%Td`.
res.timer.hdr: Milliseconds from the connection to the end of the response's headers; the log's `%Tr`.
res.ver: Version of the response, as `1.1`.
resp_ver: Another name of `res.ver`.
scook: Another name of `res.cook`.
scook_cnt: Another name of `res.cook_cnt`.
scook_val: Another name of `res.cook_val`.
server_status: Status that the server answered with, whatever the client is told.
shdr: Another name of `res.hdr`.
shdr_cnt: Another name of `res.hdr_cnt`.
shdr_ip: Another name of `res.hdr_ip`.
shdr_val: Another name of `res.hdr_val`.
status: Status of the response.
txn.conn_retries: How often a connection to a server was tried again.
txn.redispatched: Whether a retry went to another server.
txn.status: Status that the log tells.
txn.timer.total: Milliseconds from the first byte of the request to the last of the response; the log's `%Ta`.
txn.timer.user: Milliseconds as the user felt them, without idle time; the log's `%Tu`.
url: The URL as the request writes it.
url32: 32-bit hash of the first `Host` and the whole URL.
url32+src: `url32` followed by the client's address, as bytes.
url_ip: Address in a URL that names its host by one.
url_param: A parameter of the query, or of the path behind a delimiter of your choice.
url_port: Port in a URL that names one.
urlp: Another name of `url_param`.
urlp_val: A parameter of the query as a number.
"""
