//! Sizes: an idle client connection must stay small.

use super::*;

fn size_of_future<F: Future>(_: impl Fn(Rc<Worker>, Arc<Live>, Stream, Session, crate::accept::Kept) -> F) -> usize {
    std::mem::size_of::<F>()
}

/// With the socket's registration, the task's header and the timer, an idle connection stays under 1.8 kB.
#[test]
fn the_task_of_a_connection_is_small() {
    let size = size_of_future(serve);
    assert!(size <= 704, "{size} bytes");
}
