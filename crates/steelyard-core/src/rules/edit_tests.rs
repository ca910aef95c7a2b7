//! A field whose value is the same for each message is made once, and is what the format would have given.

use super::edit::{Edit, Fixed};
use super::tests::{rule, text, value};
use super::*;
use crate::kit::{plan as base_plan, request, World};
use crate::plan::{Label, LogFormat, LogItem};

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: h\r\nX-A: old\r\nx-a: older\r\n\r\n";

/// The values of `X-A` after a rule that sets, or adds, it.
fn after(replaces: bool, format: LogFormat) -> Vec<String> {
    let name = "X-A".to_owned();
    let action = if replaces {
        plan::Action::SetHeader { name, value: format }
    } else {
        plan::Action::AddHeader { name, value: format }
    };
    let mut plan = base_plan();
    plan.proxies[0].rules.http_request.push(rule(action, None));
    let mut world = World::new(plan);
    world.req = Some(request(GET));
    let (program, mut ctx) = world.ctx();
    let verdict = evaluate(&program.proxies[0].http_request, program, &mut ctx, 0, None);
    assert!(matches!(verdict, Verdict::Pass));
    let head = world.req.unwrap();
    let values = head.values(b"x-a");
    values.map(|value| String::from_utf8_lossy(value).into_owned()).collect()
}

#[test]
fn a_text_is_set_or_added() {
    assert_eq!(after(true, text("new")), ["new"]);
    assert_eq!(after(false, text("new")), ["old", "older", "new"]);
    assert_eq!(after(true, LogFormat::default()), [""]);
    assert_eq!(after(true, text("two  spaces\r\nEvil: x")), ["two  spaces  Evil: x"]);
    assert_eq!(after(true, value("src")), ["192.0.2.7"]);
}

#[test]
fn what_encodes_its_items_is_no_text() {
    let encoded = LogItem::Alias {
        name: "o".into(),
        label: Label::default(),
        flags: vec!["+json".into()],
    };
    let format: LogFormat = std::iter::once(encoded).chain(text("lost")).collect();
    assert_eq!(after(true, format), ["{}"]);
}

#[test]
fn only_texts_are_fixed() {
    let program = World::new(base_plan()).program;
    let build = crate::sample::args::Build::new(&program.plan);
    let fixed = |format: &LogFormat| {
        let format = crate::logformat::Format::compile(format, crate::logformat::Style::Http, &build).unwrap();
        Fixed::of(&Edit::SetHeader(crate::http1::FieldName::new(b"x")), &format).is_some()
    };
    assert!(fixed(&text("a")));
    assert!(!fixed(&value("src")));
}
