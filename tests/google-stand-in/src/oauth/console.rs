//! The console's page: where a person enters the redirect URI of a client, as in Google's own console.

use axum::extract::{Form, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::html::{self, escape};
use crate::oauth::clients::check_redirect_uri;

/// What the form holds.
#[derive(Debug, Deserialize)]
pub(crate) struct Entry {
    client: String,
    redirect_uri: String,
}

/// `GET /console`: every client with where it may send people.
pub(crate) async fn page(State(app): State<App>) -> Html<String> {
    show(&app, "")
}

/// `POST /console`: adds a redirect URI to a client.
pub(crate) async fn add(State(app): State<App>, Form(entry): Form<Entry>) -> Response {
    let uri = entry.redirect_uri.trim();
    if let Err(why) = check_redirect_uri(uri) {
        return (StatusCode::BAD_REQUEST, show(&app, why)).into_response();
    }
    if !app.grants().allow_redirect(&entry.client, uri) {
        let why = "There is no such client.";
        return (StatusCode::NOT_FOUND, show(&app, why)).into_response();
    }
    Redirect::to("/console").into_response()
}

fn show(app: &App, said: &str) -> Html<String> {
    let grants = app.grants();
    let clients: String = grants
        .clients()
        .map(|client| {
            let uris: String = client
                .redirect_uris
                .iter()
                .map(|uri| format!("<li><code>{}</code></li>", escape(uri)))
                .collect();
            let id = escape(&client.id);
            format!(
                "<h2>{id}</h2><p>Authorised redirect URIs</p><ul>{uris}</ul><form method=\"post\" \
                 action=\"/console\"><input type=\"hidden\" name=\"client\" value=\"{id}\"><label>Add URI <input \
                 name=\"redirect_uri\" type=\"url\" size=\"60\" required></label> <button>Save</button></form>"
            )
        })
        .collect();
    let said = if said.is_empty() {
        String::new()
    } else {
        format!("<p class=\"note\" role=\"alert\">{}</p>", escape(said))
    };
    let none = if clients.is_empty() {
        "<p>There are no clients yet.</p>"
    } else {
        ""
    };
    html::page(
        "Clients",
        &format!("<h1>OAuth clients</h1>{said}{none}{clients}<p><a href=\"/\">Rooms</a></p>"),
    )
}
