//! What agents call.

pub(crate) mod connect;
pub(crate) mod enrol;
pub(crate) mod inbox;
pub(crate) mod keys;
pub(crate) mod leave;
pub(crate) mod origins;
pub(crate) mod site;
