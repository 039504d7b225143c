//! Page and sync tokens: opaque to clients, but they know which query they belong to.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use crate::error::ApiError;
use crate::params::Params;

/// Where a list goes on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PageToken {
    /// The query that was asked.
    pub(crate) query: String,
    /// How many items have been answered.
    pub(crate) offset: usize,
    /// The revision at the first page, so that no change between pages is lost to the next sync.
    pub(crate) revision: u64,
}

/// From where an incremental sync goes on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SyncToken {
    /// The query that was asked first.
    pub(crate) query: String,
    /// What the client knows.
    pub(crate) revision: u64,
    /// Tokens of an older generation have expired.
    pub(crate) generation: u64,
    /// The bounds of the first query, which the client may not repeat.
    pub(crate) time_min: Option<Timestamp>,
    pub(crate) time_max: Option<Timestamp>,
}

/// Parameters that only shape the answer.
const SHAPE: [&str; 9] = [
    "maxResults",
    "pageToken",
    "alt",
    "prettyPrint",
    "fields",
    "key",
    "quotaUser",
    "timeZone",
    "access_token",
];
/// Parameters that a sync token stands for.
const REPLACED: [&str; 6] = [
    "syncToken",
    "timeMin",
    "timeMax",
    "updatedMin",
    "orderBy",
    "showDeleted",
];

/// Names the query of a paged list: the pages of one list must repeat it.
pub(crate) fn page_query(resource: &str, params: &Params) -> String {
    fingerprint(resource, params, &[])
}

/// Names the query of a sync: what has to stay the same from the first call on.
pub(crate) fn sync_query(resource: &str, params: &Params) -> String {
    fingerprint(resource, params, &REPLACED)
}

fn fingerprint(resource: &str, params: &Params, without: &[&str]) -> String {
    let mut pairs: Vec<(&str, &str)> = params
        .pairs()
        .filter(|(name, _)| !SHAPE.contains(name) && !without.contains(name))
        .collect();
    pairs.sort_unstable();
    URL_SAFE_NO_PAD.encode(&Sha256::digest(format!("{resource} {pairs:?}"))[..9])
}

/// An entity tag of a list, quotes included.
pub(crate) fn list_etag(resource: &str, params: &Params, revision: u64) -> String {
    let mut pairs: Vec<(&str, &str)> = params.pairs().collect();
    pairs.sort_unstable();
    let hash = Sha256::digest(format!("{resource} {pairs:?} {revision}"));
    format!("\"p3{}\"", URL_SAFE_NO_PAD.encode(&hash[..15]))
}

/// Writes a token.
pub(crate) fn write<T: Serialize>(token: &T) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(token).expect("tokens are plain data"))
}

/// Reads the token in parameter `name`.
///
/// # Errors
///
/// 400 when it is not one of ours.
pub(crate) fn read<T: DeserializeOwned>(name: &'static str, text: &str) -> Result<T, ApiError> {
    let bad = || ApiError::invalid(name, format!("Invalid {name} value."));
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| bad())?;
    serde_json::from_slice(&bytes).map_err(|_| bad())
}

/// Reads a sync token and checks that it is for this query and has not expired.
///
/// # Errors
///
/// 400 for another query, 410 when it has expired.
pub(crate) fn read_sync(text: &str, query: &str, generation: u64) -> Result<SyncToken, ApiError> {
    let token: SyncToken = read("syncToken", text)?;
    if token.generation != generation {
        return Err(ApiError::gone("syncToken"));
    }
    if token.query != query {
        return Err(ApiError::invalid(
            "syncToken",
            "The sync token belongs to a query with other parameters.",
        ));
    }
    Ok(token)
}

/// Reads a page token and checks that it is for this query.
///
/// # Errors
///
/// 400 for another query.
pub(crate) fn read_page(text: &str, query: &str) -> Result<PageToken, ApiError> {
    let token: PageToken = read("pageToken", text)?;
    if token.query != query {
        return Err(ApiError::invalid(
            "pageToken",
            "The page token belongs to a query with other parameters.",
        ));
    }
    Ok(token)
}
