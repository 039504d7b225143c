//! Signing in: the address to go to, the code for tokens, tokens for new ones.

use std::time::Duration;

use oauth2::basic::{BasicErrorResponse, BasicErrorResponseType, BasicTokenType};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet,
    EndpointSet, ExtraTokenFields, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken,
    RequestTokenError, Scope, StandardRevocableToken, StandardTokenIntrospectionResponse,
    StandardTokenResponse, TokenResponse, TokenUrl,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::answer::{Answer, call, retry_after};
use crate::endpoints::Endpoints;
use crate::error::{Error, clip};

/// What a sign needs: who signed in, to read calendars, and to read the organisation's directory for the names of those
/// who invite; without the last one they are named by their addresses.
pub const SCOPES: &[&str] = &["openid", "email", CALENDAR_SCOPE, DIRECTORY_SCOPE];

/// The one that nothing works without; people can untick it on Google's page.
pub const CALENDAR_SCOPE: &str = "https://www.googleapis.com/auth/calendar.readonly";

/// For the names of those who invite.
pub const DIRECTORY_SCOPE: &str = "https://www.googleapis.com/auth/directory.readonly";

/// For the organisation's own list of rooms, with building, floor and capacity. Only administrators can read it, so
/// that it is asked for only on request.
pub const ROOMS_SCOPE: &str =
    "https://www.googleapis.com/auth/admin.directory.resource.calendar.readonly";

/// What a sign-in asks for; `with_rooms` also for [`ROOMS_SCOPE`].
pub fn scopes(with_rooms: bool) -> impl Iterator<Item = &'static str> {
    let rooms = with_rooms.then_some(ROOMS_SCOPE);
    SCOPES.iter().copied().chain(rooms)
}

/// Assumed when Google does not say how long an access token lives: short, so that it is renewed too often, not too
/// rarely.
const SHORT_LIFE: Duration = Duration::from_secs(300);

/// The OAuth client made in Google's console, and where it is used.
#[derive(Clone)]
pub struct OAuth {
    client: Client,
    http: reqwest::Client,
    endpoints: Endpoints,
    client_id: String,
}

/// What has to stay the same from the address to the code.
#[derive(Clone, Copy, Debug)]
pub struct Begin<'a> {
    /// Where Google returns the browser to; registered in Google's console.
    pub redirect_uri: &'a str,
    /// Comes back with the browser.
    pub state: &'a str,
    /// Comes back inside the `id_token`.
    pub nonce: &'a str,
    /// Kept secret until the code is redeemed; from [`new_verifier`].
    pub verifier: &'a str,
    /// Asks for [`ROOMS_SCOPE`], too.
    pub with_rooms: bool,
}

/// What a code or a refresh token was redeemed for.
#[derive(Clone)]
pub struct Tokens {
    /// Authorises calls.
    pub access_token: String,
    /// How long it does.
    pub expires_in: Duration,
    /// Gets the next access token; absent at a refresh that leaves the old one valid.
    pub refresh_token: Option<String>,
    /// How long the refresh token works, where Google has set it an end: seven days for an app that is External and in
    /// testing, or as long as the person chose. Absent when it lasts until it is given back.
    pub refresh_expires_in: Option<Duration>,
    /// Who signed in; to be checked before it is believed.
    pub id_token: Option<String>,
    /// What was granted; absent when it is all that was asked for.
    pub scopes: Option<Vec<String>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct GoogleFields {
    id_token: Option<String>,
    /// Seconds; whatever else it may be is no reason to refuse the tokens.
    refresh_token_expires_in: Option<Value>,
}

impl GoogleFields {
    fn refresh_expires_in(&self) -> Option<Duration> {
        let told = self.refresh_token_expires_in.as_ref()?;
        let seconds = told.as_u64().or_else(|| told.as_str()?.parse().ok())?;
        (seconds > 0).then(|| Duration::from_secs(seconds))
    }
}

impl ExtraTokenFields for GoogleFields {}

type Granted = StandardTokenResponse<GoogleFields, BasicTokenType>;

type Client = oauth2::Client<
    BasicErrorResponse,
    Granted,
    StandardTokenIntrospectionResponse<GoogleFields, BasicTokenType>,
    StandardRevocableToken,
    BasicErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// A fresh PKCE verifier.
#[must_use]
pub fn new_verifier() -> String {
    PkceCodeChallenge::new_random_sha256().1.into_secret()
}

impl OAuth {
    /// Uses `http` for every call; it must follow no redirects.
    #[must_use]
    pub fn new(
        http: reqwest::Client,
        endpoints: Endpoints,
        client_id: &str,
        client_secret: &str,
    ) -> Self {
        let client = oauth2::Client::new(ClientId::new(client_id.to_owned()))
            .set_client_secret(ClientSecret::new(client_secret.to_owned()))
            .set_auth_type(AuthType::RequestBody)
            .set_auth_uri(AuthUrl::from_url(endpoints.authorise.clone()))
            .set_token_uri(TokenUrl::from_url(endpoints.token.clone()));
        Self {
            client,
            http,
            endpoints,
            client_id: client_id.to_owned(),
        }
    }

    /// The client id: what an `id_token` must be meant for.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.http
    }

