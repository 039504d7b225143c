//! The trace of each change.

use axum::Json;
use axum::extract::{Query, State};
use edge_api::error::ErrorCode;
use edge_api::receipts::{DEFAULT_LIMIT, MAX_LIMIT, Receipt, Receipts};
use serde::Deserialize;

use super::app::App;
use super::caller::Caller;
use super::picture::hex;
use super::refusal::Refusal;
use crate::store;

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    limit: Option<usize>,
}

pub(super) async fn list(
    State(app): State<App>,
    _caller: Caller,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Receipts>, Refusal> {
    let Query(asked) = asked.map_err(|_| {
        Refusal::new(
            ErrorCode::BadRequest,
            "`limit` is not a number.",
            format!("Ask for 1 to {MAX_LIMIT}."),
        )
    })?;
    let limit = asked.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    let receipts = app.store.receipts(limit).await?;
    Ok(Json(Receipts {
        receipts: receipts.into_iter().filter_map(receipt).collect(),
    }))
}

/// In the contract's words; none when the room is gone.
pub(super) fn receipt(stored: store::Receipt) -> Option<Receipt> {
    Some(Receipt {
        display: stored.display,
        room: stored.room?,
        hash: hex(stored.frame),
        webhook_at: stored.webhook_at,
        hint_at: stored.hint_at,
        listed_at: stored.listed_at,
        rendered_at: Some(stored.rendered_at),
        stored_at: stored.stored_at,
        displayed_at: stored.displayed_at,
    })
}
