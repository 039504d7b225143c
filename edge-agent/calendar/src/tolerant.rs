//! Reading what others write in more than one way.

use serde::{Deserialize, Deserializer};

/// For a field that may be absent or `null`, which mean the same: `#[serde(default, deserialize_with = "or_default")]`.
pub(crate) fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// The token of the page after this one. `before` is the token that this page was asked for with.
///
/// # Errors
///
/// What comes again would come for ever; says so.
pub(crate) fn next_page(
    told: Option<String>,
    before: Option<&str>,
) -> Result<Option<String>, &'static str> {
    let next = told.filter(|token| !token.is_empty());
    if next.is_some() && next.as_deref() == before {
        return Err("a page names itself as the next");
    }
    Ok(next)
}
