//! What must hold for any bytes, and converters beside plain models.

use crate::kit::{expr, plan, World};
use crate::sample::args::Build;
use crate::sample::{CompiledExpr, Owned};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

/// What a converter makes of bytes.
fn through(bytes: &[u8], converters: &str) -> Option<Owned> {
    let mut world = World::new(plan());
    world.input = bytes.to_vec();
    let (program, ctx) = world.ctx();
    let build = Build::new(&program.plan);
    let text = format!("req.payload(0,0),{converters}");
    let compiled = CompiledExpr::compile(&expr(&text), &build).unwrap_or_else(|error| panic!("{text}: {error}"));
    let view = ctx.view(program, None);
    compiled.one(&view).map(Owned::from)
}

pub(super) fn text(bytes: &[u8], converters: &str) -> Option<String> {
    match through(bytes, converters)? {
        Owned::Str(text) | Owned::Bin(text) => String::from_utf8(text).ok(),
        Owned::Int(value) => Some(value.to_string()),
        Owned::Bool(value) => Some(u8::from(value).to_string()),
        Owned::Ipv4(ip) => Some(ip.to_string()),
        Owned::Ipv6(ip) => Some(ip.to_string()),
        Owned::Meth(_) => None,
    }
}

/// Each with arguments that suit.
const WILD: &[&str] = &[
    "base2",
    "date",
    "eth.data,ip.data,tcp.options_list",
    "eth.hdr",
    "eth.proto",
    "eth.vlan",
    "fix_is_valid",
    "fix_tag_value(MsgType)",
    "has_ctl",
    "hmac(sha256,\"c2VjcmV0\")",
    "ip.data",
    "ip.dst",
    "ip.fp(7)",
    "ip.hdr",
    "json_query($.a[1].b)",
    "json_query($)",
    "json_query($,int)",
    "jwt_header_query",
    "jwt_payload_query($.a)",
    "jwt_verify(HS256,secret)",
    "jwt_verify(none,x)",
    "mqtt_field_value(connect,username)",
    "mqtt_field_value(connect,\"24\")",
    "mqtt_field_value(connack,\"33\")",
    "mqtt_is_valid",
    "protobuf(\"1\")",
    "protobuf(1.2.3,sint64)",
    "protobuf(\"1\",double)",
    "rfc7239_field(host)",
    "rfc7239_field(for),rfc7239_n2np",
    "rfc7239_is_valid",
    "rfc7239_n2nn",
    "rfc7239_n2np",
    "rfc7239_nn",
    "rfc7239_np",
    "tcp.options.mss",
    "tcp.options.tsval",
    "tcp.options.wscale",
    "tcp.options_list",
    "ungrpc(1.2,fixed64)",
    "aes_gcm_dec(128,\"MTIzNDU2Nzg5MDEy\",\"Rm9vNkZvbzZGb282Rm9vNg==\",\"uzUhANLs8qmrRy5Tbonm7w==\")",
    "jwt_decrypt_secret(\"uzUhANLs8qmrRy5Tbonm7w==\")",
    "capture-req(0)",
    "debug(a)",
    "when(!error),when(normal),debug(a,stderr)",
    "x509_v_err_str",
    "aes_cbc_dec(128,\"MTIzNDU2Nzg5MDEyMzQ1Ng==\",\"Rm9vNkZvbzZGb282Rm9vNg==\")",
];

/// Starts of things that the converters know, so that more than the first byte is looked at.
fn nearly() -> impl Strategy<Value = Vec<u8>> {
    let start = prop_oneof![
        Just(&b""[..]),
        Just(&b"{\"a\":[1,{\"b\":"[..]),
        Just(&b"eyJhIjoxfQ.eyJhIjoxfQ."[..]),
        Just(&b"\x10\x0c\x00\x04MQTT\x05\xc6\x00\x3c"[..]),
        Just(&b"\x20\x06\x00\x00\x03"[..]),
        Just(&b"8=FIX.4.2\x019=5\x0135=A\x01"[..]),
        Just(&b"for=\"[::1]:"[..]),
        Just(&b"host=a;for=_"[..]),
        Just(&b"\x45\x00\x00\x3c\x00\x00\x40\x00\x40\x06\x00\x00\x7f\x00\x00\x01\x7f\x00\x00\x01"[..]),
        Just(&b"\x60\x00\x00\x00\x00\x28\x00\x40"[..]),
        Just(&b"\x0a\x03\x12\x01"[..]),
        Just(&b"Sun, 06 Nov 1994 "[..]),
    ];
    (start, vec(any::<u8>(), 0..80)).prop_map(|(start, rest)| [start, &rest].concat())
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[ -~\u{e9}\u{20ac}\n\t]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map("[a-z]{1,4}", inner, 0..5).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Paths to all values, with what they should give.
fn paths(value: &Value, path: &str, out: &mut Vec<(String, Option<String>)>) {
    let wanted = match value {
        Value::Bool(value) => Some(u8::from(*value).to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                paths(item, &format!("{path}[{index}]"), out);
            }
            Some(value.to_string())
        }
        Value::Object(members) => {
            for (name, member) in members {
                paths(member, &format!("{path}.{name}"), out);
            }
            None
        }
        Value::Number(number) => {
            out.push((format!("{path},int"), Some(number.to_string())));
            return;
        }
        Value::Null => None,
    };
    out.push((path.to_owned(), wanted));
}

