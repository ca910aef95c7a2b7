//! ACLs as a value (manual section 7.3.1, `acl`).

use super::super::args::Args;
use super::super::{Sample, View};
use crate::error::PlanError;
use crate::rules::all;

/// True when all of these hold. Each has an index and whether its answer is turned round.
#[derive(Debug)]
pub struct Acls(Box<[(u32, bool)]>);

pub const NAMES: &[&str] = &["acl"];

impl Acls {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        if args.name != "acl" {
            return Ok(None);
        }
        let acls: Box<[_]> = (0..args.list.len()).map(|index| args.acl(index)).collect::<Result<_, _>>()?;
        if acls.is_empty() {
            return Err(args.wrong(0, "an ACL"));
        }
        Ok(Some(Self(acls)))
    }

    pub fn one<'e>(&'e self, view: &View<'e>) -> Option<Sample<'e>> {
        all(&self.0, view).map(Sample::Bool)
    }
}
