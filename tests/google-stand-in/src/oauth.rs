//! Signing in: consent page, token endpoint, keys.

pub(crate) mod clients;
pub(crate) mod consent;
pub(crate) mod console;
pub(crate) mod grants;
pub(crate) mod identity;
pub(crate) mod keys;
pub(crate) mod scopes;
pub(crate) mod token;