    pub(crate) fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// Where to send the browser.
    ///
    /// # Errors
    ///
    /// Fails when the redirect address is not one.
    pub fn authorise_url(&self, begin: &Begin<'_>) -> Result<Url, url::ParseError> {
        let redirect = RedirectUrl::new(begin.redirect_uri.to_owned())?;
        let verifier = PkceCodeVerifier::new(begin.verifier.to_owned());
        let state = CsrfToken::new(begin.state.to_owned());
        let (url, _) = self
            .client
            .clone()
            .set_redirect_uri(redirect)
            .authorize_url(move || state)
            .add_scopes(scopes(begin.with_rooms).map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_extra_param("access_type", "offline")
            // Without it Google gives a refresh token only the first time.
            .add_extra_param("prompt", "consent")
            .add_extra_param("include_granted_scopes", "true")
            .add_extra_param("nonce", begin.nonce)
            .url();
        Ok(url)
    }

    /// Redeems the code that came back for the address made from `begin`. A code works once.
    ///
    /// # Errors
    ///
    /// [`Error::Reauthorise`] when the code is old, used or not for this verifier; [`Error::WrongClient`] when the id
    /// or the secret is wrong.
    pub async fn exchange(&self, code: &str, begin: &Begin<'_>) -> Result<Tokens, Error> {
        let redirect =
            RedirectUrl::new(begin.redirect_uri.to_owned()).map_err(|e| Error::Unreadable {
                what: "the sign-in",
                reason: e.to_string(),
            })?;
        let send = |request| send(self.http.clone(), request);
        self.client
            .clone()
            .set_redirect_uri(redirect)
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(begin.verifier.to_owned()))
            .request_async(&send)
            .await
            .map(Tokens::from)
            .map_err(from_token_error)
    }

    /// Gets a new access token. Keep the old refresh token when the answer has none.
    ///
    /// # Errors
    ///
    /// [`Error::Reauthorise`] when the grant is dead: revoked, unused for six months, replaced by newer ones, or of an
    /// app in testing after seven days.
    pub async fn refresh(&self, refresh_token: &str) -> Result<Tokens, Error> {
        let send = |request| send(self.http.clone(), request);
        self.client
            .exchange_refresh_token(&RefreshToken::new(refresh_token.to_owned()))
            .request_async(&send)
            .await
            .map(Tokens::from)
            .map_err(from_token_error)
    }

    /// Gives the grant back. One that is dead already is given back.
    ///
    /// # Errors
    ///
    /// Fails when Google cannot be reached.
    pub async fn revoke(&self, refresh_token: &str) -> Result<(), Error> {
        // By hand: the crate's own refuses http, which a stand-in on loopback speaks.
        let request = self
            .http
            .post(self.endpoints.revoke.clone())
            .form(&[("token", refresh_token)]);
        let answer = call(request).await?;
        match answer.status.as_u16() {
            200..=299 | 400 => Ok(()),
            status => Err(unexpected(status, &answer)),
        }
    }
}

impl std::fmt::Debug for OAuth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OAuth")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens")
            .field("expires_in", &self.expires_in)
            .field("refresh_expires_in", &self.refresh_expires_in)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

impl Tokens {
    /// Whether calendars may be read with it.
    #[must_use]
    pub fn grants_calendar(&self) -> bool {
        self.scopes.as_ref().is_none_or(|granted| {
            granted.iter().any(|scope| {
                scope == CALENDAR_SCOPE || scope == "https://www.googleapis.com/auth/calendar"
            })
        })
    }
}

impl From<Granted> for Tokens {
    fn from(granted: Granted) -> Self {
        Self {
            access_token: granted.access_token().secret().clone(),
            expires_in: granted.expires_in().unwrap_or(SHORT_LIFE),
            refresh_token: granted.refresh_token().map(|token| token.secret().clone()),
            refresh_expires_in: granted.extra_fields().refresh_expires_in(),
            id_token: granted.extra_fields().id_token.clone(),
            scopes: granted.scopes().map(|scopes| {
                scopes
                    .iter()
                    .map(|scope| scope.as_str().to_owned())
                    .collect()
            }),
        }
    }
}

async fn send(
    http: reqwest::Client,
    request: oauth2::HttpRequest,
) -> Result<oauth2::HttpResponse, Error> {
    let (parts, body) = request.into_parts();
    let request = http
        .request(parts.method, parts.uri.to_string())
        .headers(parts.headers)
        .body(body);
    let answer = call(request).await?;
    let status = answer.status.as_u16();
    // What is not an OAuth answer would otherwise be reported as one that cannot be read.
    if status == 429 || status >= 500 {
        return Err(unexpected(status, &answer));
    }
    let mut response = oauth2::HttpResponse::new(answer.body);
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    Ok(response)
}

fn unexpected(status: u16, answer: &Answer) -> Error {
    let retry_after = retry_after(&answer.headers);
    match status {
        429 => Error::RateLimited {
            retry_after,
            reason: "too many requests for tokens".to_owned(),
        },
        500.. => Error::Transient {
            what: format!("status {status}"),
            retry_after,
        },
        _ => Error::Other {
            status,
            reason: clip(&String::from_utf8_lossy(&answer.body)),
        },
    }
}

fn from_token_error(e: RequestTokenError<Error, BasicErrorResponse>) -> Error {
    match e {
        RequestTokenError::Request(ours) => ours,
        RequestTokenError::ServerResponse(refusal) => {
            let words = refusal.error_description().map_or("", String::as_str);
            let reason = clip(format!("{} {words}", refusal.error().as_ref()).trim());
            match refusal.error() {
                BasicErrorResponseType::InvalidGrant => Error::Reauthorise { reason },
                BasicErrorResponseType::InvalidClient
                | BasicErrorResponseType::UnauthorizedClient => Error::WrongClient { reason },
                _ => Error::Other {
                    status: 400,
                    reason,
                },
            }
        }
        RequestTokenError::Parse(e, _) => Error::Unreadable {
            what: "the request for tokens",
            reason: format!("unexpected answer at `{}`", e.path()),
        },
        RequestTokenError::Other(reason) => Error::Unreadable {
            what: "the request for tokens",
            reason: clip(&reason),
        },
    }
}
