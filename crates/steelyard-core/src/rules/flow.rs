//! Actions that say how the connection or the evaluation goes on, and change no message.

use super::Verdict;
use crate::ctx::Ctx;
use crate::plan;

/// A compiled one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Changes that can't be made fail the stream (`true`) or are passed over, until the rule set ends.
    Strict(bool),
    /// A PROXY header comes before all else.
    ExpectProxy,
    /// A header of NetScaler comes before all else.
    ExpectNetscaler,
    /// The request is not sent again once a server has it.
    SendOnce,
    /// No more of the server.
    CloseServer,
    /// What the client sends is HTTP from here on.
    Switch,
}

impl Flow {
    /// `None`: the action is another one.
    pub fn compile(action: &plan::Action) -> Option<Self> {
        use plan::Action as A;
        Some(match action {
            A::StrictMode { on } => Self::Strict(*on),
            A::ExpectProxy => Self::ExpectProxy,
            A::ExpectNetscalerCip => Self::ExpectNetscaler,
            A::DisableL7Retry => Self::SendOnce,
            A::Close => Self::CloseServer,
            A::SwitchMode => Self::Switch,
            _ => return None,
        })
    }

    /// Does it. `Some` ends the rule set.
    pub fn run(self, ctx: &mut Ctx<'_>) -> Option<Verdict> {
        match self {
            Self::Strict(on) => ctx.record.soft = !on,
            Self::ExpectProxy => ctx.record.expects_proxy = true,
            Self::ExpectNetscaler => ctx.record.expects_netscaler = true,
            Self::SendOnce => ctx.record.sent_once = true,
            Self::CloseServer => return Some(Verdict::CloseServer),
            Self::Switch => return Some(Verdict::Switch),
        }
        None
    }
}
