//! What must be recorded or kept for a proxy's rules and logs to work.

use super::ProxyProgram;
use crate::capture::Captures;
use crate::error::PlanError;
use crate::logformat::Format;
use crate::plan;
use crate::rules::{Acl, Cond, Stick};
use crate::sample::CompiledExpr;

/// What must be recorded or kept for a proxy's rules and logs to work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// `Record::request_line` is read by rules, ACLs or the unique id. (A log line reads it as well.)
    pub request_line: bool,
    /// Rules look at the request body: it must be buffered (`option http-buffer-request`).
    pub request_body: bool,
    /// Capture slots of the log.
    pub request_captures: u16,
    pub response_captures: u16,
}

/// Reads off what must be recorded, and gives captures by lines and by rules their slots: those share one row in the log.
/// `named`: ACLs that expressions name, of whatever proxy.
pub(super) fn needs(
    made: &mut ProxyProgram,
    frontend: Option<&plan::Frontend>,
    acls: &[Acl],
    named: &[u32],
) -> Result<Needs, PlanError> {
    let header = |capture: &plan::HeaderCapture| (capture.at, capture.len as usize);
    let lines = frontend.iter();
    let mut requests: Vec<_> = made
        .tcp_request_content
        .captures()
        .chain(made.http_request.captures())
        .collect();
    requests.extend(lines.clone().flat_map(|frontend| frontend.capture_request.iter().map(header)));
    let mut responses: Vec<_> = made
        .tcp_response_content
        .captures()
        .chain(made.http_response.captures())
        .collect();
    responses.extend(lines.flat_map(|frontend| frontend.capture_response.iter().map(header)));
    requests.sort_by_key(|(at, _)| (at.file, at.line));
    responses.sort_by_key(|(at, _)| (at.file, at.line));
    made.tcp_request_content.assign_slots(&requests);
    made.http_request.assign_slots(&requests);
    made.tcp_response_content.assign_slots(&responses);
    made.http_response.assign_slots(&responses);
    if let Some(frontend) = frontend {
        made.captures = Captures::new(frontend, |request, at| {
            let slots = if request { &requests } else { &responses };
            slots.iter().position(|slot| slot.0 == at).unwrap_or_default()
        });
    }
    let lengths = |slots: &[(plan::At, usize)]| slots.iter().map(|slot| slot.1).collect();
    made.slots = [lengths(&requests), lengths(&responses)];
    let count = |slots: usize| u16::try_from(slots).map_err(|_| PlanError::new("too many captures"));
    let sets = [
        &made.tcp_request_connection,
        &made.tcp_request_session,
        &made.tcp_request_content,
        &made.tcp_response_content,
        &made.http_request,
        &made.http_response,
        &made.http_after_response,
        &made.stats,
    ];
    let choosers = made.use_backend.conds().chain(made.use_server.conds());
    let choosers = choosers.chain(made.persistence.iter().map(|rule| &rule.cond));
    let choosers = choosers.chain(made.stick.iter().filter_map(Stick::cond));
    let used = sets
        .iter()
        .flat_map(|rules| rules.conds())
        .chain(choosers)
        .flat_map(Cond::acls)
        .chain(named.iter().copied());
    let used: Vec<&Acl> = used.filter_map(|acl| acls.get(acl as usize)).collect();
    let pages = || made.errorfiles.iter().flat_map(|(_, reply)| reply.formats());
    let names = || made.use_backend.formats().chain(made.use_server.formats());
    let formats = || made.unique_id.iter().chain(pages()).chain(names());
    Ok(Needs {
        request_line: formats().any(Format::wants_request_line)
            || sets.iter().any(|rules| rules.wants_request_line())
            || made.stick.iter().any(Stick::wants_request_line)
            || used.iter().any(|acl| acl.wants_request_line())
            || made.balance.as_ref().is_some_and(CompiledExpr::wants_request_line),
        request_body: sets.iter().any(|rules| rules.wants_body())
            || made.stick.iter().any(Stick::wants_body)
            || used.iter().any(|acl| acl.wants_body())
            || made.balance.as_ref().is_some_and(CompiledExpr::wants_body)
            || formats().chain(&made.log).any(Format::wants_body),
        request_captures: count(requests.len())?,
        response_captures: count(responses.len())?,
    })
}
