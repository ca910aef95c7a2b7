//! Servers and the addresses of anything.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Address {
    /// IPv4 or IPv6, numeric. Port 0 on a server: the port of the client's own destination is used (see `Server::port_map`).
    Inet {
        ip: String,
        port: u16,
    },
    Unix {
        path: String,
    },
    Abstract {
        name: String,
    },
    /// An inherited socket (binds only).
    Fd {
        fd: i32,
    },
}

impl Default for Address {
    fn default() -> Self {
        Self::Inet {
            ip: "0.0.0.0".into(),
            port: 0,
        }
    }
}

/// `source` of a server or backend.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SourceAddress {
    /// Numeric address; empty for the kernel's choice.
    pub ip: String,
    pub port_low: u16,
    pub port_high: u16,
    pub interface: Option<String>,
    /// `usesrc client`/`clientip`
    pub client_ip: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    pub id: u32,
    pub name: String,
    pub address: Address,
    /// A `+N`/`-N` port, or none at all: the client's destination port plus this.
    pub port_map: Option<i32>,
    /// 0 to 256.
    pub weight: u32,
    /// 0 is no limit.
    pub maxconn: u32,
    pub minconn: u32,
    /// Longest queue in front of this server; 0 is no limit.
    pub maxqueue: u32,
    pub backup: bool,
    /// Stick tables don't remember it.
    pub non_stick: bool,
    /// In maintenance from the start (`disabled`).
    pub disabled: bool,
    /// An active check runs: the server starts up, and may be declared down by orders.
    pub check: bool,
    /// Value of the persistence cookie.
    pub cookie: Option<String>,
    /// `redir`: GET and HEAD requests are answered with a redirect to this prefix.
    pub redir: Option<String>,
    /// 0 none, 1 or 2.
    pub send_proxy: u8,
    pub source: Option<SourceAddress>,
    /// Milliseconds over which a server that comes up gets its full weight; 0 is at once.
    pub slowstart: u64,
    pub tcp_user_timeout: u64,
    /// `pool-max-conn`: -1 no limit of its own, 0 no pool.
    pub pool_max_conn: i32,
    /// `pool-purge-delay`, milliseconds.
    pub pool_purge_delay: u64,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            id: 0,
            name: String::new(),
            address: Address::default(),
            port_map: None,
            weight: 1,
            maxconn: 0,
            minconn: 0,
            maxqueue: 0,
            backup: false,
            non_stick: false,
            disabled: false,
            check: false,
            cookie: None,
            redir: None,
            send_proxy: 0,
            source: None,
            slowstart: 0,
            tcp_user_timeout: 0,
            pool_max_conn: -1,
            pool_purge_delay: 5_000,
        }
    }
}
