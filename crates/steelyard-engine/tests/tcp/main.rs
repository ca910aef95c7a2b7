//! TCP sessions through a running engine: real sockets, deadlines, no sleeps.

mod kit;
mod relay;
