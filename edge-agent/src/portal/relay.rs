//! The relay: where the agent is enrolled, enrolling, its key, leaving.

use axum::Json;
use axum::extract::State;
use edge_api::activity::Action;
use edge_api::relay::{self as said, Enrol, Enrolment, Leave, Relay};

use super::app::App;
use super::body::JsonBody;
use super::caller::Caller;
use super::refusal::{Refusal, sentences};
use crate::relay::{Barred, RelayError};

pub(super) async fn show(State(app): State<App>, _caller: Caller) -> Json<Relay> {
    Json(view(&app))
}

pub(super) async fn enrol(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<Enrol>,
) -> Result<Json<Relay>, Refusal> {
    let enrolment = app.relay.enrol(body.relay_url.trim(), &body.invite).await?;
    let subject = format!("{} as {}", enrolment.public_base(), enrolment.agent_id());
    caller.record(&app, Action::RelayEnrolled, subject).await?;
    Ok(Json(view(&app)))
}

pub(super) async fn change_key(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Relay>, Refusal> {
    app.relay.rotate_key().await?;
    let subject = subject(&app)?;
    caller
        .record(&app, Action::RelayKeyChanged, subject)
        .await?;
    Ok(Json(view(&app)))
}

pub(super) async fn take_over(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Relay>, Refusal> {
    app.relay.take_over().await?;
    let subject = subject(&app)?;
    caller.record(&app, Action::RelayTakenOver, subject).await?;
    Ok(Json(view(&app)))
}

pub(super) async fn leave(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<Leave>,
) -> Result<Json<Relay>, Refusal> {
    let left = app.relay.leave(body.unheard).await?;
    let subject = left.public_base().to_owned();
    caller.record(&app, Action::RelayLeft, subject).await?;
    Ok(Json(view(&app)))
}

fn subject(app: &App) -> Result<String, Refusal> {
    let enrolment = app.relay.enrolment().ok_or(RelayError::NotEnrolled)?;
    Ok(enrolment.public_base().to_owned())
}

fn view(app: &App) -> Relay {
    let status = app.relay.status();
    let enrolment = app.relay.enrolment().map(|e| Enrolment {
        agent_id: e.agent_id().to_string(),
        public_base: e.public_base().to_owned(),
        redirect_uri: e.redirect_uri(),
        webhook_address: e.webhook_address(),
        host_owner: e.host_owner(),
    });
    // Without an enrolment there is nothing that could be wrong with the link.
    let trouble = enrolment.as_ref().and_then(|_| problem(app));
    let (problem, action) = trouble.unzip();
    Relay {
        problem,
        action,
        connected_since: status.connected_since,
        barred: status.barred.map(|barred| match barred {
            Barred::OtherCopy => said::Barred::OtherCopy,
            Barred::Forgotten => said::Barred::Forgotten,
            Barred::Suspended => said::Barred::Suspended,
        }),
        enrolment,
    }
}

/// Why the link does not stand and what to do, in words; also what the repair says.
pub(super) fn problem(app: &App) -> Option<(String, String)> {
    let status = app.relay.status();
    let told = |what: &str, todo: &str| Some((what.to_owned(), todo.to_owned()));
    match (status.barred, status.connected_since, status.last_error) {
        (Some(Barred::OtherCopy), ..) => told(
            "Another copy of this agent, for example one restored from its backup, has taken over; this one no longer speaks to the relay.",
            "Switch one of the two off. If it is this one that shall go on, press Take over.",
        ),
        (Some(Barred::Forgotten), ..) => told(
            "The relay does not know this agent any more.",
            "Ask the relay's operator for a new invite and enrol again; the Google accounts stay connected.",
        ),
        (Some(Barred::Suspended), ..) => told(
            "The relay's operator has suspended this agent.",
            "Ask the relay's operator why; the link comes back by itself when that is over.",
        ),
        (None, Some(_), _) => None,
        (None, None, Some(error)) if error.contains("; ") => Some(sentences(&error)),
        (None, None, Some(error)) => Some((
            sentences(&error).0,
            "Check this machine's way to the Internet; the link comes back by itself.".to_owned(),
        )),
        (None, None, None) => told("The link is being set up.", "This takes a moment."),
    }
}
