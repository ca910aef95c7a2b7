//! `redirect`: where a client is sent instead (manual section 4.2, `http-request redirect`).

use crate::error::PlanError;
use crate::logformat::{Format, Style};
use crate::plan::{self, RedirectKind};
use crate::reply::{self, MadeReply, ReplyCause};
use crate::sample::args::Build;
use crate::sample::{fetch, View};

/// A compiled redirect.
#[derive(Debug)]
pub struct Redirect {
    kind: RedirectKind,
    target: Format,
    code: u16,
    drop_query: bool,
    append_slash: bool,
    ignore_empty: bool,
    /// Whole value of the Set-Cookie field.
    cookie: Option<Box<[u8]>>,
}

impl Redirect {
    pub fn compile(action: &plan::Action, build: &Build<'_>) -> Result<Option<Self>, PlanError> {
        let plan::Action::Redirect {
            kind,
            target,
            code,
            drop_query,
            append_slash,
            ignore_empty,
            set_cookie,
            clear_cookie,
        } = action
        else {
            return Ok(None);
        };
        let cookie = match (set_cookie, clear_cookie) {
            (Some(cookie), _) => Some(format!("{cookie}; path=/;")),
            (None, Some(cookie)) => {
                let name = cookie.trim_end_matches('=');
                Some(format!("{name}=; path=/; Max-Age=0;"))
            }
            (None, None) => None,
        };
        Ok(Some(Self {
            kind: *kind,
            target: Format::compile(target, Style::Http, build)?,
            code: *code,
            drop_query: *drop_query,
            append_slash: *append_slash,
            ignore_empty: *ignore_empty,
            cookie: cookie.map(|cookie| cookie.into_bytes().into()),
        }))
    }

    pub fn wants_body(&self) -> bool {
        self.target.wants_body()
    }

    pub fn wants_request_line(&self) -> bool {
        self.target.wants_request_line()
    }

    /// `None`: the target is empty and `ignore-empty` was given.
    pub fn make(&self, view: &View<'_>) -> Option<MadeReply> {
        let mut target = Vec::new();
        self.target.render(view, &mut target);
        if self.ignore_empty && target.is_empty() {
            return None;
        }
        let mut url = Vec::with_capacity(target.len() + 64);
        if self.kind == RedirectKind::Location {
            url = target;
        } else {
            let request = view.req?;
            if self.kind == RedirectKind::Scheme {
                url.extend_from_slice(&target);
                url.extend_from_slice(b"://");
                url.extend_from_slice(request.get(b"host").unwrap_or_default());
            } else if target != b"/" {
                // A lone slash means no prefix at all.
                url.extend_from_slice(&target);
            }
            let whole = fetch::pathq(request.target()).unwrap_or(b"/");
            let path = fetch::path(request.target()).unwrap_or(b"/");
            if self.drop_query {
                url.extend_from_slice(path);
                if self.append_slash && !url.ends_with(b"/") {
                    url.push(b'/');
                }
            } else {
                url.extend_from_slice(whole);
            }
        }
        let mut made = reply::redirect(self.code, &url, ReplyCause::Redirect);
        if let Some(cookie) = &self.cookie {
            made.head.add(b"set-cookie", cookie);
        }
        Some(made)
    }
}
