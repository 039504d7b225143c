//! The guide to a connected account, and its tests.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use edge_api::guide::{Audience, DeadEnd, Guide, GuideQuery, TestName, TestResult};

use super::app::{App, now};
use super::caller::Caller;
use super::refusal::Refusal;
use crate::google::{SHOWN, steps};

/// Stands in the words of a dead end while there is no redirect URI.
const NO_REDIRECT: &str = "the redirect URI of this guide";

pub(super) async fn show(
    State(app): State<App>,
    _caller: Caller,
    query: Result<Query<GuideQuery>, QueryRejection>,
) -> Result<Json<Guide>, Refusal> {
    // An audience of a newer page is answered with the usual one.
    let audience = query.map_or(Audience::default(), |Query(query)| query.audience);
    let facts = app.google.guide_facts().await?;
    let redirect = facts.redirect_uri.as_deref().unwrap_or(NO_REDIRECT);
    let dead_ends = SHOWN.iter().map(|shown| DeadEnd {
        error: shown.error.to_owned(),
        what: shown.what.to_owned(),
        action: shown.action(redirect),
    });
    Ok(Json(Guide {
        audience,
        dead_ends: dead_ends.collect(),
        steps: steps(&facts, audience),
    }))
}

pub(super) async fn test(
    State(app): State<App>,
    _caller: Caller,
    name: Result<Path<TestName>, PathRejection>,
) -> Result<Json<TestResult>, Refusal> {
    let Path(name) = name.map_err(|_| Refusal::not_found("test"))?;
    let result = match name {
        TestName::VerificationFile => verification_file(&app).await?,
        other => app.google.try_out(other, now()).await?,
    };
    Ok(Json(result))
}

/// Fetches the first file that the relay shows for this agent.
async fn verification_file(app: &App) -> Result<TestResult, Refusal> {
    let not = |what: &str, action: &str| {
        Ok(TestResult {
            passed: false,
            what: what.to_owned(),
            action: Some(action.to_owned()),
        })
    };
    let Some(enrolment) = app.relay.enrolment() else {
        return not(
            "No relay is set up.",
            "Set the relay up under Settings > Relay.",
        );
    };
    if !enrolment.host_owner() {
        return not(
            "The relay's domain belongs to another agent, which verifies it with Google.",
            "Ask the relay's operator; nothing has to be verified here.",
        );
    }
    let shown = app.relay.site_verification().await?;
    match shown.files.first() {
        Some(file) => {
            let url = format!("{}/{file}", enrolment.public_base());
            Ok(app
                .google
                .try_verification_file(&url, &file.content())
                .await)
        }
        None if !shown.tokens.is_empty() => not(
            "No file is shown; a meta tag is.",
            "Choose HTML tag in Search Console and press Verify there.",
        ),
        None => not(
            "The relay shows nothing to Google yet.",
            "Enter the file's name, or the tag, under Settings > Relay, as Search Console shows it.",
        ),
    }
}
