//! Keys, nonces and tags of cryptographic converters: base64 text, of the configuration or of a variable.

use super::super::args::Args;
use super::super::View;
use crate::error::PlanError;
use crate::plan::Arg;
use crate::sample::base64::PADDED;
use crate::sample::fetch::state::get_var;
use crate::vars::VarId;
use base64::Engine;

#[derive(Debug)]
pub enum Secret {
    Bytes(Box<[u8]>),
    Var(VarId),
}

impl Secret {
    pub fn compile(args: &Args<'_>, index: usize) -> Result<Self, PlanError> {
        if let Some(Arg::Var { .. }) = args.list.get(index) {
            return args.var(index).map(Self::Var);
        }
        let text = args.opt_str(index)?.unwrap_or_default();
        let bytes = PADDED.decode(text).map_err(|_| args.wrong(index, "base64 or a variable"))?;
        Ok(Self::Bytes(bytes.into()))
    }

    /// `None`: the variable is not set, or holds no base64.
    pub fn bytes<'e>(&'e self, view: &View<'e>) -> Option<&'e [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Var(id) => {
                let text = get_var(view, *id)?.as_str(view.arena);
                let space = view.arena.alloc_slice_fill_copy(text.len(), 0_u8);
                let length = PADDED.decode_slice_unchecked(text, space).ok()?;
                Some(&space[..length])
            }
        }
    }
}
