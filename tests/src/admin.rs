//! What an admin does in the portal, said over the same API that the portal uses.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use reqwest::header::{COOKIE, ORIGIN};
use reqwest::{Method, StatusCode, Url};
use serde_json::{Value, json};

use crate::consent::{self, Cookies};
use crate::wait::eventually;

/// Name of the first account.
pub const USER: &str = "admin";
/// Its password.
pub const PASSWORD: &str = "a good long password";

/// An answer of the agent: status and body.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The body; null when it is empty or not JSON.
    pub body: Value,
}

impl Answer {
    /// The error code of a refusal.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

/// A person with a browser.
#[derive(Clone, Debug)]
pub struct Admin {
    http: reqwest::Client,
    portal: String,
    /// The browser's cookies; a test may take some away.
    pub cookies: Cookies,
}

impl Admin {
    /// A browser that trusts `authority` and knows `names`, not signed in, at the portal's address `portal`.
    ///
    /// # Errors
    ///
    /// Fails when the certificate cannot be read.
    pub fn new(portal: &str, authority: &Path, names: &[(&str, IpAddr)]) -> Result<Self> {
        Ok(Self {
            http: client(authority, names)?,
            portal: portal.trim_end_matches('/').to_owned(),
            cookies: Cookies::default(),
        })
    }

    /// The browser itself, for pages that are not the portal's.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Calls the API and returns whatever it answers.
    ///
    /// # Errors
    ///
    /// Fails only when there is no answer.
    pub async fn call(
        &mut self,
        method: Method,
        route: &str,
        body: Option<&Value>,
    ) -> Result<Answer> {
        let url = Url::parse(&format!("{}/api/v1/{route}", self.portal))?;
        let mut request = self
            .http
            .request(method, url.clone())
            .header(ORIGIN, &self.portal);
        let cookies = self.cookies.header_for(&url);
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request
            .send()
            .await
            .with_context(|| format!("call {route}"))?;
        self.cookies.take_from(&answer);
        let status = answer.status();
        let text = answer.text().await?;
        Ok(Answer {
            status,
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
        })
    }

    /// Calls the API and returns the body; a refusal is an error.
    ///
    /// # Errors
    ///
    /// Fails when the agent refuses, with its words.
    pub async fn must(
        &mut self,
        method: Method,
        route: &str,
        body: Option<&Value>,
    ) -> Result<Value> {
        let answer = self.call(method.clone(), route, body).await?;
        ensure!(
            answer.status.is_success(),
            "{method} {route} was refused with {}: {}",
            answer.status,
            answer.body
        );
        Ok(answer.body)
    }

    /// Reads a route.
    ///
    /// # Errors
    ///
    /// Fails when the agent refuses.
    pub async fn get(&self, route: &str) -> Result<Value> {
        self.clone().must(Method::GET, route, None).await
    }

    /// Claims the agent with the setup token, and is signed in.
    ///
    /// # Errors
    ///
    /// Fails when the agent refuses.
    pub async fn claim(&mut self, token: &str) -> Result<()> {
        self.must(
            Method::POST,
            "setup",
            Some(&json!({ "setup_token": token, "name": USER, "password": PASSWORD })),
        )
        .await?;
        Ok(())
    }

    /// Signs in.
    ///
    /// # Errors
    ///
    /// Fails when the agent refuses.
    pub async fn sign_in(&mut self) -> Result<()> {
        self.must(
            Method::POST,
            "session",
            Some(&json!({ "name": USER, "password": PASSWORD })),
        )
        .await?;
        Ok(())
    }

    /// Enrols the agent at a relay.
    ///
    /// # Errors
    ///
    /// Fails when the relay or the agent refuses.
    pub async fn enrol(&mut self, relay: &str, invite: &str) -> Result<()> {
        self.must(
            Method::POST,
            "relay/enrol",
            Some(&json!({ "relay_url": relay, "invite": invite })),
        )
        .await?;
        Ok(())
    }

    /// The redirect URI that Google's console has to be told.
    ///
    /// # Errors
    ///
    /// Fails when the agent is not enrolled.
    pub async fn redirect_uri(&self) -> Result<String> {
        let integration = self.get("integration").await?;
        let uri = find(&integration, "redirect_uri").and_then(Value::as_str);
        uri.map(str::to_owned)
            .with_context(|| format!("no redirect URI in {integration}"))
    }

    /// Saves the Google app.
    ///
    /// # Errors
    ///
    /// Fails when the agent refuses.
    pub async fn save_google_app(&mut self, id: &str, secret: &str) -> Result<()> {
        let app = json!({ "client_id": id, "client_secret": secret });
        self.must(Method::PUT, "integration/google-app", Some(&app))
            .await?;
        Ok(())
    }

