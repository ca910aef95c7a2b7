//! Actions that change the entries of maps and pattern files: `set-map`, `del-map`, `add-acl`, `del-acl`.

use crate::error::PlanError;
use crate::logformat::{Format, Style};
use crate::plan;
use crate::sample::args::Build;
use crate::sample::View;

/// A compiled change of an entry.
#[derive(Debug)]
pub struct Entry {
    file: u32,
    key: Format,
    what: What,
}

#[derive(Debug)]
enum What {
    Set(Format),
    Add,
    Remove,
}

impl Entry {
    /// `None`: the action is another one.
    pub fn compile(action: &plan::Action, build: &Build<'_>) -> Result<Option<Self>, PlanError> {
        use plan::Action as A;
        let format = |format| Format::compile(format, Style::Http, build);
        let (file, key, what) = match action {
            A::SetMap { file, key, value } => (*file, key, What::Set(format(value)?)),
            A::AddAcl { file, key } => (*file, key, What::Add),
            A::DelMap { file, key } | A::DelAcl { file, key } => (*file, key, What::Remove),
            _ => return Ok(None),
        };
        if file as usize >= build.plan.pattern_files.len() {
            return Err(PlanError::new("there is no such pattern file"));
        }
        let key = format(key)?;
        Ok(Some(Self { file, key, what }))
    }

    pub fn formats(&self) -> impl Iterator<Item = &Format> {
        let value = match &self.what {
            What::Set(value) => Some(value),
            What::Add | What::Remove => None,
        };
        std::iter::once(&self.key).chain(value)
    }

    /// Does it. A key that the file can't have is passed over, as in HAProxy.
    pub fn run(&self, view: &View<'_>) {
        let mut key = Vec::new();
        self.key.render_kept(view, &mut key);
        let changes = view.state.pattern_changes();
        match &self.what {
            What::Set(value) => {
                let mut made = Vec::new();
                value.render_kept(view, &mut made);
                changes.set(self.file, &key, &made);
            }
            What::Add => {
                changes.add(self.file, &key, b"");
            }
            What::Remove => {
                changes.remove(self.file, &key);
            }
        }
    }
}
