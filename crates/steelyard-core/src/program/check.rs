//! What a plan may say and yet can't run: circles and indices of nothing.

use crate::error::PlanError;
use crate::plan::{self, Plan};
use std::ops::Range;

/// An ACL that asks for itself, straight or by way of others, would never have an answer.
pub(super) fn check_circles(plan: &Plan, named: &[Range<usize>], all: &[u32]) -> Result<(), PlanError> {
    let mut left: Vec<usize> = vec![0; named.len()];
    let mut open = vec![false; named.len()];
    for start in (0..named.len()).filter(|index| !named[*index].is_empty()) {
        let mut path = vec![start];
        open[start] = true;
        while let Some(&here) = path.last() {
            let next = named[here].clone().nth(left[here]).and_then(|at| all.get(at));
            match next.map(|index| *index as usize) {
                Some(next) => {
                    left[here] += 1;
                    if open[next] {
                        return Err(PlanError::new(format!("ACL '{}' asks for itself", plan.acls[next].name)));
                    }
                    open[next] = true;
                    path.push(next);
                }
                None => {
                    open[here] = false;
                    path.pop();
                }
            }
        }
    }
    Ok(())
}

/// Indices that later look-ups rely on.
pub(super) fn check_indices(plan: &Plan, proxy: &plan::Proxy) -> Result<(), PlanError> {
    let known = |index: &u32| plan.proxies.get(*index as usize).is_some_and(|proxy| proxy.backend.is_some());
    if let Some(frontend) = &proxy.frontend {
        let named = frontend.use_backend.iter().filter_map(|rule| rule.backend.as_ref());
        if !named.chain(frontend.default_backend.as_ref()).all(known) {
            return Err(PlanError::new(format!("'{}' uses a backend that is not there", proxy.name)).at(proxy.at));
        }
    }
    if let Some(backend) = &proxy.backend {
        let servers = backend.servers.len();
        if backend
            .use_server
            .iter()
            .filter_map(|rule| rule.server)
            .any(|index| index as usize >= servers)
        {
            return Err(PlanError::new(format!("'{}' uses a server that is not there", proxy.name)).at(proxy.at));
        }
    }
    Ok(())
}
