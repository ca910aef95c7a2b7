//! Converters (manual section 7.3.1), one file a family.

mod address;
mod date;
mod digest;
mod encode;
mod form;
mod json;
mod language;
mod map;
mod number;
mod pick;
mod text;
mod variable;

pub(crate) use date::{strftime, Moment};
pub(crate) use form::HEX;

use super::args::Args;
use super::{Sample, View};
use crate::error::PlanError;

/// A compiled converter.
#[derive(Debug)]
pub enum Convert {
    Text(text::Text),
    Pick(pick::Pick),
    Form(form::Form),
    Number(number::Number),
    Encode(encode::Encode),
    Digest(digest::Digest),
    Date(date::Date),
    Map(map::Map),
    Address(address::Address),
    Variable(variable::Variable),
    Language(language::Language),
    Json(json::Json),
}

/// Canonical names of all converters.
pub fn names() -> Vec<&'static str> {
    [
        text::NAMES,
        pick::NAMES,
        form::NAMES,
        number::NAMES,
        encode::NAMES,
        digest::NAMES,
        date::NAMES,
        map::NAMES,
        address::NAMES,
        variable::NAMES,
        language::NAMES,
        json::NAMES,
    ]
    .concat()
}

impl Convert {
    pub fn compile(args: &Args<'_>) -> Result<Self, PlanError> {
        let name = args.name;
        let unknown = || PlanError::new(format!("converter '{name}' is not supported"));
        let has = |names: &[&str]| names.contains(&name);
        if has(text::NAMES) {
            text::Text::compile(args)?.map(Self::Text).ok_or_else(unknown)
        } else if has(pick::NAMES) {
            pick::Pick::compile(args)?.map(Self::Pick).ok_or_else(unknown)
        } else if has(form::NAMES) {
            form::Form::compile(args)?.map(Self::Form).ok_or_else(unknown)
        } else if has(number::NAMES) {
            number::Number::compile(args)?.map(Self::Number).ok_or_else(unknown)
        } else if has(encode::NAMES) {
            encode::Encode::compile(args)?.map(Self::Encode).ok_or_else(unknown)
        } else if has(digest::NAMES) {
            digest::Digest::compile(args)?.map(Self::Digest).ok_or_else(unknown)
        } else if has(date::NAMES) {
            date::Date::compile(args)?.map(Self::Date).ok_or_else(unknown)
        } else if has(map::NAMES) {
            map::Map::compile(args)?.map(Self::Map).ok_or_else(unknown)
        } else if has(address::NAMES) {
            address::Address::compile(args)?.map(Self::Address).ok_or_else(unknown)
        } else if has(variable::NAMES) {
            variable::Variable::compile(args)?.map(Self::Variable).ok_or_else(unknown)
        } else if has(language::NAMES) {
            language::Language::compile(args)?.map(Self::Language).ok_or_else(unknown)
        } else if has(json::NAMES) {
            json::Json::compile(args)?.map(Self::Json).ok_or_else(unknown)
        } else {
            Err(unknown())
        }
    }

    /// Whether the result depends on the sample alone; those that read variables do so by an argument.
    pub fn is_stable(&self) -> bool {
        matches!(
            self,
            Self::Text(_)
                | Self::Pick(_)
                | Self::Form(_)
                | Self::Number(_)
                | Self::Encode(_)
                | Self::Digest(_)
                | Self::Address(_)
                | Self::Language(_)
                | Self::Json(_)
        )
    }

    pub fn apply<'e>(&'e self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        match self {
            Self::Text(convert) => convert.apply(view, sample),
            Self::Pick(convert) => convert.apply(view, sample),
            Self::Form(convert) => convert.apply(view, sample),
            Self::Number(convert) => convert.apply(view, sample),
            Self::Encode(convert) => convert.apply(view, sample),
            Self::Digest(convert) => convert.apply(view, sample),
            Self::Date(convert) => convert.apply(view, sample),
            Self::Map(convert) => convert.apply(view, sample),
            Self::Address(convert) => convert.apply(view, sample),
            Self::Variable(convert) => convert.apply(view, sample),
            Self::Language(convert) => convert.apply(view, sample),
            Self::Json(convert) => convert.apply(view, sample),
        }
    }
}
