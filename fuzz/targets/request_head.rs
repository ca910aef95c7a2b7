//! Any bytes as a request head: no panic, no difference by pieces, and what is accepted is written as it was meant.
#![no_main]

mod head;

libfuzzer_sys::fuzz_target!(|data: &[u8]| head::check(data, false));
