//! Where the plain pages are.

/// Claiming the agent.
pub(in crate::portal) const SETUP: &str = "/setup";
/// Signing in: name and password.
pub(in crate::portal) const LOGIN: &str = "/login";
/// Signing in: the one-time code.
pub(in crate::portal) const LOGIN_CODE: &str = "/login/code";
/// Where a sign-in ends that was made for the sake of another tab.
pub(in crate::portal) const DONE: &str = "/login/done";
