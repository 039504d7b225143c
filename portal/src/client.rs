//! The typed client of the agent's API: the only place that makes requests.
//!
//! What is asked stands in the files below this one, by what it is about. What is common to all requests is written
//! once, for boxed futures: made anew for every answer's type, it would be a good part of what the browser has to load.

mod everyday;
mod layouts;
mod setting_up;

use std::future::Future;
use std::pin::Pin;

use edge_api::account::{Session, SetupState};
use edge_api::route;
use gloo_net::http::{Method, RequestBuilder, Response};
use jiff::Timestamp;
use leptos::prelude::use_context;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

use crate::access::Access;
use crate::clock::Clock;
use crate::problem::Problem;
use crate::words::client;

/// What a request gives.
pub(crate) type Answer<T> = Result<T, Problem>;

/// An answer that is on its way.
pub(crate) type Asked<T> = Pin<Box<dyn Future<Output = Answer<T>>>>;

/// The API of the agent this page came from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Api {
    access: Access,
    clock: Clock,
}

/// What goes with a request.
enum Body {
    Nothing,
    Json(serde_json::Result<String>),
    /// JSON, or nothing, made from what has this tag.
    Matching(String, serde_json::Result<String>),
    File(web_sys::File),
}

impl Api {
    /// A client that tells `access` when the agent says who we are to it, and `clock` what time it is there.
    pub(crate) fn new(access: Access, clock: Clock) -> Self {
        Self { access, clock }
    }

    /// The client of this portal, which the app provides.
    pub(crate) fn here() -> Self {
        use_context().expect("App provides the client before it draws any page")
    }

    pub(crate) fn setup(self) -> Asked<SetupState> {
        self.get(route::SETUP)
    }

    pub(crate) fn session(self) -> Asked<Session> {
        self.get(route::SESSION)
    }

    pub(crate) fn sign_out(self) -> Asked<()> {
        drop_text(self.send(Method::DELETE, route::SESSION, Body::Nothing))
    }

    fn get<T: DeserializeOwned + 'static>(self, path: &str) -> Asked<T> {
        read(self.send(Method::GET, path, Body::Nothing))
    }

    /// A get whose answer tells the agent's time.
    fn timed<T: DeserializeOwned + 'static>(
        self,
        path: &str,
        now: fn(&T) -> Timestamp,
    ) -> Asked<T> {
        let sent = self.send(Method::GET, path, Body::Nothing);
        Box::pin(async move {
            let answer = parse(&sent.await?)?;
            self.clock.learn(now(&answer));
            Ok(answer)
        })
    }

    /// The text of an answer below 400, or why not.
    fn send(self, method: Method, path: &str, body: Body) -> Asked<String> {
        let asked = self.ask(method, path, body);
        Box::pin(async move {
            asked
                .await?
                .text()
                .await
                .map_err(|_| Problem::unreachable())
        })
    }

    /// An answer below 400, or why not.
    fn ask(self, method: Method, path: &str, body: Body) -> Asked<Response> {
        let path = path.to_owned();
        Box::pin(async move {
            let request = RequestBuilder::new(&path).method(method);
            let typed =
                |request: RequestBuilder| request.header("content-type", "application/json");
            let request = match body {
                Body::Nothing => request.build(),
                Body::Json(text) => typed(request).body(text.map_err(|_| not_sent())?),
                Body::Matching(tag, text) => typed(request)
                    .header("if-match", &tag)
                    .body(text.map_err(|_| not_sent())?),
                Body::File(file) => typed(request).body(JsValue::from(file)),
            };
            let response = request
                .map_err(|_| not_sent())?
                .send()
                .await
                .map_err(|_| Problem::unreachable())?;
            if response.status() < 400 {
                return Ok(response);
            }
            let text = response.text().await.map_err(|_| Problem::unreachable())?;
            let problem = Problem::refused(response.status(), &text);
            self.access.heard(&problem);
            Err(problem)
        })
    }
}

/// The tag of a version.
fn tag(version: u64) -> String {
    format!("\"{version}\"")
}

fn json(body: &impl Serialize) -> Body {
    Body::Json(serde_json::to_string(body))
}

fn read<T: DeserializeOwned + 'static>(sent: Asked<String>) -> Asked<T> {
    Box::pin(async move { parse(&sent.await?) })
}

/// Where nothing is expected, whatever came is fine.
fn drop_text(sent: Asked<String>) -> Asked<()> {
    Box::pin(async move { sent.await.map(drop) })
}

fn parse<T: DeserializeOwned>(text: &str) -> Answer<T> {
    crate::json::from_str(text).map_err(|_| Problem::unreadable())
}

fn not_sent() -> Problem {
    Problem::own(client::NOT_SENT, client::NOT_SENT_HINT)
}
