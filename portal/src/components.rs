//! The parts that pages are made of.

mod async_view;
mod copy;
mod doing;
mod field;
mod glass;
mod icon;
mod link_form;
mod note;
mod picker;
mod preview;
mod shell;
mod when;

pub(crate) use async_view::AsyncView;
pub(crate) use copy::Copy;
pub(crate) use doing::{Doing, Submit};
pub(crate) use field::{Choice, Field, Lines, Tick};
pub(crate) use glass::Glass;
pub(crate) use icon::{Icon, Mark};
pub(crate) use link_form::LinkForm;
pub(crate) use note::{Empty, Note, Tone, Trouble};
pub(crate) use preview::Preview;
pub(crate) use shell::Shell;
pub(crate) use when::When;
