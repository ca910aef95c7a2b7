//! The fake process in which a case is played: numbers that the case gives, and an idle one otherwise.

use super::case::{Case, ProxyState};
use super::words::Hindrance;
use crate::balance::ServerSeat;
use crate::plan::Plan;
use crate::rules::pattern::Changes;
use crate::state::{Gauge, State};
use crate::table::Tables;
use crate::vars::ProcVars;
use std::net::IpAddr;
use std::sync::Arc;

/// Implements [`State`] for one case.
pub(super) struct World<'w> {
    pub plan: &'w Plan,
    pub case: &'w Case,
    pub vars: &'w ProcVars,
    pub tables: &'w Arc<Tables>,
    pub changes: &'w Changes,
    /// Of each proxy, in the order of the plan.
    pub seats: Vec<Vec<ServerSeat>>,
}

impl<'w> World<'w> {
    pub(super) fn new(plan: &'w Plan, case: &'w Case, vars: &'w ProcVars, tables: &'w Arc<Tables>, changes: &'w Changes) -> Self {
        let seats = (0..).zip(&plan.proxies).map(|(index, _)| seats(plan, case, index)).collect();
        Self {
            plan,
            case,
            vars,
            tables,
            changes,
            seats,
        }
    }

    /// Whether a request that insists on this server gets it.
    pub(super) fn is_up(&self, proxy: u32, server: u32) -> bool {
        let state = self
            .case
            .servers
            .iter()
            .find(|state| state.proxy == proxy && state.server == server);
        let plan = self.plan.proxies.get(proxy as usize).and_then(|proxy| proxy.backend.as_ref());
        let disabled = plan
            .and_then(|plan| plan.servers.get(server as usize))
            .is_none_or(|server| server.disabled);
        state.map_or(!disabled, |state| state.up)
    }

    /// Why a server takes no load, where it takes none.
    pub(super) fn hindrance(&self, proxy: u32, server: u32) -> Hindrance {
        let mut states = self.case.servers.iter();
        match states.find(|state| state.proxy == proxy && state.server == server) {
            Some(state) if !state.up => Hindrance::Down,
            Some(state) if state.drain => Hindrance::Drained,
            Some(_) => Hindrance::Weightless,
            None if self.is_up(proxy, server) => Hindrance::Weightless,
            None => Hindrance::Maintenance,
        }
    }

    fn proxy(&self, index: u32) -> ProxyState {
        let found = self.case.proxies.iter().find(|state| state.proxy == index);
        found.cloned().unwrap_or_default()
    }

    fn seat(&self, proxy: u32, server: u32) -> ServerSeat {
        let found = self.seats.get(proxy as usize).and_then(|seats| seats.get(server as usize));
        found.copied().unwrap_or_default()
    }

    /// Servers that take load: the active ones, or else the backup ones.
    fn usable(&self, proxy: u32) -> i64 {
        let seats = self.seats.get(proxy as usize).map_or(&[][..], Vec::as_slice);
        let count = |backup| seats.iter().filter(|seat| seat.takes_load() && seat.backup == backup).count();
        let found = if count(false) > 0 { count(false) } else { count(true) };
        i64::try_from(found).unwrap_or(i64::MAX)
    }

    /// Free places of the usable servers, -1 when one has no limit.
    fn free(&self, proxy: u32) -> i64 {
        let seats = self.seats.get(proxy as usize).map_or(&[][..], Vec::as_slice);
        let mut free = 0i64;
        for seat in seats.iter().filter(|seat| seat.takes_load()) {
            if seat.maxconn == 0 {
                return -1;
            }
            free += i64::from(seat.maxconn.saturating_sub(seat.conns));
        }
        free
    }
}

