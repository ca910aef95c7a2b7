//! Lines are what HAProxy 2.8 writes for the same stream.

use super::*;
use crate::kit::{expr, plan as base_plan, World};
use crate::plan::LogItem;

/// A format as it stands in a configuration, with the same flags on every item.
fn items(text: &str, flags: &[&str]) -> LogFormat {
    let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
    let mut items = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        rest = &rest[letter.len_utf8()..];
        if letter != '%' {
            plain.push(letter);
            continue;
        }
        if !plain.is_empty() {
            items.push(LogItem::Text {
                value: std::mem::take(&mut plain),
            });
        }
        if let Some(inner) = rest.strip_prefix('[') {
            let end = inner.find(']').unwrap();
            items.push(LogItem::Expr {
                expr: expr(&inner[..end]),
                label: crate::plan::Label::default(),
                flags: flags.clone(),
            });
            rest = &inner[end + 1..];
        } else {
            let end = rest
                .find(|letter: char| !letter.is_ascii_alphanumeric())
                .unwrap_or(rest.len());
            items.push(LogItem::Alias {
                name: rest[..end].into(),
                label: crate::plan::Label::default(),
                flags: flags.clone(),
            });
            rest = &rest[end..];
        }
    }
    if !plain.is_empty() {
        items.push(LogItem::Text { value: plain });
    }
    items
}

fn world(format: &str, flags: &[&str]) -> World {
    let mut plan = base_plan();
    plan.proxies[0].log_format = items(format, flags);
    World::new(plan)
}

