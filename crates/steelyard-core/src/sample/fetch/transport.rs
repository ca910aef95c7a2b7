//! The client's connection (manual section 7.3.3).

use super::super::args::Args;
use super::super::{Sample, View};
use crate::error::PlanError;
use crate::plan::Bind;
use crate::state::Gauge;
use std::net::SocketAddr;

#[derive(Clone, Copy, Debug)]
pub enum Transport {
    Src,
    SrcPort,
    Dst,
    DstPort,
    SrcIsLocal,
    DstIsLocal,
    DstConn,
    FrontendId,
    FrontendName,
    BackendId,
    BackendName,
    ServerId,
    ServerName,
    BindId,
    BindName,
    ServerTimeout,
    TunnelTimeout,
    /// `ssl_fc`, and others of connections that can't be secured yet.
    Plain,
    HttpMajor,
}

pub const NAMES: &[&str] = &[
    "src",
    "src_port",
    "dst",
    "dst_port",
    "src_is_local",
    "dst_is_local",
    "dst_conn",
    "fe_id",
    "fe_name",
    "be_id",
    "be_name",
    "srv_id",
    "srv_name",
    "so_id",
    "so_name",
    "be_server_timeout",
    "be_tunnel_timeout",
    "ssl_fc",
    "fc_http_major",
];

impl Transport {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        Ok(Some(match args.name {
            "src" => Self::Src,
            "src_port" => Self::SrcPort,
            "dst" => Self::Dst,
            "dst_port" => Self::DstPort,
            "src_is_local" => Self::SrcIsLocal,
            "dst_is_local" => Self::DstIsLocal,
            "dst_conn" => Self::DstConn,
            "fe_id" => Self::FrontendId,
            "fe_name" => Self::FrontendName,
            "be_id" => Self::BackendId,
            "be_name" => Self::BackendName,
            "srv_id" => Self::ServerId,
            "srv_name" => Self::ServerName,
            "so_id" => Self::BindId,
            "so_name" => Self::BindName,
            "be_server_timeout" => Self::ServerTimeout,
            "be_tunnel_timeout" => Self::TunnelTimeout,
            "ssl_fc" => Self::Plain,
            "fc_http_major" => Self::HttpMajor,
            _ => return Ok(None),
        }))
    }

    pub fn one<'e>(self, view: &View<'e>) -> Option<Sample<'e>> {
        let ip = |address: Option<SocketAddr>| address.map(|address| Sample::from_ip(address.ip()));
        let port = |address: Option<SocketAddr>| Some(Sample::Int(i64::from(address?.port())));
        let local = |address: Option<SocketAddr>| Some(Sample::Bool(view.state.is_local(address?.ip())));
        let proxies = &view.program.plan.proxies;
        let id = |id: u32| Some(Sample::Int(i64::from(id)));
        let name = |name: &'e str| Some(Sample::Str(name.as_bytes()));
        match self {
            Self::Src => ip(view.src()),
            Self::SrcPort => port(view.src()),
            Self::Dst => ip(view.dst()),
            Self::DstPort => port(view.dst()),
            Self::SrcIsLocal => local(view.src()),
            Self::DstIsLocal => local(view.dst()),
            Self::DstConn => Some(Sample::Int(view.state.gauge(Gauge::FeConn(view.frontend)))),
            Self::FrontendId => id(proxies.get(view.frontend as usize)?.id),
            Self::FrontendName => name(&proxies.get(view.frontend as usize)?.name),
            Self::BackendId => id(proxies.get(view.backend? as usize)?.id),
            Self::BackendName => name(&proxies.get(view.backend? as usize)?.name),
            Self::ServerId => id(server(view)?.id),
            Self::ServerName => name(&server(view)?.name),
            Self::BindId => id(bind(view)?.id),
            Self::BindName => Some(Sample::Str(bind(view).filter(|bind| !bind.name.is_empty())?.name.as_bytes())),
            Self::ServerTimeout => Some(Sample::Int(view.state.gauge(Gauge::BeServerTimeout(view.backend_or_self())))),
            Self::TunnelTimeout => Some(Sample::Int(view.state.gauge(Gauge::BeTunnelTimeout(view.backend_or_self())))),
            Self::Plain => Some(Sample::Bool(false)),
            Self::HttpMajor => Some(Sample::Int(1)),
        }
    }
}

pub(crate) fn bind<'e>(view: &View<'e>) -> Option<&'e Bind> {
    let frontend = view
        .program
        .plan
        .proxies
        .get(view.session.frontend as usize)?
        .frontend
        .as_ref()?;
    frontend.binds.get(view.session.bind as usize)
}

pub(crate) fn server<'e>(view: &View<'e>) -> Option<&'e crate::plan::Server> {
    let backend = view.program.plan.proxies.get(view.backend? as usize)?.backend.as_ref()?;
    backend.servers.get(view.server? as usize)
}
