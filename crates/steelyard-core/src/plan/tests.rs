//! The plan's twin on the Python side says the same: see `tests/unit/test_plan_twins.py`.

use super::*;
use serde::de::DeserializeOwned;
use serde_json::{json, Value};
use std::collections::BTreeSet;

fn twins() -> Value {
    serde_json::from_str(include_str!("../../../../tests/unit/plan_twins.json")).unwrap()
}

#[test]
fn a_plan_with_everything_is_read_and_written_back_whole() {
    let wanted = &twins()["plan"];
    let plan: Plan = serde_json::from_value(wanted.clone()).unwrap();
    assert_eq!(&serde_json::to_value(&plan).unwrap(), wanted);
}

/// The words that a type takes, read off what it says when it is given another.
fn words<T: DeserializeOwned>(wrong: Value) -> BTreeSet<String> {
    let Err(error) = serde_json::from_value::<T>(wrong) else {
        return BTreeSet::new();
    };
    let text = error.to_string();
    let expected = text.split_once("expected").map_or("", |(_, list)| list);
    expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn listed(kind: &str, name: &str) -> BTreeSet<String> {
    twins()[kind][name]
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word.as_str().unwrap().to_owned())
        .collect()
}

fn union<T: DeserializeOwned>(name: &str) {
    assert_eq!(words::<T>(json!({"type": "?"})), listed("unions", name), "{name}");
}

fn enumeration<T: DeserializeOwned>(name: &str) {
    assert_eq!(words::<T>(json!("?")), listed("enums", name), "{name}");
}

#[test]
fn unions_have_the_same_variants() {
    union::<Action>("Action");
    union::<Address>("Address");
    union::<Arg>("Arg");
    union::<BalanceKind>("BalanceKind");
    union::<LogItem>("LogItem");
    union::<LogTransport>("LogTransport");
    union::<Pattern>("Pattern");
    union::<ReplyBody>("ReplyBody");
}

#[test]
fn enumerations_have_the_same_words() {
    enumeration::<CookieMode>("CookieMode");
    enumeration::<HashFunction>("HashFunction");
    enumeration::<HttpReuse>("HttpReuse");
    enumeration::<KeepAlive>("KeepAlive");
    enumeration::<LabelKind>("LabelKind");
    enumeration::<LogFormatName>("LogFormatName");
    enumeration::<LogStep>("LogStep");
    enumeration::<Matcher>("Matcher");
    enumeration::<Mode>("Mode");
    enumeration::<RedirectKind>("RedirectKind");
    enumeration::<Scope>("Scope");
    enumeration::<ServerKey>("ServerKey");
    enumeration::<StickKind>("StickKind");
    enumeration::<TableData>("TableData");
    enumeration::<TableKey>("TableKey");
}

#[test]
fn defaults_are_the_same() {
    // Every field may be left out where the Python side has a default; both then agree.
    let plan: Plan = serde_json::from_value(json!({
        "version": 1, "files": [], "global": {}, "acls": [], "pattern_files": [], "userlists": [], "tables": [],
        "proxies": [{"frontend": {"binds": [{}]}, "backend": {"servers": [{}], "cookie": {}}}],
    }))
    .unwrap();
    assert_eq!(serde_json::to_value(&plan).unwrap(), twins()["defaults"]);
}