/// The servers of a backend as the balancer sees them.
fn seats(plan: &Plan, case: &Case, proxy: u32) -> Vec<ServerSeat> {
    let backend = plan.proxies.get(proxy as usize).and_then(|proxy| proxy.backend.as_ref());
    let servers = backend.map_or(&[][..], |backend| backend.servers.as_slice());
    let seat = |(index, server): (u32, &crate::plan::Server)| {
        let state = case
            .servers
            .iter()
            .find(|state| state.proxy == proxy && state.server == index);
        ServerSeat {
            weight: state.and_then(|state| state.weight).unwrap_or(server.weight),
            usable: state.map_or(!server.disabled, |state| state.up && !state.drain),
            backup: server.backup,
            conns: state.map_or(0, |state| state.conns),
            queued: state.map_or(0, |state| state.queued),
            maxconn: server.maxconn,
            id: server.id,
        }
    };
    (0..).zip(servers).map(seat).collect()
}

impl State for World<'_> {
    fn gauge(&self, gauge: Gauge) -> i64 {
        let timeout = |proxy: u32, which: fn(&crate::plan::Timeouts) -> Option<u64>| {
            let found = self.plan.proxies.get(proxy as usize).and_then(|proxy| which(&proxy.timeouts));
            i64::try_from(found.unwrap_or(0)).unwrap_or(i64::MAX)
        };
        match gauge {
            Gauge::ConnCur => i64::from(self.case.proxies.iter().map(|state| state.fe_conn).sum::<u32>().max(1)),
            Gauge::FeConn(proxy) => i64::from(self.proxy(proxy).fe_conn.max(1)),
            Gauge::FeReqRate(proxy) => i64::from(self.proxy(proxy).fe_req_rate),
            Gauge::FeSessRate(proxy) => i64::from(self.proxy(proxy).fe_sess_rate),
            Gauge::BeSessRate(proxy) => i64::from(self.proxy(proxy).be_sess_rate),
            Gauge::BeConn(proxy) => i64::from(self.proxy(proxy).be_conn),
            Gauge::BeConnFree(proxy) | Gauge::ConnSlots(proxy) => self.free(proxy),
            Gauge::NbSrv(proxy) => self.usable(proxy),
            Gauge::Queue(proxy) => i64::from(self.proxy(proxy).queue),
            Gauge::AvgQueue(proxy) => {
                let (queue, servers) = (i64::from(self.proxy(proxy).queue), self.usable(proxy));
                if servers > 0 {
                    (queue + servers - 1) / servers
                } else {
                    queue * 2
                }
            }
            Gauge::SrvConn(proxy, server) => i64::from(self.seat(proxy, server).conns),
            Gauge::SrvConnFree(proxy, server) => {
                let seat = self.seat(proxy, server);
                match seat.maxconn {
                    0 => -1,
                    most => i64::from(most.saturating_sub(seat.conns)),
                }
            }
            Gauge::SrvIsUp(proxy, server) => i64::from(self.is_up(proxy, server)),
            Gauge::SrvSessRate(..) => 0,
            Gauge::SrvQueue(proxy, server) => i64::from(self.seat(proxy, server).queued),
            Gauge::SrvWeight(proxy, server) | Gauge::SrvUserWeight(proxy, server) => i64::from(self.seat(proxy, server).weight),
            Gauge::SrvInitialWeight(proxy, server) => {
                let plan = self.plan.proxies.get(proxy as usize).and_then(|proxy| proxy.backend.as_ref());
                i64::from(
                    plan.and_then(|plan| plan.servers.get(server as usize))
                        .map_or(0, |server| server.weight),
                )
            }
            Gauge::BeServerTimeout(proxy) => timeout(proxy, |timeouts| timeouts.server),
            Gauge::BeTunnelTimeout(proxy) => timeout(proxy, |timeouts| timeouts.tunnel),
        }
    }

    fn wall(&self) -> (u64, u32) {
        (
            self.case.now / 1_000_000,
            u32::try_from(self.case.now % 1_000_000).unwrap_or(0),
        )
    }

    fn random(&self) -> u32 {
        self.case.random
    }

    fn is_local(&self, address: IpAddr) -> bool {
        address.is_loopback()
    }

    fn tables(&self) -> &Arc<Tables> {
        self.tables
    }

    fn pattern_changes(&self) -> &Changes {
        self.changes
    }

    fn proc_vars(&self) -> &ProcVars {
        self.vars
    }
}
