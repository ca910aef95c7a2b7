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

/// The key of RFC 7516 appendix A.1.2.
const RSA: &str = "jwt_decrypt_jwk \
    {\"kty\":\"RSA\",\"n\":\"oahUIoWw0K0usKNuOR6H4wkf4oBUXHTxRvgb48E-BVvxkeDNjbC4he8rUWcJoZmds2h7M70imEVhRU5djINXtqllXI4\
    DFqcI1DgjT9LewND8MW2Krf3Spsk_ZkoFnilakGygTwpZ3uesH-PFABNIUYpOiN15dsQRkgr0vEhxN92i2asbOenSZeyaxziK72UwxrrKoExv6kc5twX\
    Tq4h-QChLOln0_mtUZwfsRaMStPs6mS6XrgxnxbWhojf663tuEQueGC-FCMfra36C9knDFGzKsNa7LZK2djYgyD3JR_MB_4NUJW_TqOQtwHYbxevoJAr\
    m-L5StowjzGy-_bq6Gw\",\"e\":\"AQAB\",\"d\":\"kLdtIj6GbDks_ApCSTYQtelcNttlKiOyPzMrXHeI-yk1F7-kpDxY4-WY5NWV5KntaEeXS1j\
    82E375xxhWMHXyvjYecPT9fpwR_M9gV8n9Hrh2anTpTD93Dt62ypW3yDsJzBnTnrYu1iwWRgBKrEYY46qAZIrA2xAwnm2X7uGR1hghkqDp0Vqj3kbSCz\
    1XyfCs6_LehBwtxHIyh8Ripy40p24moOAbgxVw3rxT_vlt3UVe4WO3JkJOzlpUf-KTVI2Ptgm-dARxTEtE-id-4OJr0h-K-VFs3VSndVTIznSxfyrj8I\
    LL6MG_Uv8YAu7VILSB3lOW085-4qE3DzgrTjgyQ\",\"p\":\"1r52Xk46c-LsfB5P442p7atdPUrxQSy4mti_tZI3Mgf2EuFVbUoDBvaRQ-SWxkbkmo\
    EzL7JXroSBjSrK3YIQgYdMgyAEPTPjXv_hI2_1eTSPVZfzL0lffNn03IXqWF5MDFuoUYE0hzb2vhrlN_rKrbfDIwUbTrjjgieRbwC6Cl0\",\"q\":\"\
    wLb35x7hmQWZsWJmB_vle87ihgZ19S8lBEROLIsZG4ayZVe9Hi9gDVCOBmUDdaDYVTSNx_8Fyw1YYa9XGrGnDew00J28cRUoeBB_jKI1oma0Orv1T9aX\
    IWxKwd4gvxFImOWr3QRL9KEBRzk2RatUBnmDZJTIAfwTs0g68UZHvtc\",\"dp\":\"ZK-YwE7diUh0qR1tR7w8WHtolDx3MZ_OTowiFvgfeQ3SiresX\
    jm9gZ5KLhMXvo-uz-KUJWDxS5pFQ_M0evdo1dKiRTjVw_x4NyqyXPM5nULPkcpU827rnpZzAJKpdhWAgqrXGKAECQH0Xt4taznjnd_zVpAmZZq60WPMB\
    MfKcuE\",\"dq\":\"Dq0gfgJ1DdFGXiLvQEZnuKEN0UUmsJBxkjydc3j4ZYdBiMRAy86x0vHCjywcMlYYg4yoC4YZa9hNVcsjqA3FeiL19rk8g6Qn29\
    Tt0cj8qqyFpz9vNDBUfCAiJVeESOjJDZPYHdHY8v1b-o-Z2X5tvLx-TCekf7oxyeKDUqKWjis\",\"qi\":\"VIMpMYbPf47dT1w_zDUXfPimsSegnMO\
    A1zTaX7aGk_8urY6R8-ZW1FxU7AlWAyLWybqq6t16VFd7hQd0y6flUK4SlOydB61gwanOsXGOAOv82cHq0E3eL4HrtZkUuKvnPrMnsUUFlfUdybVzxyj\
    z9JF_XyaY14ardLSjf4L_FNY\"}";

/// A key on P-256.
const CURVE: &str = "jwt_decrypt_jwk \
    {\"kty\":\"EC\",\"crv\":\"P-256\",\"d\":\"m0LpzBObymeVAKAjM_G431A2jOoR0_vn5ORgQzBDZdg\",\"x\":\"mX4iJtFHvaXTt1hjv9rD\
    DCowa7tVnOG_1rHQmd9buSw\",\"y\":\"rTztqxlu-Qo6aNvCfwYlIQjXD2svOjT5tVFvh7PhBFE\"}";

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
        proxy.rules.tcp_request_content = CALLS.iter().chain(&[RSA, CURVE]).map(rule).collect();
        let mut plan = Plan { version: PLAN_VERSION, proxies: vec![proxy], ..Plan::default() };
        plan.global.jwt_algorithms.push("RSA1_5".into());
        compile(plan).expect("converters of the engine")
    })
}

fuzz_target!(|data: &[u8]| {
    kit::world(program(), None, b"", data, |program, ctx| {
        evaluate(&program.proxies[0].tcp_request_content, program, ctx, 0, None);
    });
});
