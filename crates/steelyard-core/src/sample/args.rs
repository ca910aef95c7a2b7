//! Typed arguments of fetches, converters and actions, read at compile time.

use crate::error::PlanError;
use crate::plan::{Arg, Plan, Scope};
use crate::rules::pattern::{FileCache, FileUse};
use crate::rules::Shapes;
use crate::sample::convert::DebugSink;
use crate::sample::key::{Keys, PublicKey};
use crate::sample::private::PrivateKey;
use crate::vars::VarId;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

/// What compiling needs besides the plan: numbers of variable names, tables already built.
pub struct Build<'p> {
    pub plan: &'p Plan,
    names: RefCell<HashMap<String, u32>>,
    pub(crate) files: FileCache,
    keys: RefCell<Keys>,
    addresses: Cell<bool>,
    acls: RefCell<Vec<u32>>,
    response_body: Cell<bool>,
    shapes: OnceCell<Shapes>,
    costs: Cell<bool>,
    debug: RefCell<Vec<DebugSink>>,
}

impl<'p> Build<'p> {
    pub fn new(plan: &'p Plan) -> Self {
        let mut keys = Keys::default();
        for certificate in &plan.global.jwt_certificates {
            keys.keep_private(&certificate.name, &certificate.key);
        }
        Self {
            plan,
            names: RefCell::default(),
            files: FileCache::default(),
            keys: RefCell::new(keys),
            addresses: Cell::default(),
            acls: RefCell::default(),
            response_body: Cell::default(),
            shapes: OnceCell::new(),
            costs: Cell::default(),
            debug: RefCell::default(),
        }
    }

    /// The key of a file whose text is `pem`, or of the `certificate` in it; it is kept, so that a variable can name it too. Nothing
    /// where there is none.
    pub fn key(&self, path: &str, pem: &str, certificate: bool) -> Option<Arc<PublicKey>> {
        self.keys.borrow_mut().read(path, pem, certificate)
    }

    /// The private key of a certificate of that name.
    pub fn private_key(&self, name: &str) -> Option<Arc<PrivateKey>> {
        self.keys.borrow().private(name.as_bytes()).cloned()
    }

    /// An expression wants the addresses towards the server.
    pub fn want_addresses(&self) {
        self.addresses.set(true);
    }

    pub fn wants_addresses(&self) -> bool {
        self.addresses.get()
    }

    /// An expression looks at the body of a response.
    pub fn want_response_body(&self) {
        self.response_body.set(true);
    }

    pub fn wants_response_body(&self) -> bool {
        self.response_body.get()
    }

    /// An expression asks what the processing of a stream costs.
    pub fn want_costs(&self) {
        self.costs.set(true);
    }

    pub fn wants_costs(&self) -> bool {
        self.costs.get()
    }

    /// An expression writes lines there for people to look at.
    pub fn want_debug(&self, sink: DebugSink) {
        let mut sinks = self.debug.borrow_mut();
        if !sinks.contains(&sink) {
            sinks.push(sink);
        }
    }

    /// All that wants lines.
    pub fn debug_sinks(&self) -> Vec<DebugSink> {
        self.debug.borrow().clone()
    }

    /// The ACLs that expressions have named so far, in order.
    pub fn acls(&self) -> std::cell::Ref<'_, [u32]> {
        std::cell::Ref::map(self.acls.borrow(), Vec::as_slice)
    }

    /// What the ACLs of the plan ask; found out once.
    pub(crate) fn shapes(&self) -> &Shapes {
        self.shapes.get_or_init(|| Shapes::of(&self.plan.acls))
    }

    /// The number of a variable name; each name gets one.
    pub fn var(&self, scope: Scope, name: &str) -> VarId {
        let mut names = self.names.borrow_mut();
        let next = u32::try_from(names.len()).unwrap_or(u32::MAX);
        VarId {
            scope,
            name: *names.entry(name.to_owned()).or_insert(next),
        }
    }
}

impl Build<'_> {
    /// All names of variables, by their numbers, all keys, and how pattern files are used.
    pub fn into_tables(self) -> (Vec<String>, Keys, Vec<FileUse>) {
        let mut names: Vec<(String, u32)> = self.names.into_inner().into_iter().collect();
        names.sort_unstable_by_key(|name| name.1);
        let names = names.into_iter().map(|name| name.0).collect();
        (names, self.keys.into_inner(), self.files.into_uses(self.plan))
    }
}

/// The arguments of one call.
pub struct Args<'p> {
    pub name: &'p str,
    pub list: &'p [Arg],
    pub build: &'p Build<'p>,
}

