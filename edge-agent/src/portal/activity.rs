//! Who did what.

use axum::Json;
use axum::extract::State;
use edge_api::activity::{Activity, Entry};
use tracing::warn;

use super::app::App;
use super::caller::Caller;
use super::refusal::Refusal;

/// As many as a person scrolls through; the store keeps them all.
const SHOWN: usize = 300;

pub(super) async fn list(
    State(app): State<App>,
    _caller: Caller,
) -> Result<Json<Activity>, Refusal> {
    let activity = app.store.activity(SHOWN).await?;
    if !activity.intact {
        warn!("the record of activity was changed by something other than this agent");
    }
    let entries = activity.deeds.into_iter().map(|deed| Entry {
        at: deed.at,
        who: deed.who,
        action: deed.action,
        subject: deed.subject,
        address: deed.address,
    });
    Ok(Json(Activity {
        entries: entries.collect(),
    }))
}
