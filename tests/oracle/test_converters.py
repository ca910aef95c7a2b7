"""Converters on values that a client sends: a value in a header (or None: the expression has its own), the
converters, and what HAProxy makes of it."""

from __future__ import annotations

import pytest

from tests.kit import http
from tests.oracle.common import answers, bare, wrong_values

# subject -> [(value, converters, what comes out)]
TABLE: dict[str, list[tuple[str | None, str, str]]] = {
    "json": [
        ('{"a":4}', "json_query('$.a')", "4"),
        ('{"a":4}', "json_query('$.a','int')", "4"),
        ('{"a":4}', "json_query('$.a','int'),add(1)", "5"),
        ('{"a":4}', "json_query('$.a'),add(1)", "5"),
        ('{"a":4.5}', "json_query('$.a')", "4.5"),
        ('{"a":-4.50e3}', "json_query('$.a')", "-4500"),
        ('{"a":4.9}', "json_query('$.a','int')", "4"),
        ('{"a":0.1}', "json_query('$.a')", "0.1"),
        ('{"a":1.10}', "json_query('$.a')", "1.1"),
        ('{"a":1e3}', "json_query('$.a')", "1000"),
        ('{"a":12345678901234567890}', "json_query('$.a')", "1.23457e+19"),
        ('{"a":12345678901234567890}', "json_query('$.a','int')", ""),
        ('{"a":123456789012}', "json_query('$.a')", "1.23457e+11"),
        ('{"a":"12"}', "json_query('$.a','int')", "12"),
        ('{"a":"x"}', "json_query('$.a','int')", "x"),
        ('{"a":false}', "json_query('$.a')", "0"),
        ('{"a":true}', "json_query('$.a')", "1"),
        ('{"a":null}', "json_query('$.a')", ""),
        ('{"a":[1,"b",{"c":2}]}', "json_query('$.a[1]')", "b"),
        ('{"a":[1,"b",{"c":2}]}', "json_query('$.a[2].c')", "2"),
        ('{"a":[[1,2],[3,4]]}', "json_query('$.a[1][0]')", "3"),
        ('{"a":{"b":{"c":"deep"}}}', "json_query('$.a.b.c')", "deep"),
        ('{"a":{"b":{"c":"deep"}}}', "json_query('$.a.b')", ""),
        ('{"a":1}', "json_query('$.b')", ""),
        ('{"a":1}', "json_query('$')", ""),
        ("[1,2]", "json_query('$[1]')", "2"),
        ('"x"', "json_query('$')", "x"),
        ("12", "json_query('$')", "12"),
        ('{"a":1', "json_query('$.a')", "1"),
        ('{"a":"1', "json_query('$.a')", ""),
        ("{a:1}", "json_query('$.a')", ""),
        ('{"a" : [ 1 , 2 ] , "b" : "c"}', "json_query('$.b')", "c"),
        ('{"a":1,"a":2}', "json_query('$.a')", "1"),
        ('{"a":""}', "json_query('$.a')", ""),
        ('{"a":{"b":1},"b":2}', "json_query('$.b')", "2"),
        ('{"ab":1,"a":2}', "json_query('$.a')", "2"),
        ('{"a":true}', "json_query('$.a','int')", "1"),
        ('{"a":1}', "json_query('a')", ""),
        ('{"a":1}', "json_query('$a')", ""),
        ('{"a":1} trailing', "json_query('$.a')", "1"),
        ("", "json_query('$.a')", ""),
        ('{"a":[1,2,3]}', "json_query('$.a[9]')", ""),
        ('{"a":[1,2,3]}', "json_query('$.a[*]')", "1"),
        ('{"A":1}', "json_query('$.a')", ""),
        ('{"my.key":"myvalue"}', "json_query('$.my\\.key')", "myvalue"),
        ('{"a":"x\\ty"}', "json_query('$.a')", "x\ty"),
        ('{"a":"x\\\\y\\"q"}', "json_query('$.a')", 'x\\y"q'),
        ('{"a":"x\\u0041y"}', "json_query('$.a')", "xAy"),
        ('{"a":"x\\qy"}', "json_query('$.a')", ""),
        ('{"a":"Ã©"}', "json_query('$.a'),hex", "C3A9"),
        ('{"a":1.5e10}', "json_query('$.a')", "1.5e+10"),
        ('{"a":0.000001234567}', "json_query('$.a')", "1.23457e-06"),
        ('{"a":100000}', "json_query('$.a')", "100000"),
        ('{"a":999999}', "json_query('$.a')", "999999"),
        ('{"a":1000000}', "json_query('$.a')", "1e+06"),
        ('{"a":9999999}', "json_query('$.a')", "1e+07"),
        ('{"a":1234567}', "json_query('$.a')", "1.23457e+06"),
        ('{"a":1234567}', "json_query('$.a','int')", "1234567"),
        ('{"a":0.00001}', "json_query('$.a')", "1e-05"),
        ('{"a":-0}', "json_query('$.a')", "-0"),
        ('{"a":-0.0}', "json_query('$.a')", "-0"),
        ('{"a":3.14159265}', "json_query('$.a')", "3.14159"),
        ('{"a":2.5e-7}', "json_query('$.a')", "2.5e-07"),
        ('{"a":1e400}', "json_query('$.a')", "inf"),
        ('{"a":.5}', "json_query('$.a')", ""),
        ('{"a":+5}', "json_query('$.a')", ""),
        ('{"a":tru}', "json_query('$.a')", ""),
        ('{"a":{"b":1}}', "json_query('$.a.b','int')", "1"),
        ('{"x":[{"b":1},{"b":2}]}', "json_query('$.x[1].b')", "2"),
        ('[{"b":1},{"b":2}]', "json_query('$[1].b')", "2"),
        ('{"x":{"b":[5,6]}}', "json_query('$.x.b[0]')", "5"),
        ('{"a":{"a":{"a":3}}}', "json_query('$.a.a.a')", "3"),
        ('{"a b":1}', "json_query('$.a b')", "1"),
        ('{"":1}', "json_query('$.')", "1"),
        ('{"a":1.9999999}', "json_query('$.a')", "2"),
        ('{"a":123456.7}', "json_query('$.a')", "123457"),
        ('{"a":1e5}', "json_query('$.a')", "100000"),
        ('{"a":1e-4}', "json_query('$.a')", "0.0001"),
    ],
    "forwarded": [
        ("for=127.0.0.1;proto=http", "rfc7239_is_valid", "1"),
        ("proto=custom", "rfc7239_is_valid", "0"),
        ("for=127.0.0.1; proto=http", "rfc7239_is_valid", "0"),
        ("For=127.0.0.1;Proto=https", "rfc7239_is_valid", "0"),
        ("for=127.0.0.1:80", "rfc7239_is_valid", "0"),
        ('for="127.0.0.1:80"', "rfc7239_is_valid", "1"),
        ('for="[::1]:80"', "rfc7239_is_valid", "1"),
        ("for=[::1]", "rfc7239_is_valid", "0"),
        ('for="[::1]"', "rfc7239_is_valid", "1"),
        ("for=unknown", "rfc7239_is_valid", "1"),
        ('for="unknown:_x"', "rfc7239_is_valid", "1"),
        ("for=_hid", "rfc7239_is_valid", "1"),
        ('for="_hid:_p"', "rfc7239_is_valid", "1"),
        ("for=_", "rfc7239_is_valid", "0"),
        ("for=1.2.3.4,for=5.6.7.8", "rfc7239_is_valid", "0"),
        ("for=1.2.3.4;for=5.6.7.8", "rfc7239_is_valid", "0"),
        ("host=a.b:80", "rfc7239_is_valid", "0"),
        ('host="a.b:80"', "rfc7239_is_valid", "1"),
        ("host=a.b", "rfc7239_is_valid", "1"),
        ("by=1.2.3.4;host=x;for=2.3.4.5;proto=http", "rfc7239_is_valid", "1"),
        ("ext=x", "rfc7239_is_valid", "0"),
        ("for=1.2.3.4;ext=x", "rfc7239_is_valid", "0"),
        ("for=1.2.3.4;", "rfc7239_is_valid", "0"),
        (";for=1.2.3.4", "rfc7239_is_valid", "0"),
        ("for=", "rfc7239_is_valid", "0"),
        ("", "rfc7239_is_valid", "0"),
        ("for = 1.2.3.4", "rfc7239_is_valid", "0"),
        ('for="1.2.3.4', "rfc7239_is_valid", "0"),
        ('for="1.2.3.4:99999"', "rfc7239_is_valid", "0"),
        ('for="1.2.3.4:0"', "rfc7239_is_valid", "0"),
        ('for="1.2.3.4:65535"', "rfc7239_is_valid", "1"),
        ("for=300.2.3.4", "rfc7239_is_valid", "0"),
        ('for="_a b"', "rfc7239_is_valid", "0"),
        ('proto="http"', "rfc7239_is_valid", "0"),
        ("proto=HTTP", "rfc7239_is_valid", "0"),
        ("host=", "rfc7239_is_valid", "0"),
        ('host="a b"', "rfc7239_is_valid", "0"),
        ('host="[::1]:80"', "rfc7239_is_valid", "1"),
        ("host=1.2.3.4", "rfc7239_is_valid", "1"),
        ("host=a_b", "rfc7239_is_valid", "0"),
        ("for=1.2.3.4 ", "rfc7239_is_valid", "1"),
        ("for=1.2.3.4;  proto=http", "rfc7239_is_valid", "0"),
        ("for=1.2.3.4 ;proto=http", "rfc7239_is_valid", "0"),
        ("for=1.2.3.4;proto=http, for=2.3.4.5", "rfc7239_is_valid", "0"),
        ('for="\\_x"', "rfc7239_is_valid", "0"),
        ('proto=https;host="haproxy.org:80"', "rfc7239_field(host)", "haproxy.org:80"),
        ('proto=https;host="haproxy.org:80";for="127.0.0.1:9999"', "rfc7239_field(for)", "127.0.0.1:9999"),
        ('proto=https;host="haproxy.org:80";for="127.0.0.1:9999"', "rfc7239_field(proto)", "https"),
        ('proto=https;host="haproxy.org:80";for="127.0.0.1:9999"', "rfc7239_field(by)", ""),
        ("for=1.2.3.4;ext=x;proto=http", "rfc7239_field(proto)", ""),
        ("for=bad node;proto=http", "rfc7239_field(proto)", ""),
        ("proto=custom;for=1.2.3.4", "rfc7239_field(for)", ""),
        ("For=1.2.3.4", "rfc7239_field(for)", ""),
        ("for=1.2.3.4, for=5.6.7.8", "rfc7239_field(for)", ""),
        ("proto=custom", "rfc7239_field(proto)", ""),
        ("for=300.1.1.1", "rfc7239_field(for)", ""),
        ("for=x y", "rfc7239_field(for)", ""),
        ('host="a b"', "rfc7239_field(host)", ""),
        ("127.0.0.1:9999", "rfc7239_n2nn", "127.0.0.1"),
        ("127.0.0.1", "rfc7239_n2nn", "127.0.0.1"),
        ("[ab:cd:ff:ff:ff:ff:ff:ff]:9998", "rfc7239_n2nn", "ab:cd:ff:ff:ff:ff:ff:ff"),
        ("[::1]", "rfc7239_n2nn", "::1"),
        ("::1", "rfc7239_n2nn", ""),
        ("_name:_port", "rfc7239_n2nn", "_name"),
        ("unknown", "rfc7239_n2nn", "unknown"),
        ("unknown:80", "rfc7239_n2nn", "unknown"),
        ("UNKNOWN", "rfc7239_n2nn", ""),
        ("name", "rfc7239_n2nn", ""),
        ("_", "rfc7239_n2nn", ""),
        ("1.2.3.4:x", "rfc7239_n2nn", ""),
        ("1.2.3.4:", "rfc7239_n2nn", ""),
        ("1.2.3.4x", "rfc7239_n2nn", "1.2.3.4"),
        ("127.0.0.1:9999", "rfc7239_n2np", "9999"),
        ("[ab:cd:ff:ff:ff:ff:ff:ff]:9998", "rfc7239_n2np", "9998"),
        ("_name:_port", "rfc7239_n2np", "_port"),
        ("_name:80", "rfc7239_n2np", "80"),
        ("unknown:080", "rfc7239_n2np", "80"),
        ("127.0.0.1", "rfc7239_n2np", ""),
        ("127.0.0.1:", "rfc7239_n2np", ""),
        ("127.0.0.1:99999", "rfc7239_n2np", ""),
        ("127.0.0.1:0", "rfc7239_n2np", ""),
        ("127.0.0.1:80x", "rfc7239_n2np", "80"),
        ("127.0.0.1:_", "rfc7239_n2np", ""),
    ],
    "digests": [
        ("k", "hmac(sha256,c2VjcmV0),hex", "E395B1458F1CEA098E02D84423C734C86C7D1CE953CCF5E1F17C483DF19A713B"),
        ("k", "hmac(sha1,c2VjcmV0),hex", "1A936AB5BE37912818B130413805147BCAB01B30"),
        ("k", "hmac(md5,c2VjcmV0),hex", "6DD0B7E2AE58157907D60E1A04D2EDEF"),
        (
            "k",
            "hmac(SHA512,c2VjcmV0),hex",
            "AF4F2107A5D2963C2C187319DAD2A871D54ABED3B0194E2837616445379B4C46522D0E28A104E9741C322FBE26AD00314090355AD4F1D9B9EB81BC4CE9358A58",
        ),
        ("k", "hmac(sha224,c2VjcmV0),hex", "8DA6AF570D23A7C1F925AE3CC5AC00249102B062B984DEB75FB200CF"),
        ("k", "digest(sha512-256),hex", "A24EA1EDAFE277A52A378D4D7A1C6CCC321313238F110E34CDE427102EC65F31"),
        ("k", "digest(MD5),hex", "8CE4B16B22B58894AA86C421E8759DF3"),
        ("", "hmac(sha256,c2VjcmV0),hex", "F9E66E179B6747AE54108F82F8ADE8B3C25D76FD30AFDE6C395822C530196169"),
        ("k", "hmac(sha256,),hex", "40FC241F23ECD34159C8DE2C16831B119C316E5B995CAB96AE130182E6839226"),
    ],
    "protobuf": [
        (None, "bin(08961a03616263),protobuf(1,int32)", "3350"),
        (None, "bin(089601),protobuf(1,int32)", "150"),
        (None, "bin(089601),protobuf(1,uint64)", "150"),
        (None, "bin(089601),protobuf(1,sint32)", "75"),
        (None, "bin(089701),protobuf(1,sint64)", "-76"),
        (None, "bin(089601),protobuf(1,bool)", "150"),
        (None, "bin(089601),protobuf(1,enum)", "150"),
        (None, "bin(089601),protobuf(1),hex", "9601"),
        (None, "bin(089601),protobuf(2,int32)", ""),
        (None, "bin(089601),protobuf(1,fixed32)", ""),
        (None, "bin(08ffffffffffffffffff01),protobuf(1,int32)", "-1"),
        (None, "bin(08ffffffffffffffffff01),protobuf(1,int64)", "-1"),
        (None, "bin(08ffffffffffffffffff01),protobuf(1,uint32)", "-1"),
        (None, "bin(08ffffffffffffffffff01),protobuf(1,uint64)", "-1"),
        (None, "bin(08ffffffff0f),protobuf(1,int32)", "4294967295"),
        (None, "bin(08ffffffff0f),protobuf(1,uint32)", "4294967295"),
        (None, "bin(1203616263),protobuf(2)", "abc"),
        (None, "bin(12030a0141),protobuf(2.1)", "A"),
        (None, "bin(0d01000000),protobuf(1,fixed32)", "1"),
        (None, "bin(0dffffffff),protobuf(1,fixed32)", "4294967295"),
        (None, "bin(0dffffffff),protobuf(1,sfixed32)", "-1"),
        (None, "bin(0d0000803f),protobuf(1,float)", "1"),
        (None, "bin(0d0000c03f),protobuf(1,float)", "1"),
        (None, "bin(09000000000000f83f),protobuf(1,double)", "1"),
        (None, "bin(090100000000000000),protobuf(1,fixed64)", "1"),
        (None, "bin(09ffffffffffffffff),protobuf(1,sfixed64)", "-1"),
        (None, "bin(09ffffffffffffffff),protobuf(1,fixed64)", "-1"),
        (None, "bin(0d01000000),protobuf(1),hex", "01000000"),
        (None, "bin(080108020803),protobuf(1,int32)", "1"),
        (None, "bin(0801100210031804),protobuf(3,int32)", "4"),
        (None, "bin(0896),protobuf(1,int32)", ""),
        (None, "bin(1205616263),protobuf(2)", ""),
        (None, "bin(120568656c6c6f089601),protobuf(1,int32)", "150"),
        (None, "bin(0b08011c089601),protobuf(1,int32)", ""),
        (None, "bin(0000000003089601),ungrpc(1,int32)", "150"),
        (None, "bin(000000000782030432020805),ungrpc(48.6.1,int32)", "5"),
        (None, "bin(0100000003089601),ungrpc(1,int32)", "150"),
        (None, "bin(0000000099089601),ungrpc(1,int32)", ""),
        (None, "bin(00000000),ungrpc(1,int32)", ""),
        (None, "bin(00000000021203),ungrpc(2)", ""),
        (None, "bin(0000000003089601000000000308960a),ungrpc(1,int32)", "150"),
        (None, "bin(f201026869),protobuf(30)", "hi"),
    ],
    "mqtt": [
        (None, "bin(101600044d51545404c2003c000263690002757300027077),mqtt_is_valid", "1"),
        (None, "bin(101600044d51545404c2003c000263690002757300027077),mqtt_field_value(connect,username)", "us"),
        (None, "bin(101600044d51545404c2003c000263690002757300027077),mqtt_field_value(connect,password)", "pw"),
        (None, "bin(101600044d51545404c2003c000263690002757300027077),mqtt_field_value(connect,flags)", "194"),
        (None, "bin(101600044d51545404c2003c000263690002757300027077),mqtt_field_value(connect,protocol_name)", "MQTT"),
        (None, "bin(101600044d51545404c2003c000263690002757300027077),mqtt_field_value(connect,protocol_version)", "4"),
        (None, "bin(101600044d51545404c2003c000263690002757300027077),mqtt_field_value(connect,keepalive)", "60"),
        (None, "bin(101600044d51545404c2003c000263690002757300027077),mqtt_field_value(connect,client_identifier)", "ci"),
        (None, "bin(101600044d51545404c2003c000263690002757300027077),mqtt_field_value(connect,will_topic)", ""),
        (None, "bin(101600044d51545404c2003c000263690002757300027077),mqtt_field_value(connect,17)", ""),
        (None, "bin(101600044d51545404c2003c000263690002757300027077),mqtt_field_value(1,Username)", "us"),
        (None, "bin(101600044d51545404c2003c000263690002757300027077),mqtt_field_value(Connect,username)", "us"),
        (None, "bin(101600044d51545404c2003c000263690002757300027077),mqtt_field_value(connack,flags)", ""),
        (None, "bin(101e00044d5154540406003c000263690005746f70696300077061796c6f6164),mqtt_is_valid", "1"),
        (
            None,
            "bin(101e00044d5154540406003c000263690005746f70696300077061796c6f6164),mqtt_field_value(connect,will_topic)",
            "topic",
        ),
        (
            None,
            "bin(101e00044d5154540406003c000263690005746f70696300077061796c6f6164),mqtt_field_value(connect,will_payload)",
            "payload",
        ),
        (None, "bin(101e00044d5154540406003c000263690005746f70696300077061796c6f6164),mqtt_field_value(connect,username)", ""),
        (None, "bin(101b00044d5154540502003c0c11000000641500046d6574680002636c),mqtt_is_valid", "1"),
        (None, "bin(101b00044d5154540502003c0c11000000641500046d6574680002636c),mqtt_field_value(connect,17)", "100"),
        (None, "bin(101b00044d5154540502003c0c11000000641500046d6574680002636c),mqtt_field_value(connect,21)", "meth"),
        (None, "bin(101b00044d5154540502003c0c11000000641500046d6574680002636c),mqtt_field_value(connect,33)", "0"),
        (None, "bin(101b00044d5154540502003c0c11000000641500046d6574680002636c),mqtt_field_value(connect,22)", ""),
        (None, "bin(101b00044d5154540502003c0c11000000641500046d6574680002636c),mqtt_field_value(connect,24)", ""),
        (None, "bin(101b00044d5154540502003c0c11000000641500046d6574680002636c),mqtt_field_value(connect,protocol_version)", "5"),
        (None, "bin(101b00044d5154540506003c000002636c051800000007000174000170),mqtt_is_valid", "1"),
        (None, "bin(101b00044d5154540506003c000002636c051800000007000174000170),mqtt_field_value(connect,24)", "7"),
        (None, "bin(101b00044d5154540506003c000002636c051800000007000174000170),mqtt_field_value(connect,will_topic)", "t"),
        (None, "bin(101600044d51545404c3003c000263690002757300027077),mqtt_is_valid", "0"),
        (None, "bin(101200044d5154540442003c0002636900027077),mqtt_is_valid", "1"),
        (None, "bin(100e00044d515454040a003c00026369),mqtt_is_valid", "1"),
        (None, "bin(101400044d515454041e003c00026369000174000170),mqtt_is_valid", "1"),
        (None, "bin(100e00044d5154540302003c00026369),mqtt_is_valid", "1"),
        (None, "bin(101000064d51497364700302003c00026369),mqtt_is_valid", "1"),
        (None, "bin(100e00044d5154540602003c00026369),mqtt_is_valid", "0"),
        (None, "bin(100e0004485454500402003c00026369),mqtt_is_valid", "0"),
        (None, "bin(101600044d51545404c2003c00026369000275730002707778),mqtt_is_valid", "1"),
        (None, "bin(101600044d51545404c2003c0002636900027573000270),mqtt_is_valid", ""),
        (None, "bin(101600044d),mqtt_is_valid", ""),
        (None, "bin(101000044d5154540402003c000263697878),mqtt_is_valid", "0"),
        (None, "bin(100e00044d5154540482003c00026369),mqtt_is_valid", "0"),
        (None, "bin(101900044d5154540502003c0a110000006411000000640002636c),mqtt_is_valid", "0"),
        (None, "bin(101100044d5154540502003c0225000002636c),mqtt_is_valid", "0"),
        (None, "bin(101600044d5154540502003c07260001610001620002636c),mqtt_is_valid", "1"),
        (None, "bin(20020000),mqtt_is_valid", "1"),
        (None, "bin(20020105),mqtt_field_value(connack,reason_code)", "5"),
        (None, "bin(20020105),mqtt_field_value(2,flags)", "1"),
        (None, "bin(2006000003210014),mqtt_field_value(connack,33)", "20"),
        (None, "bin(2006000003210014),mqtt_field_value(connack,36)", "0"),
        (None, "bin(2006000003210014),mqtt_field_value(connack,18)", ""),
        (None, "bin(2006000003210014),mqtt_field_value(connack,protocol_version)", "5"),
        (None, "bin(20020105),mqtt_field_value(connack,protocol_version)", "4"),
        (None, "bin(20020305),mqtt_is_valid", "0"),
        (None, "bin(3003000000),mqtt_is_valid", "0"),
        (None, "bin(110200),mqtt_is_valid", "0"),
    ],
    "fix": [
        (None, "bin(383d4649582e342e3201393d31380133353d410134393d6d650135363d796f750131303d31303501),fix_is_valid", "1"),
        (None, "bin(383d4649582e342e3201393d31380133353d410134393d6d650135363d796f750131303d31303501),fix_tag_value(35)", "A"),
        (
            None,
            "bin(383d4649582e342e3201393d31380133353d410134393d6d650135363d796f750131303d31303501),fix_tag_value(MsgType)",
            "A",
        ),
        (
            None,
            "bin(383d4649582e342e3201393d31380133353d410134393d6d650135363d796f750131303d31303501),fix_tag_value(SenderCompID)",
            "me",
        ),
        (None, "bin(383d4649582e342e3201393d31380133353d410134393d6d650135363d796f750131303d31303501),fix_tag_value(56)", "you"),
        (
            None,
            "bin(383d4649582e342e3201393d31380133353d410134393d6d650135363d796f750131303d31303501),fix_tag_value(BodyLength)",
            "18",
        ),
        (
            None,
            "bin(383d4649582e342e3201393d31380133353d410134393d6d650135363d796f750131303d31303501),fix_tag_value(CheckSum)",
            "105",
        ),
        (None, "bin(383d4649582e342e3201393d31380133353d410134393d6d650135363d796f750131303d31303501),fix_tag_value(99)", ""),
        (None, "bin(383d4649582e342e3201393d31380133353d410134393d6d650135363d796f750131303d30303001),fix_is_valid", "0"),
        (None, "bin(383d4649582e342e3201393d350133353d410134393d6d650135363d796f750131303d30353301),fix_is_valid", "0"),
        (None, "bin(383d4649582e342e3201393d35300133353d410134393d6d650135363d796f750131303d31303101),fix_is_valid", "0"),
        (None, "bin(383d4649582e3901393d31380133353d410134393d6d650135363d796f750131303d30313401),fix_is_valid", "0"),
        (None, "bin(383d4649582e352e3001393d31380133353d410134393d6d650135363d796f750131303d31303401),fix_is_valid", "0"),
        (None, "bin(383d464958542e312e3101393d31380133353d410134393d6d650135363d796f750131303d31383501),fix_is_valid", "1"),
        (None, "bin(383d4649582e342e3401393d31380133353d410134393d6d650135363d796f750131303d31303701),fix_is_valid", "1"),
        (None, "bin(383d4649582e342e3201393d31310134393d6d650133353d410131303d30393201),fix_is_valid", "0"),
        (None, "bin(383d4649582e342e3201393d390133353d4101783d310131303d31353701),fix_is_valid", "0"),
        (None, "bin(383d4649582e342e3201393d31380133353d410134393d6d650135363d796f750131303d31),fix_is_valid", ""),
        (None, "bin(383d4649582e342e3201393d31380133353d410134393d6d650135363d796f750131303d3130350178),fix_is_valid", "1"),
        (
            None,
            "bin(383d4649582e342e3201393d31380133353d410134393d6d650135363d796f750131303d31303501383d4649582e342e3201393d31380133353d410134393d6d650135363d796f750131303d31303501),fix_is_valid",
            "1",
        ),
        (None, "bin(383d4649582e342e3201),fix_is_valid", ""),
        (None, "bin(474554202f2048545450),fix_is_valid", ""),
        (None, "bin(33353d4101),fix_tag_value(35)", "A"),
        (None, "bin(780133353d4101),fix_tag_value(35)", ""),
        (None, "bin(33353d41),fix_tag_value(35)", ""),
        (None, "bin(33353d01),fix_tag_value(35)", ""),
    ],
    "aes-and-keys-of-variables": [
        ("BXQISOU=", "b64dec,aes_gcm_dec(128,MTIzNDU2Nzg5MDEy,Rm9vNkZvbzZGb282Rm9vNg==,uzUhANLs8qmrRy5Tbonm7w==)", "hello"),
        ("BXQISOU=", "b64dec,aes_gcm_dec(128,MTIzNDU2Nzg5MDEy,Rm9vNkZvbzZGb282Rm9vNg==,AzUhANLs8qmrRy5Tbonm7w==)", ""),
        (
            "hrcESXU=",
            "b64dec,aes_gcm_dec(192,MTIzNDU2Nzg5MDEy,Rm9vNkZvbzZGb282Rm9vNkZvbzZGb282,4iXhJ8C3HxLUMYn7ec2Yog==)",
            "hello",
        ),
        ("hrcESXU=", "b64dec,aes_gcm_dec(192,MTIzNDU2Nzg5MDEy,Rm9vNkZvbzZGb282Rm9vNkZvbzZGb282,AiXhJ8C3HxLUMYn7ec2Yog==)", ""),
        (
            "y6yzwKs=",
            "b64dec,aes_gcm_dec(256,MTIzNDU2Nzg5MDEy,Rm9vNkZvbzZGb282Rm9vNkZvbzZGb282Rm9vNkZvbzY=,gMMHRTlua2VXmNG+2tfmBw==)",
            "hello",
        ),
        (
            "y6yzwKs=",
            "b64dec,aes_gcm_dec(256,MTIzNDU2Nzg5MDEy,Rm9vNkZvbzZGb282Rm9vNkZvbzZGb282Rm9vNkZvbzY=,AMMHRTlua2VXmNG+2tfmBw==)",
            "",
        ),
        (
            "1nRnlYI=",
            "b64dec,aes_gcm_dec(128,MTIzNDU2Nzg5MDEyMzQ1Ng==,Rm9vNkZvbzZGb282Rm9vNg==,AV7rrhYCQNJssQ5f89YPUA==)",
            "hello",
        ),
        ("BXQISOU=", "b64dec,aes_gcm_dec(128,txn.nonce,txn.key,txn.tag)", "hello"),
        ("BXQISOU=", "b64dec,aes_gcm_dec(128,txn.nonce,txn.missing,txn.tag)", ""),
        ("BXQISOU=", "b64dec,aes_gcm_dec(256,txn.nonce,txn.key,txn.tag)", ""),
        ("BXQISOU=", "b64dec,aes_gcm_dec(128,txn.nonce,txn.key,txn.plain)", ""),
        ("k", "hmac(sha256,txn.key),hex", "0044C7DD7BDA728DFFC6E2B0F1EBF62509D57AD14F3431AEECAABFB09A029D63"),
        ("k", "hmac(sha256,txn.plain),hex", ""),
        ("k", "hmac(sha256,txn.missing),hex", ""),
    ],
    "jwt": [
        (
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.lP0gR4vKPQ7o9P9I7KSlUAkYgndeA03xel06yCosi8Q",
            "jwt_verify(HS256,secret)",
            "1",
        ),
        (
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.lP0gR4vKPQ7o9P9I7KSlUAkYgndeA03xel06yCosi8Q",
            "jwt_verify(HS256,wrong)",
            "0",
        ),
        (
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.lP0gR4vKPQ7o9P9I7KSlUAkYgndeA03xel06yCosi8Q",
            "jwt_verify(HS384,secret)",
            "0",
        ),
        (
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.lP0gR4vKPQ7o9P9I7KSlUAkYgndeA03xel06yCosi8Q",
            "jwt_verify(txn.alg,txn.plain)",
            "1",
        ),
        (
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.lP0gR4vKPQ7o9P9I7KSlUAkYgndeA03xel06yCosi8Q",
            "jwt_verify(HS256,txn.missing)",
            "",
        ),
        (
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.lP0gR4vKPQ7o9P9I7KSlUAkYgndeA03xel06yCosi8Q",
            "jwt_verify(txn.missing,secret)",
            "",
        ),
        (
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.lP0gR4vKPQ7o9P9I7KSlUAkYgndeA03xel06yCosi8",
            "jwt_verify(HS256,secret)",
            "0",
        ),
        (
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.lP0gR4vKPQ7o9P9I7KSlUAkYgndeA03xel06yCosi8Q.x",
            "jwt_verify(HS256,secret)",
            "-3",
        ),
        ("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9", "jwt_verify(HS256,secret)", "-3"),
        ("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.", "jwt_verify(HS256,secret)", "-3"),
        ("a.b.c", "jwt_verify(HS256,secret)", "-3"),
        ("", "jwt_verify(HS256,secret)", "-3"),
        ("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.!!!", "jwt_verify(HS256,secret)", "-3"),
        (
            "eyJhbGciOiJIUzM4NCIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.qjQ7MhmdhZQX--EPf_bj0h7z0OQln0HSCJ-YW1a7YFNfvrSmZGzajPdFfdOFXz9d",
            "jwt_verify(HS384,secret)",
            "1",
        ),
        (
            "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.fJUjqYez0Uy60Xm7yOg_FgVZpLrwVu1fBGPcmGAGyFFenjXBCa3wKqmR68QnspgMqxP41xw545G58PUWAICWXg",
            "jwt_verify(HS512,secret)",
            "1",
        ),
        ("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJpc3MiOiJtZSIsIm4iOjV9.", "jwt_verify(none,x)", "1"),
        ("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJpc3MiOiJtZSIsIm4iOjV9", "jwt_verify(none,x)", "1"),
        ("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJpc3MiOiJtZSIsIm4iOjV9.abc", "jwt_verify(none,x)", "0"),
        ("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJpc3MiOiJtZSIsIm4iOjV9.", "jwt_verify(HS256,secret)", "-3"),
        (
            "eyJhbGciOiJub25lIn0.eyJpc3MiOiJtZSIsIm4iOjV9.XoGpSw43eioTo0OlVLchpQF-ClnTBkAthMW272TcVOM",
            "jwt_verify(HS256,secret)",
            "1",
        ),
        (
            "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.e_TgzxvoHZOz_4ChRHxuTpPFvpoT0YxwWWSD7FGYePuHwwzA9ntc4EPG5iEV17WTqwkrwfq_2IvtrEG2jjeX9cy8nobmbGqMd4aThxtKixND_l0LFeS8YR61_dEBhVW75s5fnBG0ygWM_ovh-MXUBgyq4cvA11nitbXfwSo_wEzngp_wGnfh3XbTeJrfYwVv-7Z5CHqYiGMAOcqRaC8oYCqla8jkIBYyXqs9Q7n1XanKuRmj6wAnM2mZYnIXoJMukTeA7FRRoDOOXGq6fOlAPH8U1hiz2hIi2NWWcU5Gb2-27QzNOaB77v_dlbLRQGYSprOdA8YOavyX068xTQAX9Q",
            "jwt_verify(RS256,KEYS/rsa.pub)",
            "1",
        ),
        (
            "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.e_TgzxvoHZOz_4ChRHxuTpPFvpoT0YxwWWSD7FGYePuHwwzA9ntc4EPG5iEV17WTqwkrwfq_2IvtrEG2jjeX9cy8nobmbGqMd4aThxtKixND_l0LFeS8YR61_dEBhVW75s5fnBG0ygWM_ovh-MXUBgyq4cvA11nitbXfwSo_wEzngp_wGnfh3XbTeJrfYwVv-7Z5CHqYiGMAOcqRaC8oYCqla8jkIBYyXqs9Q7n1XanKuRmj6wAnM2mZYnIXoJMukTeA7FRRoDOOXGq6fOlAPH8U1hiz2hIi2NWWcU5Gb2-27QzNOaB77v_dlbLRQGYSprOdA8YOavyX068xTQAX9Q",
            "jwt_verify(RS256,KEYS/rsa1.pub)",
            "1",
        ),
        (
            "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.e_TgzxvoHZOz_4ChRHxuTpPFvpoT0YxwWWSD7FGYePuHwwzA9ntc4EPG5iEV17WTqwkrwfq_2IvtrEG2jjeX9cy8nobmbGqMd4aThxtKixND_l0LFeS8YR61_dEBhVW75s5fnBG0ygWM_ovh-MXUBgyq4cvA11nitbXfwSo_wEzngp_wGnfh3XbTeJrfYwVv-7Z5CHqYiGMAOcqRaC8oYCqla8jkIBYyXqs9Q7n1XanKuRmj6wAnM2mZYnIXoJMukTeA7FRRoDOOXGq6fOlAPH8U1hiz2hIi2NWWcU5Gb2-27QzNOaB77v_dlbLRQGYSprOdA8YOavyX068xTQAX9Q",
            "jwt_verify(RS256,KEYS/cert.pem)",
            "-5",
        ),
        (
            "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.e_TgzxvoHZOz_4ChRHxuTpPFvpoT0YxwWWSD7FGYePuHwwzA9ntc4EPG5iEV17WTqwkrwfq_2IvtrEG2jjeX9cy8nobmbGqMd4aThxtKixND_l0LFeS8YR61_dEBhVW75s5fnBG0ygWM_ovh-MXUBgyq4cvA11nitbXfwSo_wEzngp_wGnfh3XbTeJrfYwVv-7Z5CHqYiGMAOcqRaC8oYCqla8jkIBYyXqs9Q7n1XanKuRmj6wAnM2mZYnIXoJMukTeA7FRRoDOOXGq6fOlAPH8U1hiz2hIi2NWWcU5Gb2-27QzNOaB77v_dlbLRQGYSprOdA8YOavyX068xTQAX9Q",
            "jwt_verify(RS256,KEYS/p256.pub)",
            "0",
        ),
        (
            "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.e_TgzxvoHZOz_4ChRHxuTpPFvpoT0YxwWWSD7FGYePuHwwzA9ntc4EPG5iEV17WTqwkrwfq_2IvtrEG2jjeX9cy8nobmbGqMd4aThxtKixND_l0LFeS8YR61_dEBhVW75s5fnBG0ygWM_ovh-MXUBgyq4cvA11nitbXfwSo_wEzngp_wGnfh3XbTeJrfYwVv-7Z5CHqYiGMAOcqRaC8oYCqla8jkIBYyXqs9Q7n1XanKuRmj6wAnM2mZYnIXoJMukTeA7FRRoDOOXGq6fOlAPH8U1hiz2hIi2NWWcU5Gb2-27QzNOaB77v_dlbLRQGYSprOdA8YOavyX068xTQAX9Q",
            "jwt_verify(ES256,KEYS/rsa.pub)",
            "0",
        ),
        (
            "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.e_TgzxvoHZOz_4ChRHxuTpPFvpoT0YxwWWSD7FGYePuHwwzA9ntc4EPG5iEV17WTqwkrwfq_2IvtrEG2jjeX9cy8nobmbGqMd4aThxtKixND_l0LFeS8YR61_dEBhVW75s5fnBG0ygWM_ovh-MXUBgyq4cvA11nitbXfwSo_wEzngp_wGnfh3XbTeJrfYwVv-7Z5CHqYiGMAOcqRaC8oYCqla8jkIBYyXqs9Q7n1XanKuRmj6wAnM2mZYnIXoJMukTeA7FRRoDOOXGq6fOlAPH8U1hiz2hIi2NWWcU5Gb2-27QzNOaB77v_dlbLRQGYSprOdA8YOavyX068xTQAX9Q",
            "jwt_verify(RS384,KEYS/rsa.pub)",
            "0",
        ),
        (
            "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.e_TgzxvoHZOz_4ChRHxuTpPFvpoT0YxwWWSD7FGYePuHwwzA9ntc4EPG5iEV17WTqwkrwfq_2IvtrEG2jjeX9cy8nobmbGqMd4aThxtKixND_l0LFeS8YR61_dEBhVW75s5fnBG0ygWM_ovh-MXUBgyq4cvA11nitbXfwSo_wEzngp_wGnfh3XbTeJrfYwVv-7Z5CHqYiGMAOcqRaC8oYCqla8jkIBYyXqs9Q7n1XanKuRmj6wAnM2mZYnIXoJMukTeA7FRRoDOOXGq6fOlAPH8U1hiz2hIi2NWWcU5Gb2-27QzNOaB77v_dlbLRQGYSprOdA8YOavyX068xTQAX9Q",
            "jwt_verify(PS256,KEYS/rsa.pub)",
            "0",
        ),
        (
            "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.e_TgzxvoHZOz_4ChRHxuTpPFvpoT0YxwWWSD7FGYePuHwwzA9ntc4EPG5iEV17WTqwkrwfq_2IvtrEG2jjeX9cy8nobmbGqMd4aThxtKixND_l0LFeS8YR61_dEBhVW75s5fnBG0ygWM_ovh-MXUBgyq4cvA11nitbXfwSo_wEzngp_wGnfh3XbTeJrfYwVv-7Z5CHqYiGMAOcqRaC8oYCqla8jkIBYyXqs9Q7n1XanKuRmj6wAnM2mZYnIXoJMukTeA7FRRoDOOXGq6fOlAPH8U1hiz2hIi2NWWcU5Gb2-27QzNOaB77v_dlbLRQGYSprOdA8YOavyX068xTQAX9Q",
            "jwt_verify(RS256,KEYS/missing.pub)",
            "-5",
        ),
        (
            "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.e_TgzxvoHZOz_4ChRHxuTpPFvpoT0YxwWWSD7FGYePuHwwzA9ntc4EPG5iEV17WTqwkrwfq_2IvtrEG2jjeX9cy8nobmbGqMd4aThxtKixND_l0LFeS8YR61_dEBhVW75s5fnBG0ygWM_ovh-MXUBgyq4cvA11nitbXfwSo_wEzngp_wGnfh3XbTeJrfYwVv-7Z5CHqYiGMAOcqRaC8oYCqla8jkIBYyXqs9Q7n1XanKuRmj6wAnM2mZYnIXoJMukTeA7FRRoDOOXGq6fOlAPH8U1hiz2hIi2NWWcU5Gb2-27QzNOaB77v_dlbLRQGYSprOdA8YOavyX068xTQAX9Q",
            "jwt_verify(txn.rs,KEYS/rsa.pub)",
            "1",
        ),
        (
            "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.e_TgzxvoHZOz_4ChRHxuTpPFvpoT0YxwWWSD7FGYePuHwwzA9ntc4EPG5iEV17WTqwkrwfq_2IvtrEG2jjeX9cy8nobmbGqMd4aThxtKixND_l0LFeS8YR61_dEBhVW75s5fnBG0ygWM_ovh-MXUBgyq4cvA11nitbXfwSo_wEzngp_wGnfh3XbTeJrfYwVv-7Z5CHqYiGMAOcqRaC8oYCqla8jkIBYyXqs9Q7n1XanKuRmj6wAnM2mZYnIXoJMukTeA7FRRoDOOXGq6fOlAPH8U1hiz2hIi2NWWcU5Gb2-27QzNOaB77v_dlbLRQGYSprOdA8YOavyX068xTQAX9Q",
            "jwt_verify(RS256,txn.path)",
            "1",
        ),
        (
            "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.e_TgzxvoHZOz_4ChRHxuTpPFvpoT0YxwWWSD7FGYePuHwwzA9ntc4EPG5iEV17WTqwkrwfq_2IvtrEG2jjeX9cy8nobmbGqMd4aThxtKixND_l0LFeS8YR61_dEBhVW75s5fnBG0ygWM_ovh-MXUBgyq4cvA11nitbXfwSo_wEzngp_wGnfh3XbTeJrfYwVv-7Z5CHqYiGMAOcqRaC8oYCqla8jkIBYyXqs9Q7n1XanKuRmj6wAnM2mZYnIXoJMukTeA7FRRoDOOXGq6fOlAPH8U1hiz2hIi2NWWcU5Gb2-27QzNOaB77v_dlbLRQGYSprOdA8YOavyX068xTQAX9Q",
            "jwt_verify(RS256,txn.plain)",
            "-5",
        ),
        (
            "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.e_TgzxvoHZOz_4ChRHxuTpPFvpoT0YxwWWSD7FGYePuHwwzA9ntc4EPG5iEV17WTqwkrwfq_2IvtrEG2jjeX9cy8nobmbGqMd4aThxtKixND_l0LFeS8YR61_dEBhVW75s5fnBG0ygWM_ovh-MXUBgyq4cvA11nitbXfwSo_wEzngp_wGnfh3XbTeJrfYwVv-7Z5CHqYiGMAOcqRaC8oYCqla8jkIBYyXqs9Q7n1XanKuRmj6wAnM2mZYnIXoJMukTeA7FRRoDOOXGq6fOlAPH8U1hiz2hIi2NWWcU5Gb2-27QzNOaB77v_dlbLRQGYSprOdA8YOavyX06AAAAAAAA",
            "jwt_verify(RS256,KEYS/rsa.pub)",
            "0",
        ),
        (
            "eyJhbGciOiJSUzM4NCIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.P_id1MJGoiZBQswNDBaS07FQdowBseXAM6YdgcsLynCfY9-_U-hT-kJTY0WRtM-zNxp-U6nXvMggF6zX38Q16LNiTptD803UcpZwLMPvLGWZL5idzY56hL2CJX6QKYoYYbSBrFrL_ODYZRDbcHhFQJ_tZVjSPJkZY10V_o0JZSoJgqBqVJVRylIgGkeg7lC3KmpTCJaAXFXgy__SYRCUmJXw9g2F_K6Bf606TbSA05SWJihg4xI0YAQJOmZl1ZrI-4vHOV88dJBgy-uVntpccb2v17VM8zvlOz4s20OOIzXBXzqBsA498G8R7ZvQ4zUC74kLP5wj9Y9nS3ZbdGpPZw",
            "jwt_verify(RS384,KEYS/rsa.pub)",
            "1",
        ),
        (
            "eyJhbGciOiJSUzUxMiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.B_w7uzz4amcERltphpr8LpZv3RQAT8bIEUCUVifGwu52O6oylL2Ky3dUlPzogeKZoVReKDSmlhtRWdc1qJJyGBxN5C1nfo_uUaILHgXjU7VMOqYkSTbZdByieLIZaQNHpSDCD7B5WjX_EiLjyV5mzfkx0ijBlm8x-tXrG0OpHCF6Cfh5gwpqcoMfNnIahpIKj2TaSMID8_fou_uFMBuDEtITcOUJ7vnvhZfsMu-qcRK88zM_5aHTzfAun1a96eBb7qd9qC2ZqnfRj4UQFkVLPTKxekPU_M3s25j_geOxnAhDA0WJjcdOxGnMrI-Wi44vEYGyAAQAfYyEnMGxC7XAYQ",
            "jwt_verify(RS512,KEYS/rsa.pub)",
            "1",
        ),
        (
            "eyJhbGciOiJQUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.Xx-EnSGtDaphF7Wu_L15-BbVZAguGnwv2wJtb1II_dT4ZjZ_MAciGFticTTIL2P8CCLinw8s6do2YCswWm8k2klX-x9tZhZLjB33KixGcf5NtN6_PJla3LNhfk3BhkcQgCh61oyK-hvBiNGC88Y4R7Mvx2zigLg16gwwr3u22xS_KEO482quydIPVxNWmz4IVNCawNMImZD02b03QUNFvuKKecoglxoZhpiNXWYdkE29vTe6uiP3ViASNdFG3F4oYxxhkLZIqewOLD7NIwEzwBvFqHw-B5cIqG5oQwTXEw941JTUkKgDUjxD8m_raplM4WUoOdTazj75xKTtnb0WiA",
            "jwt_verify(PS256,KEYS/rsa.pub)",
            "1",
        ),
        (
            "eyJhbGciOiJQUzM4NCIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.UZIN3j1EaEYW7QBrQRIy3S9C5BTjMlEOjBcRmxeTb7AAjLBLvWZwc_rlf58gYcTOKIZfyvc4lhv5Luzk5tya4KkFk6IoodefHxLF-CWcdQxO0uq8fMz6YFhnB44TST8kqwwLBeJxmgvnL87Dt1TQQFts9r6OZj0Ig8_5XSDCL9HwVU82x6NzX5QQHDF_5jcUdz3HzYcVOzc_pOQlaBQm4UA5SAYTKk7pgOjQ_aNpR6XZNQazSYZEC_qbAhFlE-E-jgjFZP5RNXYl4RlbCgrPQWvCInyFDUJSsFte9e6lzVhP6LTncjmSs7op4Dy2uPyHrfAxJz3X4857lttLXIwfrQ",
            "jwt_verify(PS384,KEYS/rsa.pub)",
            "1",
        ),
        (
            "eyJhbGciOiJQUzUxMiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.KwV-zu-6tu3oo3TX4fZnKXzyXIv9Hg8x8mJQ-05vZBa7_X34U36aXop4PNkJS-2eQZQji72OiE8RztgSAkMi7jyRRqtEGsD8v6vszWI_lzONFTtkuIDzy0fsDXyXNIPi5e0vkVOMcRTzZYjyH8VVblyE86qN70P55iJdN-3EjDiysRAJUGxvPIf7UiM5WTzUmYCukYdZRNZXmSuUsci3WtepEGuRpNeh4DdhJmN6uExd2iD6ypORQkeMoBUOf11wLJBGO9hGgVljjWpPp6rbXQmCoOhRcYOcZpuGygbHhTJvYJaD1_6bUJI5d_GPF3g2pceO5IvhRQwfsZAdV3aU7g",
            "jwt_verify(PS512,KEYS/rsa.pub)",
            "1",
        ),
        (
            "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.u99RTRkPKlckS_Kq0kVdbBL5UEFUWXmckIEyY_J6FZNPNvOh_0TwzVuNYj4aa0GieHX9LMgwEm_xBf3OjpTa9w",
            "jwt_verify(ES256,KEYS/p256.pub)",
            "1",
        ),
        (
            "eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.lWQOJdmed249KW3Fdnysn66RnHTqEb35NFGOj53TidLVcJ-PyK37o1mz0Awhc4yn5PWMeZRyQ6KKDS2v3ZSMVCW2ozhkSr6VoMxTMIuQMNB0wGF2ojvGTSv7Ypw9DaNM",
            "jwt_verify(ES384,KEYS/p384.pub)",
            "1",
        ),
        (
            "eyJhbGciOiJFUzUxMiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.AAPZcmB-X7Nsx4WQ1SfshIB5y_VIIveQTBVE7IrJq5SUAT583k5WtpYOQxkIVD8EB0ABRHU-Yf9hOLxxbaahYx2pAIWH7o1NEISjrDSz9AY6hWZmPyptm4cUNv9INC8HzPfbdtfQrPHQeVzTJVXkNkVzIPjHPeZdHamHNJ2XyKVHgtmE",
            "jwt_verify(ES512,KEYS/p521.pub)",
            "1",
        ),
        (
            "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.u99RTRkPKlckS_Kq0kVdbBL5UEFUWXmckIEyY_J6FZNPNvOh_0TwzVuNYj4aa0GieHX9LMgwEm_xBf3Ojp",
            "jwt_verify(ES256,KEYS/p256.pub)",
            "-3",
        ),
        (
            "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.u99RTRkPKlckS_Kq0kVdbBL5UEFUWXmckIEyY_J6FZNPNvOh_0TwzVuNYj4aa0GieHX9LMgwEm_xBf3OjpAAAA",
            "jwt_verify(ES256,KEYS/p256.pub)",
            "0",
        ),
        (
            "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.u99RTRkPKlckS_Kq0kVdbBL5UEFUWXmckIEyY_J6FZNPNvOh_0TwzVuNYj4aa0GieHX9LMgwEm_xBf3OjpTa9w",
            "jwt_verify(ES384,KEYS/p256.pub)",
            "0",
        ),
        (
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.lP0gR4vKPQ7o9P9I7KSlUAkYgndeA03xel06yCosi8Q",
            "jwt_header_query('$.alg')",
            "HS256",
        ),
        (
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.lP0gR4vKPQ7o9P9I7KSlUAkYgndeA03xel06yCosi8Q",
            "jwt_header_query('$.nope')",
            "",
        ),
        (
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.lP0gR4vKPQ7o9P9I7KSlUAkYgndeA03xel06yCosi8Q",
            "jwt_payload_query('$.iss')",
            "me",
        ),
        (
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9.lP0gR4vKPQ7o9P9I7KSlUAkYgndeA03xel06yCosi8Q",
            "jwt_payload_query('$.n','int'),add(1)",
            "6",
        ),
        ("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSIsIm4iOjV9", "jwt_payload_query('$.iss')", "me"),
        ("!!!.eyJpc3MiOiJtZSIsIm4iOjV9.lP0gR4vKPQ7o9P9I7KSlUAkYgndeA03xel06yCosi8Q", "jwt_header_query('$.alg')", ""),
        ("a.b", "jwt_header_query('$.alg')", ""),
        ("", "jwt_header_query('$.alg')", ""),
    ],
}

