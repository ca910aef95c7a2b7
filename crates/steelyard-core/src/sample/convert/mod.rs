//! Converters (manual section 7.3.1), one file a family.

mod address;
mod capture;
mod cipher;
mod control;
mod date;
mod debug;
mod digest;
mod encode;
mod fix;
mod form;
mod forwarded;
mod http_date;
mod json;
mod json_query;
mod jwe;
mod jwk;
mod jwt;
mod language;
mod mac;
mod map;
mod mqtt;
mod number;
mod packet;
mod pick;
mod protobuf;
mod secret;
mod strftime;
mod table;
mod text;
mod variable;
mod when;
mod x509;

pub(crate) use date::Moment;
pub use debug::DebugSink;
pub(crate) use form::HEX;
pub(crate) use strftime::{padded, strftime};
pub(crate) use variable::SetIf;

use super::args::Args;
use super::{Sample, View};
use crate::error::PlanError;

/// One line a family: the variant of [`Convert`], and the file that has a type of that name and the `NAMES` it knows.
macro_rules! families {
    ($($family:ident($file:ident),)+) => {
        /// A compiled converter.
        #[derive(Debug)]
        pub enum Convert {
            $($family($file::$family),)+
        }

        /// Canonical names of all converters.
        pub fn names() -> Vec<&'static str> {
            [$($file::NAMES),+].concat()
        }

        impl Convert {
            pub fn compile(args: &Args<'_>) -> Result<Self, PlanError> {
                let unknown = || PlanError::new(format!("converter '{}' is not supported", args.name));
                $(if $file::NAMES.contains(&args.name) {
                    return $file::$family::compile(args)?.map(Self::$family).ok_or_else(unknown);
                })+
                Err(unknown())
            }

            pub fn apply<'e>(&'e self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
                match self {
                    $(Self::$family(convert) => convert.apply(view, sample),)+
                }
            }
        }
    };
}

impl Convert {
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
                | Self::JsonQuery(_)
                | Self::Forwarded(_)
                | Self::Protobuf(_)
                | Self::Packet(_)
                | Self::Control(_)
        )
    }
}

families! {
    Text(text),
    Pick(pick),
    Form(form),
    Number(number),
    Encode(encode),
    Digest(digest),
    Date(date),
    Map(map),
    Table(table),
    Address(address),
    Variable(variable),
    Language(language),
    Json(json),
    JsonQuery(json_query),
    Mac(mac),
    Cipher(cipher),
    Jwt(jwt),
    Forwarded(forwarded),
    Protobuf(protobuf),
    Packet(packet),
    Fix(fix),
    Mqtt(mqtt),
    Control(control),
    HttpDate(http_date),
    When(when),
    Capture(capture),
    X509(x509),
    Debug(debug),
    Jwe(jwe),
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
