//! The only route table.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post};
use axum::{Json, Router, middleware};
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::calendar_api::{calendar_list, channels, events, write};
use crate::error::ApiError;
use crate::oauth::{clients, consent, console, identity, token};
use crate::quota::Limits;
use crate::{admin, control, edit, intercept, people, rooms};

/// Every route of the stand-in.
pub(crate) fn router(app: App) -> Router {
    Router::new()
        .merge(sign_in())
        .merge(calendar())
        .merge(stand_in())
        .fallback(|| async { ApiError::not_found() })
        .layer(middleware::from_fn_with_state(
            app.clone(),
            intercept::intercept,
        ))
        .with_state(app)
}

fn sign_in() -> Router<App> {
    Router::new()
        .route(
            "/o/oauth2/v2/auth",
            get(consent::show).post(consent::decide),
        )
        .route("/token", post(token::exchange))
        .route("/revoke", post(token::revoke))
        .route("/oauth2/v3/certs", get(identity::certs))
        .route("/oauth2/v3/userinfo", get(identity::userinfo))
        .route(
            "/.well-known/openid-configuration",
            get(identity::discovery),
        )
}

fn calendar() -> Router<App> {
    Router::new()
        .route(
            "/calendar/v3/users/me/calendarList",
            get(calendar_list::list).post(calendar_list::insert),
        )
        .route(
            "/calendar/v3/users/me/calendarList/watch",
            post(channels::watch_list),
        )
        .route(
            "/calendar/v3/users/me/calendarList/{calendar}",
            get(calendar_list::get).delete(calendar_list::delete),
        )
        .route(
            "/calendar/v3/calendars/{calendar}",
            get(calendar_list::calendar),
        )
        .route(
            "/calendar/v3/calendars/{calendar}/events",
            get(events::list).post(write::insert),
        )
        .route(
            "/calendar/v3/calendars/{calendar}/events/watch",
            post(channels::watch_events),
        )
        .route(
            "/calendar/v3/calendars/{calendar}/events/{event}",
            get(events::get)
                .patch(write::patch)
                .put(write::update)
                .delete(write::delete),
        )
        .route("/calendar/v3/channels/stop", post(channels::stop))
        .route(
            "/admin/directory/v1/customer/{customer}/resources/calendars",
            get(admin::rooms),
        )
        .route("/v1/people:searchDirectoryPeople", get(people::search))
        .route("/v1/people:listDirectoryPeople", get(people::list))
}

fn stand_in() -> Router<App> {
    Router::new()
        .route("/", get(edit::page))
        .route("/console", get(console::page).post(console::add))
        .route("/edit/{calendar}", post(edit::add))
        .route("/edit/{calendar}/{event}", post(edit::change))
        .route("/_stand-in/clients", post(clients::register))
        .route("/_stand-in/rooms", get(rooms::list).post(rooms::add))
        .route("/_stand-in/rooms/{room}", patch(rooms::change))
        .route(
            "/_stand-in/events/{calendar}",
            get(control::get_events).post(control::post_event),
        )
        .route(
            "/_stand-in/events/{calendar}/{event}",
            patch(control::patch_event).delete(control::delete_event),
        )
        .route(
            "/_stand-in/faults",
            get(faults).put(set_faults).delete(clear_faults),
        )
        .route(
            "/_stand-in/requests",
            get(intercept::requests).delete(clear_requests),
        )
        .route("/_stand-in/quota", get(quota).put(set_quota))
        .route("/_stand-in/pushes", get(pushes))
        .route("/_stand-in/channels", get(open_channels))
        .route("/_stand-in/tokens/expire", post(rooms::expire_tokens))
        .route("/_stand-in/tokens/revoke", post(rooms::revoke_tokens))
        .route(
            "/_stand-in/sync-tokens/expire",
            post(rooms::expire_sync_tokens),
        )
}

async fn faults(State(app): State<App>) -> Json<Value> {
    Json(app.faults().show())
}

async fn set_faults(State(app): State<App>, Json(request): Json<Map<String, Value>>) -> Response {
    match app.faults().set(&request) {
        Ok(()) => Json(app.faults().show()).into_response(),
        Err(why) => (StatusCode::BAD_REQUEST, Json(json!({"error": why}))).into_response(),
    }
}

async fn clear_faults(State(app): State<App>) -> StatusCode {
    app.faults().clear();
    StatusCode::NO_CONTENT
}

async fn quota(State(app): State<App>) -> Json<Value> {
    Json(app.quota().show())
}

async fn set_quota(State(app): State<App>, Json(limits): Json<Limits>) -> Json<Value> {
    app.quota().set(limits);
    Json(app.quota().show())
}

async fn clear_requests(State(app): State<App>) -> StatusCode {
    app.requests().clear();
    StatusCode::NO_CONTENT
}

async fn pushes(State(app): State<App>) -> Json<Value> {
    Json(json!(app.pusher().log().all()))
}

async fn open_channels(State(app): State<App>) -> Json<Value> {
    Json(json!(app.channels().show()))
}
