//! The directory, as the People API answers it.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::app::App;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::params::Params;

/// `GET /v1/people:searchDirectoryPeople`: prefix match on names and addresses.
///
/// # Errors
///
/// 400 without `query`, `readMask` or `sources`; 403 without the scope.
pub(crate) async fn search(
    State(app): State<App>,
    caller: Caller,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let query = params
        .get("query")
        .ok_or_else(|| ApiError::required("query is required."))?
        .to_owned();
    let (mut found, total) = answer(&app, &caller, &params, &query, 500)?;
    found["totalSize"] = json!(total);
    Ok(Json(found))
}

/// `GET /v1/people:listDirectoryPeople`.
///
/// # Errors
///
/// As [`search`].
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let (listed, _) = answer(&app, &caller, &params, "", 1000)?;
    Ok(Json(listed))
}

/// A page of people, and how many there are in all.
fn answer(
    app: &App,
    caller: &Caller,
    params: &Params,
    prefix: &str,
    most: usize,
) -> Result<(Value, usize), ApiError> {
    caller.needs(&["directory.readonly"])?;
    for name in ["readMask", "sources"] {
        if params.get(name).is_none() {
            return Err(ApiError::required(format!("{name} is required.")));
        }
    }
    let number = |name: &str| params.get(name).and_then(|n| n.parse::<usize>().ok());
    let size = number("pageSize").unwrap_or(100).clamp(1, most);
    let offset = number("pageToken").unwrap_or(0);
    let (people, total) = app.directory().page(prefix, offset, size);
    let mut answer = json!({"people": people});
    if total > offset + size {
        answer["nextPageToken"] = json!((offset + size).to_string());
    }
    Ok((answer, total))
}