# Public keys that were made for these cases; the private ones are gone.
KEYS = {
    "rsa.pub": """\
-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEApIcUvomg5bUXuSZQyhQL
cRDbxMmoMSeuLTpuA/aCuPAKh2vfL60yje6f7C4/48aLQtlPSam5IZEZ56huOc6m
cDej5W2OkM7J81F/+v3mY0Dke4KCFPlIQsrGOqg89W1XbZFUBwhKC5nVb8OnvtUe
geyH9btVflGXg4LBM6s6eoqCZuXtkXmv8TvKit/Cg1wfWREV12Q/kK5VhjlGYBnm
nlQ0xxi+4y2E70QU/E9HM4UsE4lF2+OSpcrZGmjHGzR3pNSuFuarfguwp5kb4pPs
z11rFI7+wYsiaq6Dy3tR4y90JLQoTaeDZCa0FDQuw70n9ZcWPxcSeITzdqri6iyN
TQIDAQAB
-----END PUBLIC KEY-----
""",
    "rsa1.pub": """\
-----BEGIN RSA PUBLIC KEY-----
MIIBCgKCAQEApIcUvomg5bUXuSZQyhQLcRDbxMmoMSeuLTpuA/aCuPAKh2vfL60y
je6f7C4/48aLQtlPSam5IZEZ56huOc6mcDej5W2OkM7J81F/+v3mY0Dke4KCFPlI
QsrGOqg89W1XbZFUBwhKC5nVb8OnvtUegeyH9btVflGXg4LBM6s6eoqCZuXtkXmv
8TvKit/Cg1wfWREV12Q/kK5VhjlGYBnmnlQ0xxi+4y2E70QU/E9HM4UsE4lF2+OS
pcrZGmjHGzR3pNSuFuarfguwp5kb4pPsz11rFI7+wYsiaq6Dy3tR4y90JLQoTaeD
ZCa0FDQuw70n9ZcWPxcSeITzdqri6iyNTQIDAQAB
-----END RSA PUBLIC KEY-----
""",
    "cert.pem": """\
-----BEGIN CERTIFICATE-----
MIIC+TCCAeGgAwIBAgIUN9x3Vv2zLgvP3xqvLzKVYvEBmDowDQYJKoZIhvcNAQEL
BQAwDDEKMAgGA1UEAwwBeDAeFw0yNjExMjMwODIzNTNaFw0zNjExMjAwODIzNTNa
MAwxCjAIBgNVBAMMAXgwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQCk
hxS+iaDltRe5JlDKFAtxENvEyagxJ64tOm4D9oK48AqHa98vrTKN7p/sLj/jxotC
2U9JqbkhkRnnqG45zqZwN6PlbY6QzsnzUX/6/eZjQOR7goIU+UhCysY6qDz1bVdt
kVQHCEoLmdVvw6e+1R6B7If1u1V+UZeDgsEzqzp6ioJm5e2Rea/xO8qK38KDXB9Z
ERXXZD+QrlWGOUZgGeaeVDTHGL7jLYTvRBT8T0czhSwTiUXb45KlytkaaMcbNHek
1K4W5qt+C7CnmRvik+zPXWsUjv7BiyJqroPLe1HjL3QktChNp4NkJrQUNC7DvSf1
lxY/FxJ4hPN2quLqLI1NAgMBAAGjUzBRMB0GA1UdDgQWBBRoC/R9g8VgavZg9ssu
dGqAa5F3KTAfBgNVHSMEGDAWgBRoC/R9g8VgavZg9ssudGqAa5F3KTAPBgNVHRMB
Af8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA4IBAQAK0a095R/vg3WhMPVG/QRPq+jj
VTM9SdJRuB1cRwjL6rDi5pFK7DkcbXANLmIaAmA0U33seID6JVpnptpwrZteigJx
Qgg/nyipo5a5zkVT0pk/VWxhh3caq0YeBtNBkbPi+8Ziez/QlMaseutBd8fvtlDt
228fjk3sjwhkaiIpuhIT4sgMCTZqVMKpCnMc9rVPpGeU5mq+scPdXMWSxpv7g0YK
aaA0EVrtbVLG35FqTmmAyQ4hwpcozo9Oc/7oiGgkes/TLszHtADTKOeTMm+ev5q2
gdM8W3zrRDlWk3WBQIaYhI6SGyBYhwYeKqGwyXGnMEtcxXzfHwlKzq+Qhgo3
-----END CERTIFICATE-----
""",
    "p256.pub": """\
-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEkNxHDNV905bUDiEsHrMXm+Wmkwjm
S9+bPRERi2PDkxQK2mrWgIHTItDrk0Yfd7pmvhU2fGE1hQ28Tsw8t2QYCA==
-----END PUBLIC KEY-----
""",
    "p384.pub": """\
-----BEGIN PUBLIC KEY-----
MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAETCV905H4+FxbSRBvbVhsLMhLcelnbL0E
nBQBbxJrdovzxm0HaS/r53u5uwG/HZccw9s5MnyhNTVLtsscdDQtQ1T1MziGu39O
AQXyiecv8DrO10bqCdesC2/DzzCQ43lB
-----END PUBLIC KEY-----
""",
    "p521.pub": """\
-----BEGIN PUBLIC KEY-----
MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQBxa2dKfXm0M+TAnTIwehNswXOnZY5
Iwi+AtirOYk/HGef2dypX6tasHkL6HpnQEzkey34S4JKJupvTE9yUBhQRNwB11TA
uDjrl346kbSmFya91j9svBqjkjTM2AXCU8TPyLVz+5JYKdEn8kUpQSBTsYieN6cZ
GSIVlmesQFH15xLuDWw=
-----END PUBLIC KEY-----
""",
}

