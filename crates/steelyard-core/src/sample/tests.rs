//! Expectations are what HAProxy 2.8 answers to the same expression and request.

use super::args::Build;
use super::CompiledExpr;
use crate::kit::{expr, map, plan, World};
use crate::plan::{PatternFile, User, Userlist};

fn world() -> World {
    let mut plan = plan();
    plan.userlists.push(Userlist {
        name: "staff".into(),
        users: vec![User {
            name: "ann".into(),
            password: "secret".into(),
            insecure: true,
            groups: vec!["dev".into(), "ops".into()],
        }],
    });
    plan.pattern_files = files();
    World::new(plan)
}

fn files() -> Vec<PatternFile> {
    vec![
        map([("a.example", "1"), ("example", "2"), ("b", "9.9.9.9")]),
        map([("10.0.0.0/8", "big"), ("10.1.0.0/16", "small"), ("::1", "six")]),
        map([("^/x(.)(.)$", "<\\2\\1>"), ("y", "why")]),
    ]
}

/// The value as text; `None` where there is none.
fn ask(world: &mut World, text: &str) -> Option<String> {
    let (program, ctx) = world.ctx();
    // A program has let go of what files hold.
    let mut plan = program.plan.clone();
    plan.pattern_files = files();
    let build = Build::new(&plan);
    let compiled = CompiledExpr::compile(&expr(text), &build).unwrap_or_else(|error| panic!("{text}: {error}"));
    let view = ctx.view(program, None);
    let value = compiled
        .one(&view)
        .map(|sample| String::from_utf8_lossy(sample.as_str(view.arena)).into_owned());
    value
}

fn check(world: &mut World, cases: &[(&str, &str)]) {
    for (text, wanted) in cases {
        assert_eq!(ask(world, text).unwrap_or_default(), *wanted, "{text}");
    }
}

#[test]
fn casts_follow_haproxy() {
    check(
        &mut world(),
        &[
            ("str(12abc),add(0)", "12"),
            ("str(abc),add(1)", "1"),
            ("str( 12),add(1)", "1"),
            ("str(-12),add(1)", "-11"),
            ("str(+12),add(1)", "13"),
            ("str(99999999999999999999),add(0)", "9223372036854775807"),
            ("bin(616200ff),lower", "ab"),
            ("bool(true),add(1)", "2"),
            ("int(3),lower", "3"),
            ("ipv4(1.2.3.4),add(0)", "16909060"),
            ("str(1.2.3.4),ipmask(24)", "1.2.3.0"),
            ("str(::ffff:1.2.3.4),ipmask(24,64)", "1.2.3.0"),
            ("int(16909060),ipmask(32)", "1.2.3.4"),
            ("int(-1),ipmask(32)", "255.255.255.255"),
            ("str(yes),bool", "0"),
            ("str(10),bool", "1"),
            ("ipv4(1.2.3.4),hex", "01020304"),
            ("int(10),hex", "000000000000000A"),
            ("ipv6(::1),hex", "00000000000000000000000000000001"),
            ("bool(1),hex", "0000000000000001"),
            ("ipv4(1.2.3.4),length", "7"),
            ("int(260),length", "3"),
            ("str(1.2.3.4x),ipmask(32)", "1.2.3.4"),
            ("str(1.2.3.4.5),ipmask(32)", ""),
            ("str(1.2.3),ipmask(32)", ""),
            ("str(01.2.3.4),ipmask(32)", "1.2.3.4"),
            ("str(1.2.3.256),ipmask(32)", ""),
            ("str([::1]),ipmask(32,128)", ""),
            ("str(2001:db8::1:2),ipmask(32,64)", "2001:db8::"),
        ],
    );
}

#[test]
fn numbers_stop_at_the_limits() {
    check(
        &mut world(),
        &[
            ("int(5),and(3)", "1"),
            ("int(5),or(3)", "7"),
            ("int(5),xor(3)", "6"),
            ("int(5),cpl", "-6"),
            ("int(5),neg", "-5"),
            ("int(5),not", "0"),
            ("int(5),even", "0"),
            ("int(5),odd", "1"),
            ("int(-7),div(2)", "-3"),
            ("int(7),div(0)", "9223372036854775807"),
            ("int(7),mod(0)", "0"),
            ("int(-7),mod(3)", "-1"),
            ("int(9223372036854775807),add(1)", "9223372036854775807"),
            ("int(-9223372036854775808),sub(1)", "-9223372036854775808"),
            ("int(9223372036854775807),mul(2)", "9223372036854775807"),
            ("int(-9223372036854775808),neg", "9223372036854775807"),
            ("int(-9223372036854775808),div(-1)", "9223372036854775807"),
        ],
    );
}

