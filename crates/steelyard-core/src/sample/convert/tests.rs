//! Converters that HAProxy 2.8 does not have, or whose manual says more than it does: values are worked out by hand.

use super::properties::text;

fn check(cases: &[(&[u8], &str, &str)]) {
    for (bytes, converters, wanted) in cases {
        assert_eq!(text(bytes, converters).unwrap_or_default(), *wanted, "{converters}");
    }
}

/// A SYN of 192.0.2.1 to 192.0.2.2 port 80: MSS 1460, SACK, timestamps, window scale 7.
const SYN: &[u8] = &[
    0x45, 0x10, 0, 60, 0, 1, 0x40, 0, 64, 6, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, // IPv4, DF
    0x12, 0x34, 0, 80, 0, 0, 0, 9, 0, 0, 0, 0, 0xa0, 0x02, 0xfa, 0xf0, 0, 0, 0, 0, // TCP
    2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 1, 0, 0, 0, 0, 0, 1, 3, 3, 7,
];

#[test]
fn packets() {
    check(&[
        (SYN, "ip.ver", "4"),
        (SYN, "ip.src", "192.0.2.1"),
        (SYN, "ip.dst", "192.0.2.2"),
        (SYN, "ip.proto", "6"),
        (SYN, "ip.ttl", "64"),
        (SYN, "ip.tos", "16"),
        (SYN, "ip.df", "1"),
        (SYN, "ip.hdr,hex,length", "40"),
        (SYN, "ip.data,tcp.src", "4660"),
        (SYN, "ip.data,tcp.dst", "80"),
        (SYN, "ip.data,tcp.seq", "9"),
        (SYN, "ip.data,tcp.flags", "2"),
        (SYN, "ip.data,tcp.win", "64240"),
        (SYN, "ip.data,tcp.options.mss", "1460"),
        (SYN, "ip.data,tcp.options.sack", "1"),
        (SYN, "ip.data,tcp.options.tsopt", "1"),
        (SYN, "ip.data,tcp.options.tsval", "256"),
        (SYN, "ip.data,tcp.options.wsopt", "1"),
        (SYN, "ip.data,tcp.options.wscale", "7"),
        (SYN, "ip.data,tcp.options_list,hex", "0204080103"),
        (SYN, "ip.fp,hex", "1050A8FAF005B447"),
        (SYN, "ip.fp(7),hex", "1050A8FAF005B447400204080103C0000201"),
        (&SYN[..30], "ip.fp", ""),
        (b"", "ip.ver", ""),
    ]);
    let mut frame = vec![1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x81, 0, 0x20, 5, 8, 0];
    frame.extend(SYN);
    check(&[
        (&frame, "eth.dst,hex", "010203040506"),
        (&frame, "eth.src,hex", "0708090A0B0C"),
        (&frame, "eth.vlan", "5"),
        (&frame, "eth.proto", "2048"),
        (&frame, "eth.hdr,hex,length", "36"),
        (&frame, "eth.data,ip.src", "192.0.2.1"),
        (&frame[..17], "eth.proto", ""),
    ]);
    let mut six = vec![0x62, 0x30, 0, 0, 0, 28, 0, 200];
    six.extend([0x20; 16]);
    six.extend([0x21; 16]);
    six.extend([6, 0, 1, 4, 0, 0, 0, 0]);
    six.extend(&SYN[20..]);
    check(&[
        (&six, "ip.ver", "6"),
        (&six, "ip.tos", "35"),
        (&six, "ip.ttl", "200"),
        (&six, "ip.proto", "6"),
        (&six, "ip.hdr,hex,length", "96"),
        (&six, "ip.src", "2020:2020:2020:2020:2020:2020:2020:2020"),
        (&six, "ip.fp,hex", "23F8A8FAF005B447"),
        (&six[..44], "ip.proto", ""),
    ]);
}

#[test]
fn json_as_its_standard_says() {
    check(&[
        (br#"{"a":[1,"b",{"c":2}]}"#, "json_query($.a)", r#"[1,"b",{"c":2}]"#),
        (
            br#"{"a":"\u20ac\ud83d\ude00\/\b"}"#,
            "json_query($.a)",
            "\u{20ac}\u{1f600}/\u{8}",
        ),
        (br#"{"a":"\ud83d"}"#, "json_query($.a)", ""),
        (br#"{"a":{"b":5}}"#, "json_query($['a'][\"b\"],int)", "5"),
        (br#"{"a":01}"#, "json_query($.a.b)", ""),
        ("[".repeat(100).as_bytes(), "json_query($)", ""),
    ]);
}

#[test]
fn whole_parts_of_tokens() {
    check(&[
        (b"eyJhIjoxfQ.eyJiIjoyfQ.c2ln", "jwt_header_query", r#"{"a":1}"#),
        (b"eyJhIjoxfQ.eyJiIjoyfQ.c2ln", "jwt_payload_query", r#"{"b":2}"#),
        (b"eyJhIjoxfQ..c2ln", "jwt_payload_query", ""),
        (b"!.eyJiIjoyfQ.c2ln", "jwt_header_query", ""),
    ]);
}

#[test]
fn dates_of_all_three_forms() {
    check(&[
        (b"Sun, 06 Nov 1994 08:49:37 GMT", "date", "784111777"),
        (b"Sunday, 06-Nov-94 08:49:37 GMT", "date", "784111777"),
        (b"Sun Nov  6 08:49:37 1994", "date", "784111777"),
        (b"Thu, 29 Feb 2024 00:00:00 GMT", "date", "1709164800"),
        (b"Sun, 06 Nov 1994 24:49:37 GMT", "date", "784169377"),
        (b"Sun, 06 Nov 1994 08:49:37", "date", ""),
        (b"Sun, 32 Nov 1994 08:49:37 GMT", "date", "786358177"),
        (b"tomorrow", "date", ""),
    ]);
}

#[test]
fn nodes_are_written() {
    check(&[
        (b"test", "rfc7239_nn", "_test"),
        (b"x", "concat(),rfc7239_nn", "_x"),
        (b"x", "concat(),ltrim(x),rfc7239_nn", "unknown"),
        (b"a b", "concat(),rfc7239_nn", ""),
        (b"12", "concat(),add(0),rfc7239_np", "12"),
        (b"70000", "concat(),add(0),rfc7239_np", "70000"),
        (b"x", "concat(),rfc7239_np", "_x"),
        (b"x", "concat(),ltrim(x),rfc7239_np", ""),
        (SYN, "ip.src,rfc7239_nn", "192.0.2.1"),
    ]);
}

/// NIST SP 800-38A, F.2.1, first block; the padding is one block more.
#[test]
fn cbc_gives_the_blocks_of_the_standard() {
    let plain = [
        0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40, 0x9f, 0x96, 0xe9, 0x3d, 0x7e, 0x11, 0x73, 0x93, 0x17, 0x2a,
    ];
    let (nonce, key) = ("AAECAwQFBgcICQoLDA0ODw==", "K34VFiiu0qar9xWICc9PPA==");
    check(&[
        (
            &plain,
            &format!("aes_cbc_enc(128,\"{nonce}\",\"{key}\"),bytes(0,16),hex"),
            "7649ABAC8119B246CEE98E9B12E9197D",
        ),
        (&plain, &format!("aes_cbc_dec(128,\"{nonce}\",\"{key}\")"), ""),
        (&plain, &format!("aes_cbc_enc(256,\"{nonce}\",\"{key}\")"), ""),
        (&plain, &format!("aes_cbc_enc(128,\"AAEC\",\"{key}\")"), ""),
    ]);
}
