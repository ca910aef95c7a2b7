//! What a proxy may want done with its requests, as bits. Most proxies want nothing of most of it, and a request asks for each, so
//! that one number is looked at before the plan is.

use super::ProxyProgram;
use crate::plan::{BalanceKind, KeepAlive, LogMoment, Mode, Proxy};

/// A set of wishes. One that is absent is nobody's; one that is there is looked at more closely, for it may be of the other side, or
/// of other requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wants(u32);

impl Wants {
    pub const NOTHING: Self = Self(0);
    /// Where it is not known.
    pub const ANYTHING: Self = Self(u32::MAX);
    /// `http-request` and the statistics page.
    pub const REQUEST_RULES: Self = Self(1);
    pub const RESPONSE_CONTENT: Self = Self(1 << 1);
    pub const RESPONSE_RULES: Self = Self(1 << 2);
    pub const AFTER_RESPONSE: Self = Self(1 << 3);
    /// Something looks at the body of the request before it is sent.
    pub const REQUEST_BODY: Self = Self(1 << 4);
    pub const MONITOR: Self = Self(1 << 5);
    pub const USE_BACKEND: Self = Self(1 << 6);
    /// The mode is not http.
    pub const OTHER_MODE: Self = Self(1 << 7);
    /// The log keeps headers or a cookie.
    pub const CAPTURES: Self = Self(1 << 8);
    pub const LOG: Self = Self(1 << 9);
    /// There may be a line at another moment than the end.
    pub const LOG_STEPS: Self = Self(1 << 10);
    pub const UNIQUE_ID: Self = Self(1 << 11);
    /// `option forwardfor`, `option originalto`
    pub const FORWARDED: Self = Self(1 << 12);
    pub const COOKIE: Self = Self(1 << 13);
    pub const STICK: Self = Self(1 << 14);
    /// Something but the balancing may choose the server: [`Self::COOKIE`] and [`Self::STICK`] among others.
    pub const SERVER: Self = Self(1 << 15);
    /// The balancing hashes something of the request.
    pub const BALANCE_KEY: Self = Self(1 << 16);
    /// `redir` of a server
    pub const REDIRECT: Self = Self(1 << 17);
    /// `retry-on` that lets a request go again that a server had.
    pub const REPEAT: Self = Self(1 << 18);
    /// Connections are closed behind requests.
    pub const CLOSE: Self = Self(1 << 19);
    pub const ABORT_ON_CLOSE: Self = Self(1 << 20);
    pub const REQUEST_CONTENT: Self = Self(1 << 21);
    /// `force-persist`, `ignore-persist`
    pub const PERSISTENCE: Self = Self(1 << 22);
    /// `http-send-name-header`
    pub const SERVER_NAME: Self = Self(1 << 23);

    /// These and others.
    #[must_use]
    pub const fn with(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Whether some of `wishes` are among them.
    #[inline]
    #[must_use]
    pub fn any(self, wishes: Self) -> bool {
        self.0 & wishes.0 != 0
    }

    pub(super) fn of(plan: &Proxy, made: &ProxyProgram) -> Self {
        let (front, back) = (plan.frontend.as_ref(), plan.backend.as_ref());
        let options = &plan.options;
        let balance = back.map(|back| &back.balance.kind);
        let cookie = back.is_some_and(|back| back.cookie.is_some());
        let stick = back.is_some_and(|back| !back.stick.is_empty());
        let chosen = options.http_proxy || options.transparent || options.prefer_last_server;
        let use_server = back.is_some_and(|back| !back.use_server.is_empty());
        let keyed = balance.is_some_and(|kind| {
            use BalanceKind::{First, Leastconn, Roundrobin, StaticRr};
            !matches!(kind, Roundrobin | StaticRr | Leastconn | First)
        });
        let posted = matches!(balance, Some(BalanceKind::UrlParam { check_post: Some(_), .. }));
        let rules = !made.http_request.is_empty() || plan.stats.is_some();
        let captures = &made.captures;
        let wishes = [
            (Self::REQUEST_CONTENT, !made.tcp_request_content.is_empty()),
            (Self::REQUEST_RULES, rules),
            (Self::RESPONSE_CONTENT, !made.tcp_response_content.is_empty()),
            (Self::RESPONSE_RULES, !made.http_response.is_empty()),
            (Self::AFTER_RESPONSE, !made.http_after_response.is_empty()),
            (
                Self::REQUEST_BODY,
                made.needs.request_body || options.http_buffer_request || posted,
            ),
            (Self::MONITOR, front.is_some_and(|front| front.monitor_uri.is_some())),
            (Self::USE_BACKEND, front.is_some_and(|front| !front.use_backend.is_empty())),
            (Self::OTHER_MODE, plan.mode != Mode::Http),
            (
                Self::CAPTURES,
                !captures.request.is_empty() || !captures.response.is_empty() || captures.cookie.is_some(),
            ),
            (Self::LOG, made.log.is_some() && !plan.logs.is_empty()),
            (
                Self::LOG_STEPS,
                front.is_some_and(|front| front.log_moment != LogMoment::End || !front.log_steps.is_empty()),
            ),
            (Self::UNIQUE_ID, made.unique_id.is_some() || plan.unique_id_header.is_some()),
            (Self::FORWARDED, made.forwardfor.is_some() || made.originalto.is_some()),
            (Self::COOKIE, cookie),
            (Self::STICK, stick),
            (Self::SERVER, cookie || stick || chosen || use_server),
            (Self::BALANCE_KEY, keyed),
            (
                Self::REDIRECT,
                back.is_some_and(|back| back.servers.iter().any(|server| server.redir.is_some())),
            ),
            (Self::REPEAT, back.is_some_and(|back| back.retry_on.repeats())),
            (Self::CLOSE, options.http_connection != KeepAlive::KeepAlive),
            (Self::ABORT_ON_CLOSE, options.abortonclose),
            (Self::PERSISTENCE, !made.persistence.is_empty()),
            (Self::SERVER_NAME, back.is_some_and(|back| back.send_name_header.is_some())),
        ];
        wishes
            .into_iter()
            .filter(|(_, there)| *there)
            .fold(Self::NOTHING, |all, (wish, _)| all.with(wish))
    }
}
