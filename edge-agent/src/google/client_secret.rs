//! `client_secret.json`, as Google's console offers it for download.

use std::fmt;

use edge_api::integration::Difference;
use serde::Deserialize;

/// Larger than any that Google makes (below 1 KB), small enough to parse without thought; bytes.
const LARGEST: usize = 16 * 1024;

/// What the file says, and what will not work with it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ClientSecretFile {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) project_id: Option<String>,
    /// For the administrator, before anything is saved.
    pub(crate) warnings: Vec<String>,
    /// What of it is other than it has to be.
    pub(crate) differences: Vec<Difference>,
}

/// Why a file is of no use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ClientSecretError {
    #[error(
        "the file is larger than 16 KB, so it is not a client_secret.json; download it from Google's console under APIs & Services > Credentials"
    )]
    TooLarge,
    #[error(
        "the file is not a client_secret.json ({0}); download it from Google's console under APIs & Services > Credentials"
    )]
    NotOne(String),
    #[error(
        "the file is for an OAuth client of the type Desktop; create one of the type \"Web application\" in Google's console"
    )]
    NotWebClient,
    #[error(
        "the file is the key of a service account; create an OAuth client of the type \"Web application\" in Google's console"
    )]
    ServiceAccount,
    #[error(
        "the file has no client secret; create a new secret for the OAuth client in Google's console and download the file again"
    )]
    NoSecret,
}

#[derive(Deserialize)]
struct File {
    web: Option<Web>,
    installed: Option<serde::de::IgnoredAny>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Web {
    client_id: String,
    client_secret: Option<String>,
    project_id: Option<String>,
    #[serde(default)]
    redirect_uris: Vec<String>,
    #[serde(default)]
    javascript_origins: Vec<String>,
}

/// Reads the file and compares it with what this installation needs: `redirect`, which Google compares letter by
/// letter (absent until a relay is set up), and `origin`, the relay's public address, which is only of use to Google's
/// scripts, so that a different one is worth a remark and a missing one is not.
pub(crate) fn parse_client_secret(
    json: &[u8],
    redirect: Option<&str>,
    origin: Option<&str>,
) -> Result<ClientSecretFile, ClientSecretError> {
    if json.len() > LARGEST {
        return Err(ClientSecretError::TooLarge);
    }
    let file: File = serde_json::from_slice(json).map_err(|e| {
        ClientSecretError::NotOne(format!("{:?} error in line {}", e.classify(), e.line()))
    })?;
    let web = match file {
        File { web: Some(web), .. } => web,
        File {
            installed: Some(_), ..
        } => return Err(ClientSecretError::NotWebClient),
        File {
            kind: Some(kind), ..
        } if kind == "service_account" => {
            return Err(ClientSecretError::ServiceAccount);
        }
        _ => {
            return Err(ClientSecretError::NotOne(
                "it has no part \"web\"".to_owned(),
            ));
        }
    };
    let warnings = warnings(&web, redirect, origin);
    let differences = differences(&web, redirect, origin);
    let client_id = web.client_id.trim().to_owned();
    if client_id.is_empty() {
        return Err(ClientSecretError::NotOne(
            "its client_id is empty".to_owned(),
        ));
    }
    let secret = web.client_secret.map(|secret| secret.trim().to_owned());
    Ok(ClientSecretFile {
        client_id,
        client_secret: secret
            .filter(|secret| !secret.is_empty())
            .ok_or(ClientSecretError::NoSecret)?,
        project_id: web.project_id,
        warnings,
        differences,
    })
}

fn differences(web: &Web, redirect: Option<&str>, origin: Option<&str>) -> Vec<Difference> {
    let fields = [
        ("Authorised redirect URIs", redirect, &web.redirect_uris),
        (
            "Authorised JavaScript origins",
            origin,
            &web.javascript_origins,
        ),
    ];
    let differences = fields.into_iter().filter_map(|(field, needed, found)| {
        let needed = needed.filter(|needed| !found.iter().any(|value| value == needed))?;
        Some(Difference {
            field: field.to_owned(),
            needed: needed.to_owned(),
            found: found.clone(),
        })
    });
    differences.collect()
}

fn warnings(web: &Web, redirect: Option<&str>, origin: Option<&str>) -> Vec<String> {
    let mut warnings = Vec::new();
    match redirect {
        None => warnings.push(
            "No relay is set up yet, so the redirect URI cannot be compared. Set the relay up first, under Settings > Relay."
                .to_owned(),
        ),
        Some(redirect) if web.redirect_uris.iter().any(|uri| uri == redirect) => {}
        Some(redirect) => warnings.push(redirect_warning(web, redirect)),
    }
    if let Some(origin) = origin
        && !web.javascript_origins.is_empty()
        && !web.javascript_origins.iter().any(|known| known == origin)
    {
        warnings.push(format!(
            "The authorised JavaScript origins ({}) do not name {origin}. Signing in works without; is this file for another installation?",
            web.javascript_origins.join(", ")
        ));
    }
    warnings
}

fn redirect_warning(web: &Web, redirect: &str) -> String {
    let what_to_do = format!(
        "Add exactly {redirect} to the client's authorised redirect URIs in Google's console, or Google will refuse the sign-in with redirect_uri_mismatch."
    );
    match web.redirect_uris.as_slice() {
        [] => format!("The client has no authorised redirect URI. {what_to_do}"),
        others => format!(
            "The client's redirect URIs are others ({}). {what_to_do}",
            others.join(", ")
        ),
    }
}

impl fmt::Debug for ClientSecretFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSecretFile")
            .field("client_id", &self.client_id)
            .field("project_id", &self.project_id)
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REDIRECT: &str = "https://relay.example.com/oauth/google/callback/abc";

