//! What plain forms are made of, and what browsers send of them.

use axum::body::{Body, to_bytes};
use axum::extract::{Form, FromRequest, Request};
use edge_api::account::MAX_PASSWORD_BYTES;
use edge_api::error::ErrorCode;
use maud::{Markup, html};
use serde::de::DeserializeOwned;

use crate::portal::app::App;
use crate::portal::refusal::Refusal;

/// The longest password, with each byte as `%41`, and room for the other fields.
const MAX_FORM: usize = 4 * MAX_PASSWORD_BYTES + 4 * 1024;

/// One field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'a> {
    /// By which it is sent, and which its label refers to.
    pub(super) name: &'a str,
    pub(super) label: &'a str,
    pub(super) hint: Option<&'a str>,
    /// What stands in it.
    pub(super) value: &'a str,
    /// What browsers may fill in.
    pub(super) autocomplete: &'a str,
    pub(super) kind: Kind,
    /// Whether typing begins here.
    pub(super) first: bool,
}

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// Hidden while it is typed, and never sent back.
    Password,
    /// Drawn so that similar letters differ.
    Code,
}

impl Field<'_> {
    /// Draws it as the portal draws its own.
    pub(super) fn draw(&self) -> Markup {
        let hint_id = format!("{}-hint", self.name);
        let described = self.hint.map(|_| &hint_id);
        let kind = if self.kind == Kind::Password {
            "password"
        } else {
            "text"
        };
        let class = if self.kind == Kind::Code {
            "input code"
        } else {
            "input"
        };
        html! {
            div class="field" {
                label for=(self.name) { (self.label) }
                input
                    id=(self.name)
                    name=(self.name)
                    class=(class)
                    type=(kind)
                    value=[(self.kind != Kind::Password).then_some(self.value)]
                    autocomplete=(self.autocomplete)
                    autocapitalize="off"
                    spellcheck="false"
                    required
                    autofocus[self.first]
                    aria-describedby=[described];
                @if let Some(hint) = self.hint {
                    p class="hint" id=(hint_id) { (hint) }
                }
            }
        }
    }
}

/// The button that sends a form.
pub(super) fn send(label: &str) -> Markup {
    html! {
        div class="buttons" {
            button type="submit" class="button main" { (label) }
        }
    }
}

/// A form as browsers send it.
#[derive(Debug)]
pub(in crate::portal) struct Sent<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<App> for Sent<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, app: &App) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        let bytes = to_bytes(body, MAX_FORM).await.map_err(|_| {
            Refusal::new(
                ErrorCode::TooLarge,
                "More was entered than belongs into this form.",
                "Go back and enter less.",
            )
        })?;
        let whole = Request::from_parts(parts, Body::from(bytes));
        let read = Form::<T>::from_request(whole, app).await;
        read.map(|Form(form)| Self(form)).map_err(|_| {
            Refusal::new(
                ErrorCode::BadRequest,
                "What was sent is not this page's form.",
                "Open the page again and fill it in there.",
            )
        })
    }
}
