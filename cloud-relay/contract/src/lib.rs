//! relay-contract
