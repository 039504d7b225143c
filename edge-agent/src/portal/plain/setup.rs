//! `/setup`: whoever can read the setup token becomes the owner.

use axum::Extension;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use edge_api::account::Claim;
use edge_api::error::{ErrorBody, ErrorCode};
use http::HeaderMap;
use http::header::SET_COOKIE;
use maud::html;

use super::address::{LOGIN, SETUP};
use super::document::{page, trouble};
use super::form::{Field, Kind, Sent, send};
use super::target::Target;
use super::words::{field, setup as words};
use crate::portal::app::App;
use crate::portal::caller::Address;
use crate::portal::entry;
use crate::portal::refusal::{Refusal, RequestId};

/// The form, while the agent is unclaimed.
pub(in crate::portal) async fn show(State(app): State<App>) -> Result<Response, Refusal> {
    if app.store.is_claimed().await? {
        return Ok(Redirect::to(LOGIN).into_response());
    }
    Ok(draw(&app, ("", ""), None))
}

/// Claims the agent with what the form says.
pub(in crate::portal) async fn claim(
    State(app): State<App>,
    Address(from): Address,
    Extension(RequestId(request)): Extension<RequestId>,
    headers: HeaderMap,
    Sent(claim): Sent<Claim>,
) -> Response {
    let (token, name) = (claim.setup_token.clone(), claim.name.clone());
    match entry::claim(&app, from, &headers, claim).await {
        Ok(admitted) => {
            let cookie = AppendHeaders([(SET_COOKIE, admitted.cookie)]);
            (cookie, Redirect::to(Target::default().as_str())).into_response()
        }
        Err(Refusal::Known {
            code: ErrorCode::AlreadyClaimed,
            ..
        }) => Redirect::to(LOGIN).into_response(),
        Err(refusal) => {
            refusal.answer_as(&request, |error| draw(&app, (&token, &name), Some(error)))
        }
    }
}

fn draw(app: &App, (token, name): (&str, &str), error: Option<&ErrorBody>) -> Response {
    let body = html! {
        p class="soft" { (words::LEAD) }
        div class="card stack after-head" {
            div class="field" {
                p { (words::WHERE_TOKEN) }
                p { code class="whole" { (entry::token_command(app)) } }
                p class="hint" {
                    (words::WHERE_FILE) " "
                    code class="whole" { (app.setup_token.path().display()) }
                }
            }
            form class="form" method="post" action=(SETUP) {
                @if let Some(error) = error { (trouble(error)) }
                (Field {
                    name: "setup_token",
                    label: field::TOKEN,
                    hint: None,
                    value: token,
                    autocomplete: "off",
                    kind: Kind::Code,
                    first: true,
                }.draw())
                (Field {
                    name: "name",
                    label: field::USER,
                    hint: None,
                    value: name,
                    autocomplete: "username",
                    kind: Kind::Text,
                    first: false,
                }.draw())
                (Field {
                    name: "password",
                    label: field::PASSWORD,
                    hint: Some(field::PASSWORD_HINT),
                    value: "",
                    autocomplete: "new-password",
                    kind: Kind::Password,
                    first: false,
                }.draw())
                (send(words::CLAIM))
            }
        }
    };
    page(words::TITLE, &body)
}