#[test]
fn fields_words_and_bytes() {
    check(
        &mut world(),
        &[
            ("str(f1_f2_f3__f5),field(4,_)", ""),
            ("str(f1_f2_f3__f5),field(5,_)", "f5"),
            ("str(f1_f2_f3__f5),field(6,_)", ""),
            ("str(f1_f2_f3__f5),field(2,_,0)", "f2_f3__f5"),
            ("str(f1_f2_f3__f5),field(2,_,2)", "f2_f3"),
            ("str(f1_f2_f3__f5),field(2,_,9)", "f2_f3__f5"),
            ("str(f1_f2_f3__f5),field(-2,_,3)", "f2_f3_"),
            ("str(f1_f2_f3__f5),field(-3,_,0)", "f1_f2_f3"),
            ("str(f1_f2_f3__f5),field(-9,_,0)", ""),
            ("str(f1_f2_f3__f5),field(-1,_)", "f5"),
            ("str(f1_f2_f3__f5),word(4,_)", "f5"),
            ("str(f1_f2_f3__f5),word(5,_)", ""),
            ("str(f1_f2_f3__f5),word(2,_,0)", "f2_f3__f5"),
            ("str(f1_f2_f3__f5),word(3,_,2)", "f3__f5"),
            ("str(f1_f2_f3__f5),word(-2,_,3)", "f1_f2_f3"),
            ("str(f1_f2_f3__f5),word(-3,_,0)", "f1_f2"),
            ("str(/f1////f2/f3/f4),word(1,/)", "f1"),
            ("str(__a__),word(1,_,0)", "a__"),
            ("str(__a__b__),word(1,_,2)", "a__b"),
            ("str(__a__b__),word(-1,_)", "b"),
            ("str(__a__b__),word(-1,_,2)", "a__b"),
            ("str(__a__b__),field(1,_)", ""),
            ("str(a),field(1,_)", "a"),
            ("str(abc),bytes(1)", "bc"),
            ("str(abc),bytes(5)", ""),
            ("str(abc),bytes(1,9)", "bc"),
            ("int(12),bytes(0,3),hex", "000000"),
            ("str(\"[::1]:80\"),host_only", "[::1]"),
            ("str(Foo:80),host_only", "foo"),
            ("str(foo:80),port_only", "80"),
            ("str(foo),port_only", "0"),
            ("str(\"[::1]:8\"),port_only", "8"),
            ("str(a=1&b=2),param(b)", "2"),
            ("str(a=1;b=2),param(b,;)", "2"),
        ],
    );
}

#[test]
fn text_converters() {
    let mut world = world();
    check(
        &mut world,
        &[
            ("str(aaabbb),regsub(a+,X)", "Xbbb"),
            ("str(aaabbbaaa),regsub(a,X,g)", "XXXbbbXXX"),
            ("str(aaabbbaaa),regsub(A,X,gi)", "XXXbbbXXX"),
            ("str(abc),regsub(b*,X,g)", "XaXXcX"),
            ("str(foo-bar),regsub(\"(\\w+)-(\\w+)\",\"\\2-\\1\")", "bar-foo"),
            ("str(\"a%20b+c?d+e%zz%2\"),url_dec", ""),
            ("str(a%20b+c?d+e),url_dec", "a b+c?d e"),
            ("str(a%20b+c),url_dec(1)", "a b c"),
            ("str(\"a b/c?d=é&~-_.!\"),url_enc", "a%20b%2Fc%3Fd%3D%C3%A9%26~-_.%21"),
            ("str(xxabcxx),rtrim(x)", "xxabc"),
            ("str(xxabcxx),ltrim(x)", "abcxx"),
            ("str(abc),reverse", "cba"),
            ("str(a.b.c),reverse_dom", "c.b.a"),
            ("bool(1),iif(yes,no)", "yes"),
            ("bool(0),iif(yes,no)", "no"),
            ("str(abc),iif(yes,no)", "no"),
            ("str(aB),upper", "AB"),
            ("str(a\r\nb),cut_crlf", "a"),
            ("str(ab),add_item(-,txn.nope)", "ab"),
            ("str(ab),add_item(-,,x)", "ab-x"),
            ("str(),add_item(-,,x)", "x"),
            ("str(a\tb/\\é),json(utf8)", "a\\tb\\/\\\\\\u00e9"),
            ("str(a\tb/\\é),json", "a\\tb\\/\\\\\\u00c3\\u00a9"),
            ("str(\"fr-FR,fr;q=0.8,en;q=0.9,es;q=0\"),language(es;fr;en)", "fr"),
            ("str(\"fr-FR,fr;q=0.8,en;q=0.9,es;q=0\"),language(es;en)", "en"),
            ("str(de),language(es;en,xx)", "xx"),
            ("str(de),language(es;en)", ""),
            ("str(ab),set-var(txn.v),length", "2"),
            ("str(x),concat(b,txn.v,c)", "xbabc"),
            ("str(abc),strcmp(txn.v)", "1"),
            ("str(ac),strcmp(txn.v)", "1"),
            ("str(ab),secure_memcmp(txn.v)", "1"),
        ],
    );
}

