//! `/o/oauth2/v2/auth`: the page a person sees, and where it sends them.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use url::Url;

use crate::app::App;
use crate::clock;
use crate::directory::DOMAIN;
use crate::html::{escape, page};
use crate::oauth::grants::Code;
use crate::oauth::scopes;
use crate::params::Params;

/// A request that Google would show the consent page for.
struct Request {
    client: String,
    redirect: Url,
    /// As sent: compared byte by byte at the token endpoint.
    redirect_uri: String,
    scopes: Vec<String>,
    state: Option<String>,
}

/// A refusal that Google shows itself: nothing comes back to the application.
struct Refusal {
    code: u16,
    error: String,
    words: String,
}

impl Refusal {
    fn new(code: u16, error: &str, words: impl Into<String>) -> Self {
        Self {
            code,
            error: error.to_owned(),
            words: words.into(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = format!(
            "<main class=\"card\"><h1>Access blocked: Authorisation error</h1><p>{}</p><p class=\"quiet\">Error {}: <code>{}</code></p></main>",
            escape(&self.words),
            self.code,
            escape(&self.error)
        );
        let status = StatusCode::from_u16(self.code).unwrap_or(StatusCode::BAD_REQUEST);
        (status, page("Error", &body)).into_response()
    }
}

/// `GET`: the page.
pub(crate) async fn show(State(app): State<App>, params: Params) -> Response {
    match check(&app, &params) {
        Ok(request) => form(&app, &params, &request),
        Err(refusal) => refusal.into_response(),
    }
}

/// `POST` of the page: `decision` is `allow` or `deny`, `email` the account, `scope` every ticked scope. The query is that
/// of the page.
pub(crate) async fn decide(State(app): State<App>, params: Params, body: Bytes) -> Response {
    let form = Params::parse(&body);
    decided(&app, &params, &form).unwrap_or_else(IntoResponse::into_response)
}

fn decided(app: &App, params: &Params, form: &Params) -> Result<Response, Refusal> {
    let request = check(app, params)?;
    let mut back = request.redirect.clone();
    match form.get("decision") {
        Some("allow") => {}
        Some("deny") => {
            back.query_pairs_mut().append_pair("error", "access_denied");
            return Ok(send_back(back, request.state.as_deref()));
        }
        _ => {
            return Err(Refusal::new(
                400,
                "invalid_request",
                "Choose Allow or Deny.",
            ));
        }
    }
    let email = form.get("email").unwrap_or("").to_lowercase();
    if !app.accounts().contains(&email) {
        return Err(Refusal::new(
            400,
            "invalid_account",
            format!("Couldn’t find your Google Account: {email}"),
        ));
    }
    let ticked: Vec<&str> = form.all("scope").collect();
    let mut granted: Vec<String> = request
        .scopes
        .iter()
        .filter(|scope| scopes::identity(scope) || ticked.contains(&scope.as_str()))
        .cloned()
        .collect();
    if params.get("include_granted_scopes") == Some("true") {
        for earlier in app.grants().granted(&email, &request.client) {
            if !granted.contains(&earlier) {
                granted.push(earlier);
            }
        }
    }
    let challenge = params.get("code_challenge").map(|challenge| {
        let method = params.get("code_challenge_method").unwrap_or("plain");
        (method.to_owned(), challenge.to_owned())
    });
    let scope = granted.join(" ");
    let code = app.grants().consent(Code {
        client: request.client,
        account: email,
        redirect_uri: request.redirect_uri,
        scopes: granted,
        challenge,
        nonce: params.get("nonce").map(str::to_owned),
        offline: params.get("access_type") == Some("offline"),
        consent: params
            .get("prompt")
            .is_some_and(|p| p.split(' ').any(|w| w == "consent")),
        expires: clock::now() + app.lifetimes().code,
    });
    back.query_pairs_mut()
        .append_pair("code", &code)
        .append_pair("scope", &scope)
        .append_pair("authuser", "0")
        .append_pair("hd", DOMAIN)
        .append_pair("prompt", params.get("prompt").unwrap_or("none"));
    Ok(send_back(back, request.state.as_deref()))
}

fn send_back(mut to: Url, state: Option<&str>) -> Response {
    if let Some(state) = state {
        to.query_pairs_mut().append_pair("state", state);
    }
    let location = HeaderValue::from_str(to.as_str()).expect("a URL is ASCII");
    (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
}

fn check(app: &App, params: &Params) -> Result<Request, Refusal> {
    if let Some(blocked) = app.faults().strike("consent_blocked", "/o/oauth2/v2/auth") {
        let error = blocked
            .as_str()
            .unwrap_or("admin_policy_enforced")
            .to_owned();
        return Err(Refusal::new(
            400,
            &error,
            "This app is blocked by your organisation or is not verified.",
        ));
    }
    let invalid = |words: &str| Refusal::new(400, "invalid_request", words);
    let missing = |name: &str| invalid(&format!("Required parameter is missing: {name}"));
    let client_id = params
        .get("client_id")
        .ok_or_else(|| missing("client_id"))?;
    let grants = app.grants();
    let client = grants
        .client(client_id)
        .ok_or_else(|| Refusal::new(401, "invalid_client", "The OAuth client was not found."))?;
    let redirect_uri = params
        .get("redirect_uri")
        .ok_or_else(|| missing("redirect_uri"))?;
    if !client
        .redirect_uris
        .iter()
        .any(|known| known == redirect_uri)
    {
        let words = format!(
            "You can’t sign in to this app because it doesn’t comply with Google’s OAuth 2.0 policy. If you’re the app \
             developer, register the redirect URI in the Google Cloud Console: {redirect_uri}"
        );
        return Err(Refusal::new(400, "redirect_uri_mismatch", words));
    }
    let redirect = Url::parse(redirect_uri).map_err(|_| invalid("The redirect URI is no URI."))?;
    match params.get("response_type") {
        Some("code") => {}
        Some(other) => {
            return Err(Refusal::new(
                400,
                "unsupported_response_type",
                format!("Invalid response_type: {other}"),
            ));
        }
        None => return Err(missing("response_type")),
    }
    let method = params.get("code_challenge_method").unwrap_or("plain");
    if !["plain", "S256"].contains(&method) {
        return Err(invalid(
            "Invalid parameter value for code_challenge_method.",
        ));
    }
    let asked = params.get("scope").ok_or_else(|| missing("scope"))?;
    let scopes = asked
        .split_whitespace()
        .map(|scope| {
            scopes::canonical(scope).ok_or_else(|| {
                Refusal::new(
                    400,
                    "invalid_scope",
                    format!("Some requested scopes were invalid: {scope}"),
                )
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Request {
        client: client.id.clone(),
        redirect,
        redirect_uri: redirect_uri.to_owned(),
        scopes,
        state: params.get("state").map(str::to_owned),
    })
}

fn form(app: &App, params: &Params, request: &Request) -> Response {
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(params.pairs())
        .finish();
    let hint = params.get("login_hint").unwrap_or(&app.accounts()[0]);
    let choices: String = app
        .accounts()
        .iter()
        .map(|email| format!("<option value=\"{}\">", escape(email)))
        .collect();
    let ticks: String = request
        .scopes
        .iter()
        .map(|scope| {
            let fixed = if scopes::identity(scope) { " disabled" } else { "" };
            format!(
                "<label class=\"tick\"><input type=\"checkbox\" name=\"scope\" value=\"{0}\" checked{fixed}><span>{1}<br>\
                 <span class=\"quiet\">{0}</span></span></label>",
                escape(scope),
                escape(scopes::words(scope))
            )
        })
        .collect();
    let body = format!(
        "<main class=\"card\"><p class=\"quiet\">Sign in with Google (stand-in)</p><h1>{} wants access to your Google \
         Account</h1><form method=\"post\" action=\"/o/oauth2/v2/auth?{}\"><label for=\"email\">Google Account</label>\
         <input id=\"email\" name=\"email\" type=\"email\" list=\"accounts\" value=\"{}\" required><datalist \
         id=\"accounts\">{choices}</datalist><h2>Select what {0} can access</h2>{ticks}<div class=\"actions\"><button \
         class=\"primary\" name=\"decision\" value=\"allow\">Allow</button><button name=\"decision\" value=\"deny\" \
         formnovalidate>Deny</button></div></form></main>",
        escape(request.redirect.host_str().unwrap_or("The application")),
        escape(&query),
        escape(hint),
    );
    page("Sign in – Google Accounts (stand-in)", &body).into_response()
}
