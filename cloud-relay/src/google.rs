//! What Google calls, and what a person sees who comes along.

pub(crate) mod calendar_webhook;
pub(crate) mod oauth_callback;
pub(crate) mod pages;
mod query;
mod seal;
pub(crate) mod site_verification;