#[test]
fn hashes_are_haproxys() {
    check(
        &mut world(),
        &[
            ("str(hello),crc32", "907060870"),
            ("str(hello),crc32(1)", "3902247103"),
            ("str(hello),crc32c", "2591144780"),
            ("str(hello),djb2", "261238937"),
            ("str(hello),djb2(1)", "1119739105"),
            ("str(hello),sdbm", "684824882"),
            ("str(hello),wt6", "3538347703"),
            ("str(hello),wt6(1)", "140457739"),
            ("str(hello),xxh32", "4211111929"),
            ("str(hello),xxh32(1)", "4244634537"),
            ("str(hello),xxh64", "2794345569481354659"),
            ("str(hello),xxh64(7)", "-3230996971225133522"),
            ("str(hello),xxh3", "-7685981735718036227"),
            ("str(hello),xxh3(7)", "2263127920094649883"),
            ("str(hello),sha1,hex", "AAF4C61DDCC5E8A2DABEDE0F3B482CD9AEA9434D"),
            (
                "str(hello),sha2,hex",
                "2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824",
            ),
            ("str(hello),digest(md5),hex", "5D41402ABC4B2A76B9719D911017C592"),
            ("str(hello),base64", "aGVsbG8="),
            ("str(aGVsbG8=),b64dec", "hello"),
            ("str(aGVsbG8),b64dec", ""),
            ("str(??>),ub64enc", "Pz8-"),
            ("str(Pz8-),ub64dec", "??>"),
            ("str(ff),hex2i", "255"),
            ("str(-1f),hex2i", ""),
            ("str(12zz),hex2i", ""),
            ("int(-1),htonl,hex", "FFFFFFFF"),
            ("bin(0102030405060708),be2dec(:,2)", "258:772:1286:1800"),
            ("bin(01020304050607),be2hex(:,2)", "0102:0304:0506:07"),
            ("bin(01020304050607),be2hex(:,2,1)", "0102:0304:0506"),
        ],
    );
}