    /// Begins a sign-in and lets Google's page lead the browser back; returns the flow's id, not yet finished.
    ///
    /// # Errors
    ///
    /// Fails when a step refuses, or when the way back leads to another origin than the one begun at.
    pub async fn go_to_google_and_back(&mut self) -> Result<String> {
        let begun = self
            .must(Method::POST, "integration/google/flows", None)
            .await?;
        let authorise = begun["authorise_url"]
            .as_str()
            .context("no address to go to")?;
        let back = consent::allow(&self.http, authorise, &self.portal).await?;
        ensure!(
            back.path() == "/settings/integration",
            "the browser came back to {back}"
        );
        let flow = back
            .query_pairs()
            .find(|(key, _)| key == "flow")
            .map(|(_, id)| id.into_owned());
        flow.with_context(|| format!("no flow in {back}"))
    }

    /// Connects Google Workspace, pressing Allow.
    ///
    /// # Errors
    ///
    /// Fails when a step refuses.
    pub async fn connect_google(&mut self) -> Result<()> {
        let flow = self.go_to_google_and_back().await?;
        self.must(
            Method::POST,
            &format!("integration/google/flows/{flow}/finish"),
            None,
        )
        .await?;
        Ok(())
    }

    /// Types a hub's pairing code, and waits until the hub is there.
    ///
    /// # Errors
    ///
    /// Fails when the agent refuses or the hub does not come.
    pub async fn pair(&mut self, code: &str, name: &str) -> Result<()> {
        self.must(
            Method::POST,
            "hubs/pairing",
            Some(&json!({ "code": code, "name": name })),
        )
        .await?;
        let admin = &*self;
        eventually(
            &format!("hub {name} is paired and connected"),
            || async move {
                let hubs = admin.get("hubs").await?;
                let connected = list(&hubs, "hubs")
                    .iter()
                    .any(|hub| hub["name"] == name && hub["connected"] == true);
                Ok(connected.then_some(()))
            },
        )
        .await
    }

    /// The display with that key, once the agent knows it.
    ///
    /// # Errors
    ///
    /// Fails when it never does.
    pub async fn display(&self, key: &str) -> Result<String> {
        eventually(&format!("display {key} is known"), || async move {
            let signs = self.get("signs").await?;
            let sign = list(&signs, "signs").iter().find(|sign| sign["key"] == key);
            Ok(sign
                .and_then(|sign| sign["display"].as_str())
                .map(str::to_owned))
        })
        .await
    }

    /// The room with that name, once the calendar list has been read.
    ///
    /// # Errors
    ///
    /// Fails when it never is.
    pub async fn room(&self, name: &str) -> Result<String> {
        eventually(&format!("room {name} is listed"), || async move {
            let rooms = self.get("rooms").await?;
            let room = list(&rooms, "rooms")
                .iter()
                .find(|room| room["name"] == name);
            Ok(room.and_then(|room| room["id"].as_str()).map(str::to_owned))
        })
        .await
    }

    /// Links a display to a room, both by what the admin sees.
    ///
    /// # Errors
    ///
    /// Fails when the agent refuses.
    pub async fn link(&mut self, key: &str, room: &str) -> Result<()> {
        let (display, room) = (self.display(key).await?, self.room(room).await?);
        self.must(
            Method::PUT,
            &format!("displays/{display}/link"),
            Some(&json!({ "room": room })),
        )
        .await?;
        Ok(())
    }

    /// The receipts of the latest changes, newest first.
    ///
    /// # Errors
    ///
    /// Fails when the agent refuses.
    pub async fn receipts(&self) -> Result<Vec<Value>> {
        let receipts = self.get("receipts?limit=200").await?;
        Ok(list(&receipts, "receipts").to_vec())
    }
}

/// A client that trusts `authority`, finds `names` where they say and follows no redirects.
pub(crate) fn client(authority: &Path, names: &[(&str, IpAddr)]) -> Result<reqwest::Client> {
    // Another part of the process may have chosen already; it is the same provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let certificate = reqwest::Certificate::from_pem(&std::fs::read(authority)?)?;
    let builder = names
        .iter()
        .fold(reqwest::Client::builder(), |builder, (name, address)| {
            builder.resolve(name, SocketAddr::new(*address, 0))
        });
    Ok(builder
        .tls_certs_only([certificate])
        .redirect(reqwest::redirect::Policy::none())
        .timeout(std::time::Duration::from_secs(30))
        .build()?)
}

/// A list that is the answer itself or stands in it under `key`.
pub(crate) fn list<'a>(answer: &'a Value, key: &str) -> &'a [Value] {
    answer
        .as_array()
        .or_else(|| answer[key].as_array())
        .map_or(&[], Vec::as_slice)
}

/// The first value of that name, at whatever depth.
fn find<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    match value {
        Value::Object(map) => map
            .get(key)
            .or_else(|| map.values().find_map(|inner| find(inner, key))),
        Value::Array(items) => items.iter().find_map(|inner| find(inner, key)),
        _ => None,
    }
}