    fn file(redirects: &str, origins: &str) -> String {
        format!(
            r#"{{"web":{{"client_id":"7-app.apps.googleusercontent.com","project_id":"signs-1",
                "auth_uri":"https://accounts.google.com/o/oauth2/auth","token_uri":"https://oauth2.googleapis.com/token",
                "client_secret":"GOCSPX-x","redirect_uris":[{redirects}],"javascript_origins":[{origins}]}}}}"#
        )
    }

    fn parse(json: &str) -> Result<ClientSecretFile, ClientSecretError> {
        parse_client_secret(
            json.as_bytes(),
            Some(REDIRECT),
            Some("https://relay.example.com"),
        )
    }

    #[test]
    fn a_file_that_fits_has_no_warnings() {
        let parsed = parse(&file(&format!("\"{REDIRECT}\""), "")).unwrap();
        assert_eq!(parsed.client_id, "7-app.apps.googleusercontent.com");
        assert_eq!(parsed.client_secret, "GOCSPX-x");
        assert_eq!(parsed.project_id.as_deref(), Some("signs-1"));
        assert_eq!(parsed.warnings, Vec::<String>::new());
        assert!(
            !format!("{parsed:?}").contains("GOCSPX"),
            "the secret is not printed"
        );
    }

    #[test]
    fn a_redirect_uri_that_is_missing_or_differs_is_told_with_the_right_one() {
        for redirects in [
            "",
            "\"https://relay.example.com/oauth/google/callback/abc/\"",
        ] {
            let warnings = parse(&file(redirects, "")).unwrap().warnings;
            assert_eq!(warnings.len(), 1);
            assert!(
                warnings[0].contains(&format!("Add exactly {REDIRECT} ")),
                "{warnings:?}"
            );
        }
        let other = parse(&file(
            &format!("\"{REDIRECT}\""),
            "\"https://elsewhere.example.com\"",
        ))
        .unwrap();
        assert!(other.warnings[0].contains("another installation"));
        let origin = Difference {
            field: "Authorised JavaScript origins".to_owned(),
            needed: "https://relay.example.com".to_owned(),
            found: vec!["https://elsewhere.example.com".to_owned()],
        };
        assert_eq!(other.differences, [origin]);
        let both = parse(&file("\"https://relay.example.com/other\"", "")).unwrap();
        assert_eq!(
            both.differences.len(),
            2,
            "the origin that is missing is shown, too"
        );
        assert_eq!(both.differences[0].needed, REDIRECT);
        let no_relay = parse_client_secret(file("", "").as_bytes(), None, None).unwrap();
        assert!(no_relay.warnings[0].contains("Settings > Relay"));
    }

    #[test]
    fn other_files_are_refused_and_the_refusal_says_which_to_take() {
        for (json, expected) in [
            (
                r#"{"installed":{"client_id":"x","client_secret":"y"}}"#.to_owned(),
                ClientSecretError::NotWebClient,
            ),
            (
                r#"{"type":"service_account","private_key":"x"}"#.to_owned(),
                ClientSecretError::ServiceAccount,
            ),
            (
                r#"{"web":{"client_id":"x"}}"#.to_owned(),
                ClientSecretError::NoSecret,
            ),
            (
                file(&"\"x\",".repeat(8000), ""),
                ClientSecretError::TooLarge,
            ),
        ] {
            assert_eq!(parse(&json).unwrap_err(), expected);
        }
        for json in [
            "",
            "{",
            "[]",
            "null",
            "{}",
            r#"{"web":7}"#,
            r#"{"web":{"client_id":" ","client_secret":"y"}}"#,
            "\u{feff}{}",
        ] {
            assert!(
                matches!(parse(json), Err(ClientSecretError::NotOne(_))),
                "{json}"
            );
        }
    }
}
