//! Who did what.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use edge_api::activity::{Activity, Entry};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use tracing::warn;

use super::app::App;
use super::caller::Caller;
use super::refusal::Refusal;
use crate::store::Deed;

/// As many as a person scrolls through; the store keeps them all.
const SHOWN: usize = 300;

pub(super) async fn list(
    State(app): State<App>,
    _caller: Caller,
) -> Result<Json<Activity>, Refusal> {
    let deeds = deeds(&app, SHOWN).await?;
    let entries = deeds.into_iter().map(|deed| Entry {
        at: deed.at,
        who: deed.who,
        action: deed.action,
        subject: deed.subject,
        address: deed.address,
        was: deed.was,
        became: deed.became,
    });
    Ok(Json(Activity {
        entries: entries.collect(),
    }))
}

/// All of it, for a spreadsheet.
pub(super) async fn export(State(app): State<App>, _caller: Caller) -> Result<Response, Refusal> {
    let mut csv = String::from("at,who,action,subject,was,became,address\r\n");
    for deed in deeds(&app, usize::MAX).await? {
        let fields = [
            deed.at.to_string(),
            deed.who,
            deed.action.as_str().to_owned(),
            deed.subject,
            deed.was.unwrap_or_default(),
            deed.became.unwrap_or_default(),
            deed.address.unwrap_or_default(),
        ];
        csv.push_str(&fields.map(|field| quoted(&field)).join(","));
        csv.push_str("\r\n");
    }
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"activity.csv\""),
    ];
    Ok((headers, csv).into_response())
}

async fn deeds(app: &App, limit: usize) -> Result<Vec<Deed>, Refusal> {
    let activity = app.store.activity(limit).await?;
    if !activity.intact {
        warn!("the record of activity was changed by something other than this agent");
    }
    Ok(activity.deeds)
}

/// A field of CSV. What a spreadsheet would take for a formula is kept a text: names come from anybody.
fn quoted(field: &str) -> String {
    let formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guard = if formula { "\'" } else { "" };
    format!("\"{guard}{}\"", field.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_a_text_whatever_is_in_it() {
        for (field, csv) in [
            ("Ada", "\"Ada\""),
            ("", "\"\""),
            ("a \"b\", c", "\"a \"\"b\"\", c\""),
            ("=HYPERLINK(1)", "\"\'=HYPERLINK(1)\""),
            ("@x", "\"\'@x\""),
        ] {
            assert_eq!(quoted(field), csv);
        }
    }
}
