//! `GET /inbox` and `POST /inbox/acknowledge`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use relay_contract::encoding::{from_base64url, to_base64url};
use relay_contract::error::ErrorCode;
use relay_contract::inbox::{Acknowledge, AcknowledgeResults, Inbox, MAX_ACKNOWLEDGEMENTS, PAGE};
use serde::Deserialize;

use crate::caller::Signed;
use crate::downlink::Downlink;
use crate::machine::now;
use crate::relay::Relay;
use crate::respond::{Refusal, read_body};
use crate::store::Store;

/// Longer than any key: a channel id has at most 64 characters.
const MAX_CURSOR: usize = 256;

/// Where to go on.
#[derive(Debug, Deserialize)]
pub(crate) struct From {
    after: Option<String>,
}

pub(crate) async fn pull<S: Store, D: Downlink>(
    State(relay): State<Arc<Relay<S, D>>>,
    Query(from): Query<From>,
    signed: Signed,
) -> Result<Json<Inbox>, Refusal> {
    let after = from.after.as_deref().map(read_cursor).transpose()?;
    let page = relay
        .store
        .pending(signed.caller.id(), after.as_deref(), PAGE, now())
        .await?;
    let next = page.next.map(|key| to_base64url(key.as_bytes()));
    Ok(Json(Inbox {
        signals: page.signals,
        next,
    }))
}

pub(crate) async fn acknowledge<S: Store, D: Downlink>(
    State(relay): State<Arc<Relay<S, D>>>,
    signed: Signed,
) -> Result<Json<AcknowledgeResults>, Refusal> {
    let body: Acknowledge = read_body(&signed.body, "acknowledgements as agents send them")?;
    if body.items.len() > MAX_ACKNOWLEDGEMENTS {
        let message = format!(
            "at most {MAX_ACKNOWLEDGEMENTS} acknowledgements go in one call; send the rest in another"
        );
        return Err(Refusal::new(ErrorCode::TooLarge, message));
    }
    let results = relay
        .store
        .acknowledge(signed.caller.id(), &body.items, now())
        .await?;
    Ok(Json(AcknowledgeResults { results }))
}

fn read_cursor(text: &str) -> Result<String, Refusal> {
    from_base64url(text)
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .filter(|key| !key.is_empty() && key.len() <= MAX_CURSOR)
        .ok_or_else(|| {
            Refusal::new(
                ErrorCode::Malformed,
                "`after` is not what an earlier answer gave as `next`",
            )
        })
}
