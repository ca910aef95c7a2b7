//! Any bytes through each converter that reads a format: no panic, and no value over the bound.
#![no_main]

mod kit;

use libfuzzer_sys::fuzz_target;
use std::sync::OnceLock;
use steelyard_core::plan::{Action, Arg, At, Call, Expr, Frontend, LogItem, Mode, Plan, Proxy, Rule, Scope, PLAN_VERSION};
use steelyard_core::program::{compile, Program};
use steelyard_core::rules::evaluate;

/// Names and their arguments: numbers are numbers, everything else is text.
const CALLS: &[&str] = &[
    "b64dec", "ub64dec", "url_dec", "url_dec 1", "hex2i", "json utf8", "json utf8ps", "date", "base2", "cut_crlf", "reverse_dom",
    "json_query $.a", "json_query $.a[1].b int", "json_query $", "jwt_header_query", "jwt_payload_query $.a",
    "jwt_verify HS256 secret", "jwt_verify none secret", "jwt_decrypt_secret uzUhANLs8qmrRy5Tbonm7w==",
    "protobuf '1", "protobuf '1.2.3 sint64", "protobuf '1 double", "ungrpc '1.2 fixed64",
    "mqtt_is_valid", "mqtt_field_value connect username", "mqtt_field_value connect '24", "mqtt_field_value connack '33",
    "fix_is_valid", "fix_tag_value MsgType", "fix_tag_value '49",
    "rfc7239_is_valid", "rfc7239_field for", "rfc7239_field host", "rfc7239_n2nn", "rfc7239_n2np", "rfc7239_nn", "rfc7239_np",
    "language es;fr;en de", "param a", "host_only", "port_only", "field 2 , 0", "word -2 , 3",
    "eth.data", "eth.vlan", "ip.data", "ip.dst", "ip.fp", "tcp.options_list", "tcp.options.mss", "x509_v_err_str",
    "regsub (a|ab)(c|bcd)* \\\\1 g", "be2dec . 8", "le2dec . 7 1",
];

fn call(text: &str) -> Call {
    let mut words = text.split(' ');
    let name = words.next().unwrap_or_default().into();
    let arg = |word: &str| match word.parse() {
        Ok(value) => Arg::Int { value },
        Err(_) => Arg::Str { value: word.trim_start_matches('\'').into() },
    };
    Call { name, args: words.map(arg).collect() }
}

fn program() -> &'static Program {
    static PROGRAM: OnceLock<Program> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let rule = |converter: &&str| {
            let args = vec![Arg::Int { value: 0 }, Arg::Int { value: 0 }];
            let fetch = Call { name: "req.payload".into(), args };
            let expr = Expr { fetch, converters: vec![call(converter)], ..Expr::default() };
            let value = vec![LogItem::Expr { expr, flags: Vec::new(), label: Default::default() }];
            let action = Action::SetVarFmt { scope: Scope::Txn, name: "a".into(), conditions: String::new(), value };
            Rule { at: At::default(), action, cond: None, text: String::new() }
        };
        let mut proxy = Proxy { name: "f".into(), mode: Mode::Tcp, frontend: Some(Frontend::default()), ..Proxy::default() };
        proxy.rules.tcp_request_content = CALLS.iter().map(rule).collect();
        compile(Plan { version: PLAN_VERSION, proxies: vec![proxy], ..Plan::default() }).expect("converters of the engine")
    })
}

fuzz_target!(|data: &[u8]| {
    kit::world(program(), None, b"", data, |program, ctx| {
        evaluate(&program.proxies[0].tcp_request_content, program, ctx, 0, None);
    });
});