RULES = """\
    http-request set-var(txn.nonce) str(MTIzNDU2Nzg5MDEy)
    http-request set-var(txn.key) str(Rm9vNkZvbzZGb282Rm9vNg==)
    http-request set-var(txn.tag) str(uzUhANLs8qmrRy5Tbonm7w==)
    http-request set-var(txn.plain) str(secret)
    http-request set-var(txn.alg) str(HS256)
    http-request set-var(txn.rs) str(RS256)
    http-request set-var(txn.path) str(KEYS/rsa.pub)
"""


@pytest.mark.parametrize("subject", TABLE)
def test_converters(run, serve, tmp_path, subject):
    for name, pem in KEYS.items():
        (tmp_path / name).write_text(pem)
    rows = TABLE[subject]
    shown = [converters if value is None else f"req.fhdr(x-in),{converters}" for value, converters, _ in rows]
    proxy = bare(run, serve, (RULES + answers(shown)).replace("KEYS/", f"{tmp_path}/"))
    asked = (
        (expression, want, http("GET / HTTP/1.1", "Host: a.test", f"X-Case: {number}", f"X-In: {value or ''}"))
        for number, (expression, (value, _, want)) in enumerate(zip(shown, rows, strict=True))
    )
    assert not wrong_values(proxy, asked)
