//! `redirect`: where a client is sent instead (manual section 4.2, `http-request redirect`).

use crate::error::PlanError;
use crate::logformat::{Format, Style};
use crate::plan::{self, RedirectKind};
use crate::reply::{self, MadeReply, ReplyCause};
use crate::sample::args::Build;
use crate::sample::{fetch, View};

/// What follows a cookie that is set, and one that is cleared.
const SET: &[u8] = b"; path=/;";
const CLEAR: &[u8] = b"; path=/; Max-Age=0;";

/// A compiled redirect.
#[derive(Debug)]
pub struct Redirect {
    kind: RedirectKind,
    target: Format,
    code: u16,
    drop_query: bool,
    append_slash: bool,
    ignore_empty: bool,
    keep_query: bool,
    /// The value of the Set-Cookie field, and what follows it.
    cookie: Option<(Format, &'static [u8])>,
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
            keep_query,
            set_cookie_fmt,
            clear_cookie_fmt,
        } = action
        else {
            return Ok(None);
        };
        let text = |text: String| vec![plan::LogItem::Text { value: text }];
        let cookie = match (set_cookie, clear_cookie) {
            (Some(cookie), _) => Some((text(cookie.clone()), SET)),
            (None, Some(cookie)) => Some((text(cookie.clone()), CLEAR)),
            (None, None) if !set_cookie_fmt.is_empty() => Some((set_cookie_fmt.clone(), SET)),
            (None, None) if !clear_cookie_fmt.is_empty() => Some((clear_cookie_fmt.clone(), CLEAR)),
            (None, None) => None,
        };
        let cookie = match cookie {
            Some((format, rest)) => Some((Format::compile(&format, Style::Http, build)?, rest)),
            None => None,
        };
        Ok(Some(Self {
            kind: *kind,
            target: Format::compile(target, Style::Http, build)?,
            code: *code,
            drop_query: *drop_query,
            append_slash: *append_slash,
            ignore_empty: *ignore_empty,
            keep_query: *keep_query,
            cookie,
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
            if self.keep_query {
                if let Some(query) = view.req.and_then(|request| fetch::pathq(request.target())).and_then(query_of) {
                    url.push(if url.contains(&b'?') { b'&' } else { b'?' });
                    url.extend_from_slice(query);
                }
            }
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
            } else {
                url.extend_from_slice(whole);
            }
            // Like HAProxy, behind the query where that stays.
            if self.append_slash && !url.ends_with(b"/") {
                url.push(b'/');
            }
        }
        let mut made = reply::redirect(self.code, &url, ReplyCause::Redirect);
        if let Some((cookie, rest)) = &self.cookie {
            let mut value = Vec::new();
            cookie.render(view, &mut value);
            value.extend_from_slice(rest);
            made.head.add(b"set-cookie", &value);
        }
        Some(made)
    }
}

/// What follows the question mark, unless that is nothing.
fn query_of(pathq: &[u8]) -> Option<&[u8]> {
    let at = memchr::memchr(b'?', pathq)?;
    Some(&pathq[at + 1..]).filter(|query| !query.is_empty())
}
