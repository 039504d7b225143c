//! The relay: where the agent is enrolled, and enrolling.

use axum::Json;
use axum::extract::State;
use edge_api::activity::Action;
use edge_api::relay::{Enrol, Enrolment, Relay};

use super::app::App;
use super::body::JsonBody;
use super::caller::Caller;
use super::refusal::Refusal;

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

fn view(app: &App) -> Relay {
    let status = app.relay.status();
    let enrolment = app.relay.enrolment().map(|e| Enrolment {
        agent_id: e.agent_id().to_string(),
        public_base: e.public_base().to_owned(),
        redirect_uri: e.redirect_uri(),
        webhook_address: e.webhook_address(),
        host_owner: e.host_owner(),
    });
    Relay {
        // Without an enrolment there is nothing that could be wrong with the link.
        problem: enrolment.as_ref().and_then(|_| problem(app)),
        connected_since: status.connected_since,
        enrolment,
    }
}

/// Why the link does not stand, in words; also what the repair says.
pub(super) fn problem(app: &App) -> Option<String> {
    let status = app.relay.status();
    if status.passive {
        return Some(
            "Another copy of this agent, restored from its backup, has taken over; this one no longer speaks to the relay."
                .to_owned(),
        );
    }
    match status.connected_since {
        Some(_) => None,
        None => Some(
            status
                .last_error
                .unwrap_or_else(|| "The link is being set up.".to_owned()),
        ),
    }
}