impl<'p> Args<'p> {
    fn get(&self, index: usize) -> &'p Arg {
        self.list.get(index).unwrap_or(&Arg::Absent)
    }

    pub fn wrong(&self, index: usize, wanted: &str) -> PlanError {
        PlanError::new(format!("'{}' wants {wanted} as argument {}", self.name, index + 1))
    }

    pub fn opt_str(&self, index: usize) -> Result<Option<&'p str>, PlanError> {
        match self.get(index) {
            Arg::Absent => Ok(None),
            Arg::Str { value } => Ok(Some(value)),
            _ => Err(self.wrong(index, "a string")),
        }
    }

    pub fn str(&self, index: usize) -> Result<&'p str, PlanError> {
        self.opt_str(index)?.ok_or_else(|| self.wrong(index, "a string"))
    }

    /// A string as owned bytes; an absent or empty one is `None`.
    pub fn opt_name(&self, index: usize) -> Result<Option<Box<[u8]>>, PlanError> {
        Ok(self
            .opt_str(index)?
            .filter(|name| !name.is_empty())
            .map(|name| name.as_bytes().into()))
    }

    pub fn opt_int(&self, index: usize) -> Result<Option<i64>, PlanError> {
        match self.get(index) {
            Arg::Absent => Ok(None),
            Arg::Int { value } => Ok(Some(*value)),
            Arg::Str { value } => value.parse().map(Some).map_err(|_| self.wrong(index, "a number")),
            Arg::Time { ms } => Ok(Some(i64::try_from(*ms).unwrap_or(i64::MAX))),
            Arg::Size { bytes } => Ok(Some(i64::try_from(*bytes).unwrap_or(i64::MAX))),
            _ => Err(self.wrong(index, "a number")),
        }
    }

    pub fn int(&self, index: usize) -> Result<i64, PlanError> {
        self.opt_int(index)?.ok_or_else(|| self.wrong(index, "a number"))
    }

    pub fn opt_var(&self, index: usize) -> Result<Option<VarId>, PlanError> {
        match self.get(index) {
            Arg::Absent => Ok(None),
            Arg::Var { scope, name } => Ok(Some(self.build.var(*scope, name))),
            _ => Err(self.wrong(index, "a variable")),
        }
    }

    pub fn var(&self, index: usize) -> Result<VarId, PlanError> {
        self.opt_var(index)?.ok_or_else(|| self.wrong(index, "a variable"))
    }

    /// Index of a proxy; `None` is the current one.
    pub fn opt_proxy(&self, index: usize) -> Result<Option<u32>, PlanError> {
        match self.get(index) {
            Arg::Absent => Ok(None),
            Arg::Proxy { proxy } if (*proxy as usize) < self.build.plan.proxies.len() => Ok(Some(*proxy)),
            _ => Err(self.wrong(index, "a proxy")),
        }
    }

    pub fn server(&self, index: usize) -> Result<(u32, u32), PlanError> {
        match self.get(index) {
            Arg::Server { proxy, server } => {
                let backend = self
                    .build
                    .plan
                    .proxies
                    .get(*proxy as usize)
                    .and_then(|proxy| proxy.backend.as_ref());
                match backend.and_then(|backend| backend.servers.get(*server as usize)) {
                    Some(_) => Ok((*proxy, *server)),
                    None => Err(self.wrong(index, "a server")),
                }
            }
            _ => Err(self.wrong(index, "a server")),
        }
    }

    pub fn userlist(&self, index: usize) -> Result<u32, PlanError> {
        match self.get(index) {
            Arg::Userlist { userlist } if (*userlist as usize) < self.build.plan.userlists.len() => Ok(*userlist),
            _ => Err(self.wrong(index, "a userlist")),
        }
    }

    pub fn opt_table(&self, index: usize) -> Result<Option<u32>, PlanError> {
        match self.get(index) {
            Arg::Absent => Ok(None),
            Arg::Table { table } if (*table as usize) < self.build.plan.tables.len() => Ok(Some(*table)),
            _ => Err(self.wrong(index, "a stick table")),
        }
    }

    pub fn table(&self, index: usize) -> Result<u32, PlanError> {
        self.opt_table(index)?.ok_or_else(|| self.wrong(index, "a stick table"))
    }

    /// A number of a counter or of an element, from 0 to 99.
    pub fn small(&self, index: usize) -> Result<u32, PlanError> {
        let value = u32::try_from(self.int(index)?).ok();
        value
            .filter(|value| *value < 100)
            .ok_or_else(|| self.wrong(index, "a number from 0 to 99"))
    }

    /// Index of an ACL, and whether its answer is turned round.
    pub fn acl(&self, index: usize) -> Result<(u32, bool), PlanError> {
        match self.get(index) {
            Arg::Acl { acl, not } if (*acl as usize) < self.build.plan.acls.len() => {
                self.build.acls.borrow_mut().push(*acl);
                Ok((*acl, *not))
            }
            _ => Err(self.wrong(index, "an ACL")),
        }
    }

    pub fn map(&self, index: usize) -> Result<u32, PlanError> {
        match self.get(index) {
            Arg::Map { map } if (*map as usize) < self.build.plan.pattern_files.len() => Ok(*map),
            _ => Err(self.wrong(index, "a map")),
        }
    }

    /// Pattern and whether case is ignored.
    pub fn regex(&self, index: usize) -> Result<(&'p str, bool), PlanError> {
        match self.get(index) {
            Arg::Regex { pattern, icase } => Ok((pattern, *icase)),
            Arg::Str { value } => Ok((value, false)),
            _ => Err(self.wrong(index, "a regex")),
        }
    }

    /// A prefix length: a number of bits, a dotted mask, or a network whose address is the mask.
    pub fn opt_prefix(&self, index: usize, longest: u8) -> Result<Option<u8>, PlanError> {
        let bits = match self.get(index) {
            Arg::Absent => return Ok(None),
            Arg::Int { value } => u8::try_from(*value).ok(),
            Arg::Str { value } => value.parse().ok().or_else(|| mask_bits(value)),
            Arg::Net { address, .. } => mask_bits(address),
            _ => None,
        };
        bits.filter(|bits| *bits <= longest)
            .map(Some)
            .ok_or_else(|| self.wrong(index, "a netmask"))
    }
}

fn mask_bits(mask: &str) -> Option<u8> {
    match mask.parse::<std::net::IpAddr>().ok()? {
        std::net::IpAddr::V4(mask) => {
            let ones = u32::from(mask).leading_ones();
            (u32::from(mask).count_ones() == ones)
                .then(|| u8::try_from(ones).ok())
                .flatten()
        }
        std::net::IpAddr::V6(mask) => {
            let ones = u128::from(mask).leading_ones();
            (u128::from(mask).count_ones() == ones)
                .then(|| u8::try_from(ones).ok())
                .flatten()
        }
    }
}
