//! `/login`: name and password, then the one-time code of those who have one; after it, where they wanted to go.

use std::time::Instant;

use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use edge_api::error::{ErrorBody, ErrorCode};
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};
use maud::html;
use serde::Deserialize;

use super::address::{LOGIN, LOGIN_CODE, SETUP};
use super::document::{page, trouble};
use super::form::{Field, Kind, Sent, send};
use super::target::Target;
use super::words::{field, login as words};
use crate::portal::app::App;
use crate::portal::caller::{Address, cookie, session_of};
use crate::portal::entry::{self, Admitted};
use crate::portal::refusal::{Refusal, RequestId};
use crate::security::{HALF_WAY_COOKIE, HALF_WAY_LIFE, Half, SessionToken};

/// The page's query.
#[derive(Debug, Default, Deserialize)]
pub(in crate::portal) struct Asked {
    #[serde(default)]
    to: Target,
}

/// The first form.
#[derive(Deserialize)]
pub(in crate::portal) struct Password {
    name: String,
    password: String,
    #[serde(default)]
    to: Target,
}

/// The second form.
#[derive(Deserialize)]
pub(in crate::portal) struct Code {
    code: String,
    #[serde(default)]
    to: Target,
}

/// The form for name and password; whoever is signed in is led on at once.
pub(in crate::portal) async fn show(
    State(app): State<App>,
    headers: HeaderMap,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Refusal> {
    let to = wanted(query);
    if !app.store.is_claimed().await? {
        return Ok(Redirect::to(SETUP).into_response());
    }
    if session_of(&app, &headers).await?.is_some() {
        return Ok(Redirect::to(to.as_str()).into_response());
    }
    Ok(draw_password(&to, "", None))
}

/// Checks name and password, and leads on to the code or to where the person wanted to go.
pub(in crate::portal) async fn check_password(
    State(app): State<App>,
    Address(from): Address,
    Extension(RequestId(request)): Extension<RequestId>,
    headers: HeaderMap,
    Sent(sent): Sent<Password>,
) -> Response {
    let Password { name, password, to } = sent;
    let proved = async {
        let user = entry::by_password(&app, from, &name, password).await?;
        if user.has_factor() {
            let half = Half {
                user: user.id,
                password_hash: user.password_hash,
            };
            let token = app.half_way.begin(half, Instant::now());
            let cookie = half_way_cookie(token.as_str(), HALF_WAY_LIFE.as_secs());
            let onward = Redirect::to(&to.after(LOGIN_CODE));
            return Ok((AppendHeaders([(SET_COOKIE, cookie)]), onward).into_response());
        }
        let admitted = entry::admit(&app, from, &headers, user).await?;
        Ok::<_, Refusal>(let_in(admitted, &to))
    };
    proved.await.unwrap_or_else(|refusal| {
        refusal.answer_as(&request, |error| draw_password(&to, &name, Some(error)))
    })
}

/// The form for the code, for those whose password was right just now.
pub(in crate::portal) async fn show_code(
    State(app): State<App>,
    headers: HeaderMap,
    query: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let to = wanted(query);
    match half_way(&headers) {
        Some(token) if app.half_way.holds(&token, Instant::now()) => draw_code(&to, None),
        _ => Redirect::to(&to.after(LOGIN)).into_response(),
    }
}

/// Checks the code, and leads on to where the person wanted to go.
pub(in crate::portal) async fn check_code(
    State(app): State<App>,
    Address(from): Address,
    Extension(RequestId(request)): Extension<RequestId>,
    headers: HeaderMap,
    Sent(Code { code, to }): Sent<Code>,
) -> Response {
    let proved = async {
        let token = half_way(&headers).ok_or_else(too_long)?;
        let half = app
            .half_way
            .attempt(&token, Instant::now())
            .ok_or_else(too_long)?;
        let user = app.store.user(half.user).await?;
        // Whose password was set meanwhile begins again with the new one.
        let user = user.filter(|user| user.password_hash == half.password_hash);
        let user = user.ok_or_else(too_long)?;
        entry::by_code(&app, from, &user, code.trim()).await?;
        app.half_way.end(&token);
        let admitted = entry::admit(&app, from, &headers, user).await?;
        Ok::<_, Refusal>(let_in(admitted, &to))
    };
    proved.await.unwrap_or_else(|refusal| {
        let again = matches!(
            &refusal,
            Refusal::Known {
                code: ErrorCode::SignedOut,
                ..
            }
        );
        refusal.answer_as(&request, |error| match again {
            true => draw_password(&to, "", Some(error)),
            false => draw_code(&to, Some(error)),
        })
    })
}

/// Says that the other tab can go on.
pub(in crate::portal) async fn done() -> Response {
    let body = html! {
        p class="soft" { (words::DONE_LEAD) }
        div class="buttons after-head" {
            a class="button" href=(Target::default().as_str()) { (words::TO_SIGNS) }
        }
    };
    page(words::DONE_TITLE, &body)
}

/// A query that makes no sense wants nothing in particular.
fn wanted(query: Result<Query<Asked>, QueryRejection>) -> Target {
    query.map_or_else(|_| Target::default(), |Query(asked)| asked.to)
}

fn let_in(admitted: Admitted, to: &Target) -> Response {
    let gone = half_way_cookie("", 0);
    let cookies = AppendHeaders([(SET_COOKIE, admitted.cookie), (SET_COOKIE, gone)]);
    (cookies, Redirect::to(to.as_str())).into_response()
}

/// Strict: nothing outside this page has to do with it.
fn half_way_cookie(value: &str, seconds: u64) -> HeaderValue {
    let cookie = format!(
        "{HALF_WAY_COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={seconds}"
    );
    HeaderValue::from_str(&cookie).expect("Base64 and words of ours fit a header")
}

fn half_way(headers: &HeaderMap) -> Option<SessionToken> {
    cookie(headers, HALF_WAY_COOKIE).map(SessionToken::from_cookie)
}

fn too_long() -> Refusal {
    Refusal::new(ErrorCode::SignedOut, words::TOO_LONG, words::TOO_LONG_HINT)
}

fn draw_password(to: &Target, name: &str, error: Option<&ErrorBody>) -> Response {
    let body = html! {
        div class="card after-head" {
            form class="form" method="post" action=(LOGIN) {
                @if let Some(error) = error { (trouble(error)) }
                input type="hidden" name="to" value=(to.as_str());
                (Field {
                    name: "name",
                    label: field::USER,
                    hint: None,
                    value: name,
                    autocomplete: "username",
                    kind: Kind::Text,
                    first: name.is_empty(),
                }.draw())
                (Field {
                    name: "password",
                    label: field::PASSWORD,
                    hint: None,
                    value: "",
                    autocomplete: "current-password",
                    kind: Kind::Password,
                    first: !name.is_empty(),
                }.draw())
                (send(words::SIGN_IN))
            }
        }
        details class="after-head soft small" {
            summary { (words::FORGOTTEN_SHORT) }
            p { (words::FORGOTTEN) }
            p { code class="whole" { (words::RESET_COMMAND) } }
        }
    };
    page(words::TITLE, &body)
}

fn draw_code(to: &Target, error: Option<&ErrorBody>) -> Response {
    let body = html! {
        p class="soft" { (words::CODE_LEAD) }
        div class="card after-head" {
            form class="form" method="post" action=(LOGIN_CODE) {
                @if let Some(error) = error { (trouble(error)) }
                input type="hidden" name="to" value=(to.as_str());
                (Field {
                    name: "code",
                    label: field::CODE,
                    hint: Some(field::CODE_HINT),
                    value: "",
                    autocomplete: "one-time-code",
                    kind: Kind::Code,
                    first: true,
                }.draw())
                (send(words::SIGN_IN))
            }
        }
        p class="after-head small" { a href=(to.after(LOGIN)) { (words::START_AGAIN) } }
    };
    page(words::CODE_TITLE, &body)
}
