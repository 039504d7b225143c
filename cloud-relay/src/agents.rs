//! What agents call.

pub(crate) mod connect;
pub(crate) mod enrol;
pub(crate) mod inbox;
pub(crate) mod origins;
