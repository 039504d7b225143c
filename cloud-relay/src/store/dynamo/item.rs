//! Items of the table: keys, and attributes read with care.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use relay_contract::id::AgentId;

use super::super::StoreError;

pub(super) type Item = HashMap<String, AttributeValue>;

pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(super) fn number(value: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(super) fn binary(value: impl Into<Vec<u8>>) -> AttributeValue {
    AttributeValue::B(Blob::new(value))
}

/// Partition of an agent.
pub(super) fn agent_key(agent: &AgentId) -> AttributeValue {
    text(format!("AG#{agent}"))
}

pub(super) fn get_text(item: &Item, name: &str) -> Option<String> {
    item.get(name)?.as_s().ok().cloned()
}

pub(super) fn get_number<T: std::str::FromStr>(item: &Item, name: &str) -> Option<T> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

pub(super) fn get_binary(item: &Item, name: &str) -> Option<Vec<u8>> {
    Some(item.get(name)?.as_b().ok()?.as_ref().to_vec())
}

/// An instant in microseconds since 1970.
pub(super) fn get_time(item: &Item, name: &str) -> Option<Timestamp> {
    Timestamp::from_microsecond(get_number(item, name)?).ok()
}

/// For [`Result::map_err`]. Of an answer of `DynamoDB`'s only code and message are kept: its body may hold an item.
pub(super) fn failed<E, R>(operation: &'static str) -> impl FnOnce(SdkError<E, R>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug + 'static,
{
    move |error| {
        let reason = match error.as_service_error() {
            Some(refusal) => format!(
                "{}: {}",
                refusal.code().unwrap_or("refused"),
                refusal.message().unwrap_or("no reason given")
            ),
            None => DisplayErrorContext(&error).to_string(),
        };
        StoreError::Failed { operation, reason }
    }
}
