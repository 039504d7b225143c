//! Dice.

/// Any number, a fresh one each time.
pub(super) fn dice() -> u64 {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).expect("the operating system has randomness");
    u64::from_le_bytes(bytes)
}
