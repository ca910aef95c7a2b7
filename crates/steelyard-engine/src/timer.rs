//! One lazily armed timer a connection (room http).