#[test]
fn dates() {
    check(
        &mut world(),
        &[
            ("int(784111777),http_date", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ("int(784111777),http_date(10)", "Sun, 06 Nov 1994 08:49:47 GMT"),
            (
                "int(784111777),utime(\"%Y-%m-%d %H:%M:%S %z %j %a %b %e %U\")",
                "1994-11-06 08:49:37 +0000 310 Sun Nov  6 45",
            ),
            ("int(784111777),utime(\"%d/%b/%Y:%T\",10)", "06/Nov/1994:08:49:47"),
            ("int(951782400),utime(\"%F %G-W%V-%u\")", "2000-02-29 2000-W09-2"),
            ("int(1104537600),utime(\"%F %G-W%V-%u\")", "2005-01-01 2004-W53-6"),
            ("int(0),utime(%s)", "0"),
            ("int(1690192382196),ms_utime(\"%S.%3N\")", "02.196"),
            ("date", "784111777"),
            ("date(0,ms)", "784111777123"),
            ("date_us", "784111777123456"),
        ],
    );
}

const WILD: &[u8] = b"GET /p/a;s=9?x=1&y=a%20b&e=&n&x=2;z=3 HTTP/1.1\r\nHost: Ex.Com:80\r\nx: a, b ,,\r\nX:  c d\r\n\
empty: \r\nquoted: \"a,b\", c=\"d,\\\"e\",f\r\nv: 12ab\r\nw: ab\r\ni: 1.2.3.4, 5.6.7.8\r\nj: 1.2.3.4:80\r\nk: [::1]\r\nl: ::1\r\n\
m: \"1.2.3.4\"\r\nCookie: a=1; b = 2 ;a=3; n=12x; q=\"x;y\"; e=; sp=a b c\r\nCookie: a=4, z=1\r\n\
Authorization: Basic YW5uOnNlY3JldA==\r\n\r\n";

#[test]
fn request_fetches() {
    let mut world = world().request(WILD);
    check(
        &mut world,
        &[
            ("req.hdr(x)", "c d"),
            ("req.hdr(x,1)", "a"),
            ("req.hdr(x,2)", "b"),
            ("req.hdr(x,3)", ""),
            ("req.hdr(x,5)", "c d"),
            ("req.hdr(x,-1)", "c d"),
            ("req.hdr(x,-4)", "b"),
            ("req.hdr(x,-9)", ""),
            ("req.hdr_cnt(x)", "5"),
            ("req.fhdr(x,1)", "a, b ,,"),
            ("req.fhdr_cnt(x)", "2"),
            ("req.hdr_cnt(empty)", "1"),
            ("req.hdr_cnt(none)", "0"),
            ("req.hdr(quoted,1)", "\"a,b\""),
            ("req.hdr(quoted,2)", "c=\"d,\\\"e\""),
            ("req.hdr(quoted,3)", "f"),
            ("req.hdr_val(v)", "12"),
            ("req.hdr_val(w)", "0"),
            ("req.hdr_ip(i)", "5.6.7.8"),
            ("req.hdr_ip(i,1)", "1.2.3.4"),
            ("req.hdr_ip(j)", "1.2.3.4"),
            ("req.hdr_ip(k)", "::1"),
            ("req.hdr_ip(m)", ""),
            (
                "req.hdr_names",
                "host,x,x,empty,quoted,v,w,i,j,k,l,m,cookie,cookie,authorization",
            ),
            ("req.cook(a)", "4"),
            ("req.cook(b)", "2"),
            ("req.cook", "1"),
            ("req.cook_cnt(a)", "3"),
            ("req.cook_cnt", "9"),
            ("req.cook_val(n)", "12"),
            ("req.cook(q)", "\"x;y\""),
            ("req.cook(e)", ""),
            ("req.cook(A)", ""),
            ("req.cook(sp)", "a b c"),
            ("base", "Ex.Com:80/p/a;s=9"),
            ("base32", "3792453443"),
            ("url32", "2064187234"),
            ("path", "/p/a;s=9"),
            ("query", "x=1&y=a%20b&e=&n&x=2;z=3"),
            ("query(with_qm)", "?x=1&y=a%20b&e=&n&x=2;z=3"),
            ("url_param(x)", "1"),
            ("url_param(y)", "a%20b"),
            ("url_param(n)", ""),
            ("url_param(X)", ""),
            ("url_param(X,,i)", "1"),
            ("url_param(s,;)", "9?x=1"),
            ("urlp_val(x)", "1"),
            ("req.ver", "1.1"),
            ("capture.req.uri", "/p/a;s=9?x=1&y=a%20b&e=&n&x=2;z=3"),
            ("capture.req.method", "GET"),
            ("capture.req.ver", "HTTP/1.1"),
            ("http_first_req", "1"),
            ("src", "192.0.2.7"),
            ("src_port", "4711"),
            ("dst_is_local", "1"),
            ("src_is_local", "0"),
            ("http_auth(0)", "1"),
            ("http_auth_group(0)", "ann"),
            ("http_auth_user", "ann"),
            ("http_auth_type", "Basic"),
            ("fe_name", "web"),
            ("so_name", "door"),
            ("fe_conn", "10"),
            ("srv_is_up(s2)", "0"),
            ("uuid", "80000000-8000-4000-8000-000080000000"),
            ("rand(10)", "5"),
            ("var(txn.none,ab)", "ab"),
        ],
    );
}

#[test]
fn absolute_and_asterisk_targets() {
    let mut first = world().request(b"GET http://10.1.2.3:8080/x/y?x=1&x=2 HTTP/1.1\r\nHost: 10.1.2.3:8080\r\n\r\n");
    check(
        &mut first,
        &[
            ("base", "10.1.2.3:8080/x/y"),
            ("url", "http://10.1.2.3:8080/x/y?x=1&x=2"),
            ("path", "/x/y"),
            ("url_ip", "10.1.2.3"),
            ("url_port", "8080"),
            ("base32", "3293389285"),
            ("url32", "989405134"),
        ],
    );
    let mut star = world().request(b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
    check(&mut star, &[("base", "a"), ("url", "*"), ("path", ""), ("url_port", "")]);
    let mut bare = world().request(b"GET http://10.1.2.3 HTTP/1.1\r\nHost: 10.1.2.3\r\n\r\n");
    check(&mut bare, &[("path", "/"), ("url_port", "80")]);
}

#[test]
fn bodies_and_responses() {
    let mut post = world().request(b"POST /? HTTP/1.1\r\nHost: a\r\nContent-Length: 13\r\n\r\n");
    post.input = b"a=1&b=%20&c=d".to_vec();
    check(
        &mut post,
        &[
            ("req.body_len", "13"),
            ("req.body_size", "13"),
            ("req.body_param(a)", "1"),
            ("req.body_param(A,i)", "1"),
            ("req.body_param(c)", "d"),
            ("req.payload(4,5)", ""),
        ],
    );
    let text = b"HTTP/1.1 404 Nope\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n";
    let mut answer = world().response(text);
    check(
        &mut answer,
        &[
            ("status", "404"),
            ("res.cook(a)", "1"),
            ("res.cook(Path)", ""),
            ("res.cook_names", "a,b"),
            ("res.hdr(content-length)", "0"),
        ],
    );
}

#[test]
fn maps() {
    check(
        &mut world(),
        &[
            ("str(example),map(0)", "2"),
            ("str(nope),map(0)", ""),
            ("str(nope),map(0,dflt)", "dflt"),
            ("str(www.a.example),map_dom(0)", "1"),
            ("str(a.example.org),map_beg(0)", "1"),
            ("str(www.a.example),map_end(0)", "1"),
            ("str(b),map_str_ip(0)", "9.9.9.9"),
            ("str(example),map_str_int(0),add(1)", "3"),
            ("str(xexamplex),map_sub_key(0)", "example"),
            ("str(10.1.2.3),map_ip(1)", "small"),
            ("str(10.2.2.3),map_ip(1)", "big"),
            ("str(::1),map_ip(1)", "six"),
            ("str(/xab),map_regm(2)", "<ba>"),
            ("str(/xab),map_reg_key(2)", "^/x(.)(.)$"),
        ],
    );
}

/// Bytes that nobody expects must give no answer or some answer, and nothing else.
#[test]
fn strange_values_are_survived() {
    let long = "a,;\"=%&?/:. ".repeat(3000);
    let texts = [
        "",
        "\0",
        "%",
        "\"",
        "=",
        ",",
        ";;;;",
        "%zz%2",
        "\\",
        "[",
        "[::",
        "::::",
        "1.2.3.",
        "-",
        "é\u{10ffff}",
        &long,
    ];
    let mut world = world();
    let simple = [
        "lower",
        "upper",
        "length",
        "reverse",
        "reverse_dom",
        "url_dec",
        "url_dec(1)",
        "url_enc",
        "hex",
        "hex2i",
        "base64",
        "b64dec",
        "ub64dec",
        "htonl",
        "json(utf8)",
        "json(utf8ps)",
        "json",
        "language(a;b)",
        "host_only",
        "port_only",
        "field(-3,\",\",0)",
        "word(-3,\",\",0)",
        "field(9,\",\")",
        "word(2,\"= \",7)",
        "bytes(2,5)",
        "ipmask(8,8)",
        "crc32(1)",
        "xxh3",
        "http_date",
        "utime(\"%c %5N %\")",
        "regsub(a*,\"\\1\\9\\x4\",g)",
        "cut_crlf",
        "param(a)",
        "be2dec(:,3)",
        "map_dom(0)",
        "map_regm(2)",
        "map_ip(1)",
        "add(1)",
        "bool",
    ];
    for text in texts {
        for converter in simple {
            let mut value = expr(&format!("str(x),{converter}"));
            value.fetch.args = vec![crate::plan::Arg::Str { value: text.into() }];
            let (program, ctx) = world.ctx();
            let build = Build::new(&program.plan);
            let compiled = CompiledExpr::compile(&value, &build).unwrap();
            let view = ctx.view(program, None);
            let _ = compiled
                .one(&view)
                .map(|sample| (sample.as_str(view.arena).len(), sample.as_ip(), sample.as_int()));
        }
    }
}
