//! The aliases, as an enum.

/// `%name`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alias {
    AcceptUtc,
    AcceptLocal,
    AcceptEpoch,
    AcceptMillis,
    AcceptMsOnly,
    RequestMillis,
    RequestUtc,
    RequestLocal,
    TimeActive,
    TimeConnect,
    TimeData,
    TimeHandshake,
    TimeIdle,
    TimeQuery,
    TimeRequest,
    TimeResponse,
    TimeTotal,
    TimeUser,
    TimeQueue,
    BytesRead,
    RequestCookie,
    ResponseCookie,
    Hostname,
    Method,
    Path,
    PathOnly,
    Query,
    Uri,
    Version,
    UniqueId,
    Origin,
    Status,
    BytesUploaded,
    ActConn,
    Backend,
    BeConn,
    BackendIp,
    BackendPort,
    BackendQueue,
    ClientIp,
    ClientPort,
    Frontend,
    FeConn,
    FrontendIp,
    FrontendPort,
    FrontendTransport,
    RequestHeaders,
    RequestHeaderList,
    ResponseHeaders,
    ResponseHeaderList,
    Counter,
    Pid,
    RequestLine,
    Retries,
    RequestCounter,
    Server,
    SrvConn,
    ServerIp,
    ServerPort,
    ServerQueue,
    SslCipher,
    SslVersion,
    Termination,
    TerminationCookie,
}

/// Names of all aliases, without the percent sign; `o` carries flags and writes nothing.
pub const NAMES: &[&str] = &[
    "T", "Tl", "Ts", "t", "ms", "tr", "trg", "trl", "Ta", "Tc", "Td", "Th", "Ti", "Tq", "TR", "Tr", "Tt", "Tu", "Tw", "B", "CC",
    "CS", "H", "HM", "HP", "HPO", "HQ", "HU", "HV", "ID", "OG", "ST", "U", "ac", "b", "bc", "bi", "bp", "bq", "ci", "cp", "f",
    "fc", "fi", "fp", "ft", "hr", "hrl", "hs", "hsl", "lc", "o", "pid", "r", "rc", "rt", "s", "sc", "si", "sp", "sq", "sslc",
    "sslv", "ts", "tsc",
];

impl Alias {
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "T" => Self::AcceptUtc,
            "Tl" => Self::AcceptLocal,
            "Ts" => Self::AcceptEpoch,
            "t" => Self::AcceptMillis,
            "ms" => Self::AcceptMsOnly,
            "tr" => Self::RequestMillis,
            "trg" => Self::RequestUtc,
            "trl" => Self::RequestLocal,
            "Ta" => Self::TimeActive,
            "Tc" => Self::TimeConnect,
            "Td" => Self::TimeData,
            "Th" => Self::TimeHandshake,
            "Ti" => Self::TimeIdle,
            "Tq" => Self::TimeQuery,
            "TR" => Self::TimeRequest,
            "Tr" => Self::TimeResponse,
            "Tt" => Self::TimeTotal,
            "Tu" => Self::TimeUser,
            "Tw" => Self::TimeQueue,
            "B" => Self::BytesRead,
            "CC" => Self::RequestCookie,
            "CS" => Self::ResponseCookie,
            "H" => Self::Hostname,
            "HM" => Self::Method,
            "HP" => Self::Path,
            "HPO" => Self::PathOnly,
            "HQ" => Self::Query,
            "HU" => Self::Uri,
            "HV" => Self::Version,
            "ID" => Self::UniqueId,
            "OG" => Self::Origin,
            "ST" => Self::Status,
            "U" => Self::BytesUploaded,
            "ac" => Self::ActConn,
            "b" => Self::Backend,
            "bc" => Self::BeConn,
            "bi" => Self::BackendIp,
            "bp" => Self::BackendPort,
            "bq" => Self::BackendQueue,
            "ci" => Self::ClientIp,
            "cp" => Self::ClientPort,
            "f" => Self::Frontend,
            "fc" => Self::FeConn,
            "fi" => Self::FrontendIp,
            "fp" => Self::FrontendPort,
            "ft" => Self::FrontendTransport,
            "hr" => Self::RequestHeaders,
            "hrl" => Self::RequestHeaderList,
            "hs" => Self::ResponseHeaders,
            "hsl" => Self::ResponseHeaderList,
            "lc" => Self::Counter,
            "pid" => Self::Pid,
            "r" => Self::RequestLine,
            "rc" => Self::Retries,
            "rt" => Self::RequestCounter,
            "s" => Self::Server,
            "sc" => Self::SrvConn,
            "si" => Self::ServerIp,
            "sp" => Self::ServerPort,
            "sq" => Self::ServerQueue,
            "sslc" => Self::SslCipher,
            "sslv" => Self::SslVersion,
            "ts" => Self::Termination,
            "tsc" => Self::TerminationCookie,
            _ => return None,
        })
    }

    /// Whether the manual's table calls it a number.
    pub(super) fn is_numeric(self) -> bool {
        use Alias as A;
        matches!(
            self,
            A::AcceptEpoch
                | A::AcceptMsOnly
                | A::TimeActive
                | A::TimeConnect
                | A::TimeData
                | A::TimeHandshake
                | A::TimeIdle
                | A::TimeQuery
                | A::TimeRequest
                | A::TimeResponse
                | A::TimeTotal
                | A::TimeUser
                | A::TimeQueue
                | A::BytesRead
                | A::BytesUploaded
                | A::Status
                | A::ActConn
                | A::BeConn
                | A::FeConn
                | A::SrvConn
                | A::BackendPort
                | A::ClientPort
                | A::FrontendPort
                | A::ServerPort
                | A::BackendQueue
                | A::ServerQueue
                | A::Counter
                | A::Pid
                | A::Retries
                | A::RequestCounter
        )
    }

    pub(super) fn wants_request_line(self) -> bool {
        matches!(
            self,
            Self::RequestLine | Self::Method | Self::Path | Self::PathOnly | Self::Query | Self::Uri | Self::Version
        )
    }
}