/// A field of a message and its number.
fn field(number: u32, bytes: &[u8]) -> Vec<u8> {
    let mut out = varint(u64::from(number) << 3 | 2);
    out.extend(varint(bytes.len() as u64));
    out.extend(bytes);
    out
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_bytes_panic(bytes in nearly()) {
        for converters in WILD {
            through(&bytes, converters);
        }
    }

    #[test]
    fn json_values_are_found(value in json()) {
        let mut wanted = Vec::new();
        paths(&value, "$", &mut wanted);
        let written = value.to_string();
        for (path, wanted) in wanted {
            prop_assert_eq!(text(written.as_bytes(), &format!("json_query({path})")), wanted, "{} in {}", path, written);
        }
    }

    #[test]
    fn protobuf_fields_are_found(number in 1_u32..1_000, value: u64, text: Vec<u8>, other in 1_001_u32..2_000) {
        let mut inner = varint(u64::from(number) << 3);
        inner.extend(varint(value));
        let message = [field(other, &text), field(number, &inner)].concat();
        let ask = |converters: String| through(&message, &converters);
        prop_assert_eq!(ask(format!("protobuf(\"{other}\")")), Some(Owned::Bin(text)));
        prop_assert_eq!(ask(format!("protobuf(\"{number}.{number}\",uint64)")), Some(Owned::Int(value as i64)));
        let signed = (value >> 1) as i64 ^ -((value & 1) as i64);
        prop_assert_eq!(ask(format!("protobuf(\"{number}.{number}\",sint64)")), Some(Owned::Int(signed)));
        prop_assert_eq!(ask(format!("protobuf(\"{}\")", number + 5_000)), None);
        let framed = [&[0, 0, 0][..], &(message.len() as u16).to_be_bytes(), &message].concat();
        prop_assert_eq!(through(&framed, &format!("ungrpc(\"{number}.{number}\",uint64)")), Some(Owned::Int(value as i64)));
    }

    #[test]
    fn what_is_encrypted_comes_back(message: Vec<u8>) {
        let (nonce, key) = ("\"MTIzNDU2Nzg5MDEy\"", "\"Rm9vNkZvbzZGb282Rm9vNkZvbzZGb282\"");
        let twice = format!("aes_gcm_enc(192,{nonce},{key},txn.tag),aes_gcm_dec(192,{nonce},{key},txn.tag)");
        prop_assert_eq!(through(&message, &twice), Some(Owned::Bin(message.clone())));
        let block = "\"MTIzNDU2Nzg5MDEyMzQ1Ng==\"";
        let twice = format!("aes_cbc_enc(192,{block},{key}),aes_cbc_dec(192,{block},{key})");
        prop_assert_eq!(through(&message, &twice), Some(Owned::Bin(message)));
    }

    #[test]
    fn binary_digits_are_those_of_the_bytes(bytes: Vec<u8>) {
        let wanted: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
        prop_assert_eq!(text(&bytes, "base2"), Some(wanted));
    }

    #[test]
    fn dates_are_read_as_they_are_written(seconds in 0_i64..253_402_300_799) {
        let written = text(seconds.to_string().as_bytes(), "concat(),add(0),http_date").unwrap();
        prop_assert_eq!(through(written.as_bytes(), "date"), Some(Owned::Int(seconds)));
    }

    #[test]
    fn control_characters_are_seen(bytes: Vec<u8>) {
        let any = bytes.iter().any(u8::is_ascii_control);
        prop_assert_eq!(through(&bytes, "has_ctl(any)"), Some(Owned::Bool(any)));
        let http = bytes.iter().any(|byte| matches!(byte, 0 | b'\r' | b'\n'));
        prop_assert_eq!(through(&bytes, "has_ctl(http)"), Some(Owned::Bool(http)));
        let but_tab = bytes.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t');
        prop_assert_eq!(through(&bytes, "has_ctl"), Some(Owned::Bool(but_tab)));
    }
}
