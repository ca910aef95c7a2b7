//! What went wrong, whose fault it is, and what follows.

/// Who is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Client,
    Server,
    /// Something ran out here: descriptors, memory, ports.
    Resource,
    /// We gave up on purpose (a rule).
    Proxy,
    Internal,
    ClientTimeout,
    ServerTimeout,
}

/// How far the stream had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Request,
    Queue,
    Connect,
    Headers,
    Data,
    Last,
    Tarpit,
}

/// A failure of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    pub fault: Fault,
    pub stage: Stage,
    /// Another try can do no harm.
    pub retry: bool,
}

impl Error {
    /// The two letters of the log (`%ts`, manual section 8.5).
    pub fn termination(self) -> [u8; 2] {
        let fault = match self.fault {
            Fault::Client => b'C',
            Fault::Server => b'S',
            Fault::Resource => b'R',
            Fault::Proxy => b'P',
            Fault::Internal => b'I',
            Fault::ClientTimeout => b'c',
            Fault::ServerTimeout => b's',
        };
        let stage = match self.stage {
            Stage::Request => b'R',
            Stage::Queue => b'Q',
            Stage::Connect => b'C',
            Stage::Headers => b'H',
            Stage::Data => b'D',
            Stage::Last => b'L',
            Stage::Tarpit => b'T',
        };
        [fault, stage]
    }

    /// The same for people.
    pub fn words(self) -> &'static str {
        match (self.fault, self.stage) {
            (Fault::Client, Stage::Queue | Stage::Connect) => "the client left while it waited for a server",
            (Fault::Client, Stage::Request) => "the client left before its request was complete",
            (Fault::Client, _) => "the client left",
            (Fault::ClientTimeout, Stage::Request) => "the request was not complete in time",
            (Fault::ClientTimeout, _) => "the client neither sent nor took anything in time",
            (Fault::Server, Stage::Queue | Stage::Connect) => "no server could be reached",
            (Fault::Server, Stage::Headers) => "the server closed before it had answered",
            (Fault::Server, _) => "the server closed in the middle of its response",
            (Fault::ServerTimeout, Stage::Queue) => "no server became free within timeout queue",
            (Fault::ServerTimeout, Stage::Connect) => "no server could be reached within timeout connect",
            (Fault::ServerTimeout, Stage::Headers) => "the server did not answer within timeout server",
            (Fault::ServerTimeout, _) => "the server stalled for timeout server",
            (Fault::Resource, _) => "descriptors, memory or ports ran out here",
            (Fault::Proxy, Stage::Request) => "the request is not valid",
            (Fault::Proxy, Stage::Headers) => "the response is not valid, or a rule refused it",
            (Fault::Proxy, _) => "refused by a rule",
            (Fault::Internal, _) => "a mistake of the balancer itself",
        }
    }

    /// The status of the reply, where one can still be given; `None` closes without a word.
    pub fn status(self) -> Option<u16> {
        match (self.fault, self.stage) {
            (_, Stage::Data | Stage::Last) => None,
            // It left while it waited for a server: nobody is there to read a reply.
            (Fault::Client, Stage::Queue | Stage::Connect) => None,
            (Fault::Client, _) => Some(400),
            (Fault::ClientTimeout, Stage::Request) => Some(408),
            (Fault::ClientTimeout, _) => Some(400),
            (Fault::Server, Stage::Connect | Stage::Queue) => Some(503),
            (Fault::Server, _) => Some(502),
            (Fault::ServerTimeout, Stage::Connect | Stage::Queue) => Some(503),
            (Fault::ServerTimeout, _) => Some(504),
            (Fault::Resource, _) => Some(503),
            // A body that is no HTTP, a response that is none: refused here, on behalf of the other side.
            (Fault::Proxy, Stage::Request) => Some(400),
            (Fault::Proxy, Stage::Headers) => Some(502),
            (Fault::Proxy, _) => Some(403),
            (Fault::Internal, _) => Some(500),
        }
    }
}
