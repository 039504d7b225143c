//! The console's part: which clients there are and where they may send people.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use url::{Host, Url};

use crate::app::App;
use crate::oauth::grants::Client;
use crate::random;

/// A client to register. What is left out is drawn.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewClient {
    client_id: Option<String>,
    client_secret: Option<String>,
    redirect_uris: Vec<String>,
    #[serde(default)]
    javascript_origins: Vec<String>,
    #[serde(default)]
    testing: bool,
}

/// `POST /_stand-in/clients`: answers the `client_secret.json` that the console would offer.
///
/// # Errors
///
/// 400 when the console would refuse a redirect URI.
pub(crate) async fn register(
    State(app): State<App>,
    Json(new): Json<NewClient>,
) -> Result<(StatusCode, Json<Value>), (StatusCode, Json<Value>)> {
    for uri in &new.redirect_uris {
        check_redirect_uri(uri).map_err(|why| {
            (
                StatusCode::BAD_REQUEST,
                Json(json!({"error": why, "redirect_uri": uri})),
            )
        })?;
    }
    let id = new.client_id.unwrap_or_else(|| {
        let tail = random::event_id();
        format!(
            "{}-{tail}.apps.googleusercontent.com",
            random::project_number()
        )
    });
    let secret = new
        .client_secret
        .unwrap_or_else(|| random::secret("GOCSPX-"));
    let base = app.base();
    let file = json!({"web": {
        "client_id": id, "project_id": "placard-test", "client_secret": secret,
        "auth_uri": format!("{base}/o/oauth2/v2/auth"), "token_uri": format!("{base}/token"),
        "auth_provider_x509_cert_url": format!("{base}/oauth2/v3/certs"),
        "redirect_uris": new.redirect_uris, "javascript_origins": new.javascript_origins,
    }});
    app.grants().register(Client {
        id,
        secret,
        redirect_uris: new.redirect_uris,
        testing: new.testing,
    });
    Ok((StatusCode::CREATED, Json(file)))
}

/// Google's rules for web clients.
///
/// # Errors
///
/// The console's sentence.
pub(crate) fn check_redirect_uri(text: &str) -> Result<(), &'static str> {
    let url = Url::parse(text).map_err(|_| "Invalid Redirect: must be a URI")?;
    if url.fragment().is_some() {
        return Err("Invalid Redirect: must not contain a fragment");
    }
    let local = match url.host() {
        Some(Host::Ipv4(ip)) if ip.is_loopback() => true,
        Some(Host::Ipv6(ip)) if ip.is_loopback() => true,
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(_) => return Err("Invalid Redirect: cannot be a raw IP address other than loopback"),
        None => return Err("Invalid Redirect: must have a host"),
    };
    let public = url.domain().is_some_and(|name| {
        let private = [
            "local", "lan", "internal", "home", "corp", "test", "invalid",
        ];
        name.rsplit_once('.')
            .is_some_and(|(_, top)| !private.contains(&top))
    });
    match (url.scheme(), local) {
        (_, false) if !public => {
            Err("Invalid Redirect: must end with a public top-level domain (such as .com or .org)")
        }
        ("https", _) | ("http", true) => Ok(()),
        _ => Err("Invalid Redirect: must use https"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_names_and_this_machine_may_be_redirected_to() {
        for good in [
            "https://relay.example.com/oauth/google/callback/abc",
            "http://localhost:8080/cb",
            "https://relay.localhost:4433/cb",
            "http://127.0.0.1:1/cb",
        ] {
            assert_eq!(check_redirect_uri(good), Ok(()), "{good}");
        }
        for bad in [
            "https://192.168.1.10/cb",
            "https://agent.local/cb",
            "https://agent/cb",
            "http://relay.example.com/cb",
            "https://relay.example.com/cb#x",
            "nonsense",
        ] {
            assert!(check_redirect_uri(bad).is_err(), "{bad}");
        }
    }
}
