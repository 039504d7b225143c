//! Bytes that nobody can guess, and the clock: the two things a handler takes from the machine.

use jiff::{Timestamp, Unit};

pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has randomness");
    bytes
}

/// The time to the microsecond, as it is stored and sent.
#[expect(
    clippy::disallowed_methods,
    reason = "handlers read the clock here and nowhere else"
)]
pub(crate) fn now() -> Timestamp {
    let now = Timestamp::now();
    now.round(Unit::Microsecond).unwrap_or(now)
}