fn line(world: &mut World) -> String {
    let (program, mut ctx) = world.ctx();
    let mut out = Vec::new();
    render_log(program, program.proxies[0].log.as_ref().unwrap(), &mut ctx, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

const ALL: &str =
    "T=%T Tl=%Tl Ts=%Ts t=%t ms=%ms tr=%tr trg=%trg trl=%trl|Ta=%Ta Tc=%Tc Td=%Td Th=%Th Ti=%Ti Tq=%Tq TR=%TR Tr=%Tr \
Tt=%Tt Tu=%Tu Tw=%Tw|B=%B CC=%CC CS=%CS H=%H HM=%HM HP=%HP HPO=%HPO HQ=%HQ HU=%HU HV=%HV ID=%ID ST=%ST U=%U|ac=%ac b=%b bc=%bc \
bi=%bi bp=%bp bq=%bq ci=%ci cp=%cp f=%f fc=%fc fi=%fi fp=%fp ft=%ft hr=%hr hrl=%hrl hs=%hs hsl=%hsl lc=%lc pid=%pid r=%r rc=%rc \
rt=%rt s=%s sc=%sc si=%si sp=%sp sq=%sq sslc=%sslc sslv=%sslv ts=%ts tsc=%tsc";

#[test]
fn a_bad_request() {
    let mut world = world(ALL, &[]);
    world.record.status = 400;
    world.record.termination = *b"PR--";
    world.record.actconn = 1;
    world.record.feconn = 1;
    assert_eq!(
        line(&mut world),
        "T=06/Nov/1994:08:49:37 +0000 Tl=06/Nov/1994:08:49:37 +0000 Ts=784111777 t=06/Nov/1994:08:49:37.089 ms=089 \
tr=06/Nov/1994:08:49:37.089 trg=06/Nov/1994:08:49:37 +0000 trl=06/Nov/1994:08:49:37 +0000|Ta=0 Tc=-1 Td=-1 Th=0 Ti=0 Tq=-1 TR=-1 \
Tr=-1 Tt=0 Tu=0 Tw=-1|B=0 CC=- CS=- H=vm HM=<BADREQ> HP=<BADREQ> HPO=<BADREQ> HQ=<BADREQ> HU=<BADREQ> HV=<BADREQ> ID=- ST=400 \
U=0|ac=1 b=web bc=0 bi=- bp=- bq=0 ci=192.0.2.7 cp=4711 f=web fc=1 fi=127.0.0.1 fp=80 ft=web hr= hrl= hs= hsl= lc=0 pid=4242 \
r=<BADREQ> rc=0 rt=0 s=<NOSRV> sc=0 si=- sp=- sq=0 sslc=- sslv=- ts=PR tsc=PR--"
    );
}

#[test]
fn flags() {
    let mut quoted = world("%CC %H %HQ %ID %b %bi %bp %ci %cp %hr %r %s %sslc %ST %Ts", &["+Q"]);
    assert_eq!(
        line(&mut quoted),
        "\"\" \"vm\" \"<BADREQ>\" \"\" \"web\" \"\" \"\" \"192.0.2.7\" 4711 \"<BADREQ>\" \"<NOSRV>\" \"\" -1 784111777"
    );
    let mut hex = world("%Ts %ms %ci %cp %lc %pid %rt %rc %fi %fp", &["+X"]);
    assert_eq!(line(&mut hex), "2EBC98A1 59 C0000207 1267 0000 1092 0000 0 7F000001 0050");
    let mut bare = world("[%CC] [%ID] [%bi] [%sslv]", &["-M"]);
    assert_eq!(line(&mut bare), "[] [] [] []");
}

#[test]
fn request_lines_and_captures() {
    let format = "r=%r HM=%HM HP=%HP HPO=%HPO HQ=%HQ HU=%HU HV=%HV hr=%hr hrl=%hrl hs=%hs hsl=%hsl x=%[capture.req.hdr(0)] %[capture.req.hdr(1)]";
    let ask = |request: &[u8], flags: &[&str]| {
        let mut world = world(format, flags);
        world.record.request_line = request.to_vec();
        world.record.request_captures = vec![Some(b"a{b|c}d\"e#f\tg\x80\\]".to_vec()), None].into();
        world.record.response_captures = vec![None].into();
        line(&mut world)
    };
    let raw = |text: &str| text.replace("\u{80}", &String::from_utf8_lossy(b"\x80"));
    assert_eq!(
        ask(b"GET /p/q;z?a=1&b=c'd HTTP/1.1", &[]),
        raw(
            "r=GET /p/q;z?a=1&b=c'd HTTP/1.1 HM=GET HP=/p/q;z HPO=/p/q;z HQ=?a=1&b=c'd HU=/p/q;z?a=1&b=c'd HV=HTTP/1.1 \
hr={a#7Bb#7Cc#7Dd#22e#23f#09g#80\\]|} hrl=a#7Bb#7Cc#7Dd#22e#23f#09g#80\\] - hs={} hsl=- x=a{b|c}d\"e#f\tg\u{80}\\] -"
        )
    );
    assert_eq!(
        ask(b"GET http://h.com/p?x HTTP/1.0", &["+E", "+Q"]),
        raw("r=\"GET http://h.com/p?x HTTP/1.0\" HM=\"GET\" HP=\"http://h.com/p\" HPO=\"/p\" HQ=\"?x\" HU=\"http://h.com/p?x\" \
HV=\"HTTP/1.0\" hr=\"{a#7Bb#7Cc#7Dd#22e#23f#09g#80\\\\\\]|}\" hrl=\"a#7Bb#7Cc#7Dd#22e#23f#09g#80\\\\\\]\" \"\" hs=\"{}\" hsl=\"\" \
x=\"a{b|c}d\\\"e#f\tg\u{80}\\\\\\]\" \"\"")
    );
    let star = ask(b"OPTIONS * HTTP/1.0", &[]);
    assert!(
        star.starts_with("r=OPTIONS * HTTP/1.0 HM=OPTIONS HP=* HPO= HQ= HU=* HV=HTTP/1.0 "),
        "{star}"
    );
    let tunnel = ask(b"CONNECT a:80 HTTP/1.1", &[]);
    assert!(tunnel.contains(" HP=a:80 HPO= HQ= HU=a:80 "), "{tunnel}");
    let long = [b"GET /".to_vec(), vec![b'a'; 2000], b" HTTP/1.1".to_vec()].concat();
    assert!(ask(&long, &[]).starts_with(&format!("r=GET /{} HM=GET", "a".repeat(1018))));
    assert!(ask(b"GET /\"#\x7f HTTP/1.1", &[]).contains("HU=/#22#23#7F "));
}

#[test]
fn the_default_http_line() {
    let httplog = "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs ";
    let mut world = world(&(httplog.to_owned() + "<%r>"), &[]);
    world.backend = Some(0);
    world.server = Some(1);
    let record = &mut world.record;
    record.times.idle = 5;
    record.times.request = 1;
    record.times.queue = 0;
    record.times.connect = 2;
    record.times.response = 3;
    record.times.total = 20;
    record.status = 200;
    record.bytes_read = 512;
    record.redispatched = true;
    record.retries = 1;
    record.request_line = b"GET / HTTP/1.1".to_vec();
    record.request_captures = vec![Some(b"h".to_vec())].into();
    assert_eq!(
        line(&mut world),
        "192.0.2.7:4711 [06/Nov/1994:08:49:37.089] web web/s2 1/0/2/3/15 200 512 - - ---- 0/0/0/0/+1 0/0 {h} <GET / HTTP/1.1>"
    );
    world.record.early = true;
    assert!(line(&mut world).contains(" 1/0/2/3/+15 200 +512 "));
}

#[test]
fn spaces_of_log_lines_are_separators() {
    let mut merged = world("  %hr %ci  %hr %hs end %hs ", &[]);
    assert_eq!(line(&mut merged), "192.0.2.7 end ");
}

#[test]
fn unique_ids_are_made_once() {
    let mut plan = base_plan();
    plan.proxies[0].unique_id_format = items("%ci-%rt-%[rand(100)]", &[]);
    plan.proxies[0].log_format = items("%ID %[unique-id]", &[]);
    let mut world = World::new(plan);
    world.record.counter = 9;
    assert_eq!(line(&mut world), "192.0.2.7-9-50 192.0.2.7-9-50");
    world.record.counter = 10;
    let (program, mut ctx) = world.ctx();
    let mut out = Vec::new();
    assert!(stream_id(program, &mut ctx, &mut out));
    assert_eq!(out, b"192.0.2.7-9-50");
    world.record.reset();
    assert_eq!(line(&mut world), "192.0.2.7-0-50 192.0.2.7-0-50");
}

#[test]
fn control_characters_never_get_into_header_fields() {
    let mut world = world("x", &[]);
    let (program, ctx) = world.ctx();
    let build = Build::new(&program.plan);
    let format = Format::compile(&items("<%[bin(61010d0a09ff7f62)]>", &[]), Style::Http, &build).unwrap();
    let mut out = Vec::new();
    format.render(&ctx.view(program, None), &mut out);
    assert_eq!(out, b"<a%01%0D%0A\t\xff%7Fb>");
}

/// `%o` with `flags`, then named items.
fn document(flags: &[&str], named: &[(&str, crate::plan::LabelKind, &str)]) -> String {
    use crate::plan::Label;
    let carrier = LogItem::Alias {
        name: "o".into(),
        label: Label::default(),
        flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
    };
    let mut format = vec![carrier, LogItem::Text { value: "lost ".into() }];
    for (name, kind, text) in named {
        let label = Label {
            name: (*name).into(),
            kind: *kind,
        };
        let mut made = items(text, &[]);
        match &mut made[0] {
            LogItem::Alias { label: own, .. } | LogItem::Expr { label: own, .. } => *own = label,
            LogItem::Text { .. } => panic!("an item"),
        }
        format.extend(made);
    }
    let mut plan = base_plan();
    plan.proxies[0].log_format = format;
    let mut world = World::new(plan).request(b"GET /a\"b HTTP/1.1\r\nHost: x\r\nX-Bytes: \xff\t\r\n\r\n");
    world.record.request_captures = vec![Some(b"one".to_vec()), None].into();
    line(&mut world)
}

#[test]
fn a_whole_format_is_one_json_object_of_its_named_items() {
    use crate::plan::LabelKind as K;
    let named = [
        ("request", K::Natural, "%r"),
        ("port", K::Natural, "%cp"),
        ("port_text", K::Str, "%cp"),
        ("cookie", K::Natural, "%CC"),
        ("headers", K::Natural, "%hrl"),
        ("", K::Natural, "%f"),
        ("custom_expr", K::Natural, "%[str(custom)]"),
        ("number", K::Natural, "%[int(7)]"),
        ("yes", K::Natural, "%[bool(true)]"),
        ("cast", K::Bool, "%[int(0)]"),
        ("none", K::Natural, "%[req.hdr(nothing)]"),
        ("bytes", K::Natural, "%[req.hdr(x-bytes)]"),
    ];
    let expected = concat!(
        r#"{"request": "GET /a#22b HTTP/1.1", "port": 4711, "port_text": "4711", "cookie": "", "headers": ["one", "-"], "#,
        r#""custom_expr": "custom", "number": 7, "yes": true, "cast": false, "none": "", "bytes": "\u00FF"}"#
    );
    assert_eq!(document(&["+json"], &named), expected);
}

#[test]
fn cbor_is_written_as_digits() {
    use crate::plan::LabelKind as K;
    // RFC 8949 appendix A: 1000 is 1903e8, -1000 is 3903e7, "IETF" is 6449455446.
    let named = [
        ("a", K::Natural, "%[int(1000)]"),
        ("b", K::Natural, "%[int(-1000)]"),
        ("c", K::Natural, "%[str(IETF)]"),
        ("d", K::Natural, "%[req.hdr(nothing)]"),
        ("e", K::Natural, "%[bool(true)]"),
    ];
    assert_eq!(
        document(&["+cbor"], &named),
        "BF61611903E861623903E7616364494554466164F66165F5FF"
    );
    assert_eq!(document(&["+cbor", "+bin"], &named[2..3]), "\u{fffd}acdIETF\u{fffd}");
}

#[test]
fn one_item_can_be_encoded_by_itself() {
    let mut world = world("<%[str(a\"b)]> %cp", &["+json"]);
    // Without `%o` the text stays.
    assert_eq!(line(&mut world), r#"<"a\"b"> 4711"#);
}
