//! Input and output on tokio: one current-thread runtime for each worker thread.
