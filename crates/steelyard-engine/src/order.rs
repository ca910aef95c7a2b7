//! Orders: the one way to change a running engine.
