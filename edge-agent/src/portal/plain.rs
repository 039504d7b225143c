//! Pages of plain HTML, made by the agent: setting up, signing in, and refusals to whoever came by an address bar. They
//! work without JavaScript and WebAssembly, on any browser, and before anything else is loaded.
//!
//! They look as the portal does, by its own stylesheet; their policy allows them no script at all. Against forged
//! requests they have what the API has: the check of Origin and Sec-Fetch-Site that every request passes, and cookies
//! that do not travel with another site's form.

mod address;
mod document;
mod form;
mod gate;
mod login;
mod setup;
mod target;
mod words;

pub(super) use self::address::{DONE, LOGIN, LOGIN_CODE, SETUP};
pub(super) use self::document::{page, refused, wide_page};
pub(super) use self::gate::lead_in;
pub(super) use self::login::{check_code, check_password, done, show as show_login, show_code};
pub(super) use self::setup::{claim, show as show_setup};
