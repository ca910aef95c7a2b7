//! What this engine implements, by name.

/// What this engine implements, by canonical name.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Capabilities {
    pub fetches: Vec<&'static str>,
    pub converters: Vec<&'static str>,
    /// Tags of [`plan::Action`].
    pub actions: Vec<&'static str>,
    /// Log aliases, without the percent sign.
    pub aliases: Vec<&'static str>,
}

/// The names that fetches, converters, actions and log aliases may have in a plan.
pub fn capabilities() -> Capabilities {
    Capabilities {
        fetches: crate::sample::fetch::names(),
        converters: crate::sample::convert::names(),
        actions: crate::rules::ACTIONS.to_vec(),
        aliases: crate::logformat::ALIASES.to_vec(),
    }
}
