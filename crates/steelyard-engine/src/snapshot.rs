//! What a running engine looks like, as JSON.
