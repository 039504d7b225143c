//! Signals that wait for their agent, in `DynamoDB`.

use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use relay_contract::id::AgentId;
use relay_contract::inbox::{Acknowledged, Acknowledgement};
use tracing::warn;

use super::item::{
    agent_key, binary, failed, get_binary, get_number, get_text, get_time, number, text,
};
use super::{DynamoStore, send_if};
use crate::store::signal::{StoredSignal, answer_key, channel_key};
use crate::store::{Answer, Change, Inboxes, Page, StoreError};

/// Conditional deletes in flight for one call; below the limit of connections of the SDK's client.
const PARALLEL: usize = 16;

impl DynamoStore {
    async fn drop_one(
        &self,
        agent: &AgentId,
        item: &Acknowledgement,
        now: Timestamp,
    ) -> Result<Acknowledged, StoreError> {
        match item {
            Acknowledgement::Calendar { channel, number: n } => {
                self.drop_channel(agent, channel, *n, now).await
            }
            Acknowledgement::Oauth { id } => self.drop_answer(agent, id, now).await,
        }
    }

    async fn drop_channel(
        &self,
        agent: &AgentId,
        channel: &str,
        up_to: u64,
        now: Timestamp,
    ) -> Result<Acknowledged, StoreError> {
        let deleted = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("pk", agent_key(agent))
            .key("sk", text(channel_key(channel)))
            .condition_expression("#n <= :n AND expires > :now")
            .expression_attribute_names("#n", "number")
            .expression_attribute_values(":n", number(up_to))
            .expression_attribute_values(":now", number(now.as_microsecond()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match deleted {
            Ok(_) => Ok(Acknowledged::Done),
            Err(error) => match error.as_service_error() {
                Some(DeleteItemError::ConditionalCheckFailedException(e)) => Ok(match e.item() {
                    Some(item) if get_time(item, "expires").is_some_and(|at| at > now) => {
                        Acknowledged::MovedOn
                    }
                    _ => Acknowledged::Absent,
                }),
                _ => Err(failed("drop a signal")(error)),
            },
        }
    }

    async fn drop_answer(
        &self,
        agent: &AgentId,
        id: &str,
        now: Timestamp,
    ) -> Result<Acknowledged, StoreError> {
        // The item stays without its content until it expires, so that the state cannot be used again.
        let update = self
            .update(agent_key(agent), &answer_key(id))
            .update_expression("REMOVE sealed, #s")
            .condition_expression("attribute_exists(sealed) AND expires > :now")
            .expression_attribute_names("#s", "state")
            .expression_attribute_values(":now", number(now.as_microsecond()));
        let dropped = send_if("drop an answer", update).await?;
        Ok(if dropped {
            Acknowledged::Done
        } else {
            Acknowledged::Absent
        })
    }
}

impl Inboxes for DynamoStore {
    async fn note_change(&self, agent: &AgentId, change: &Change) -> Result<Timestamp, StoreError> {
        let noted = self
            .update(agent_key(agent), &channel_key(&change.channel))
            .update_expression(
                "SET #n = :n, received = :r, expires = :e, #t = :t, #f = if_not_exists(#f, :r)",
            )
            .condition_expression("attribute_not_exists(pk) OR #n < :n OR expires <= :r")
            .expression_attribute_names("#n", "number")
            .expression_attribute_names("#t", "ttl")
            .expression_attribute_names("#f", "first")
            .expression_attribute_values(":n", number(change.number))
            .expression_attribute_values(":r", number(change.received_at.as_microsecond()))
            .expression_attribute_values(":e", number(change.expires.as_microsecond()))
            .expression_attribute_values(":t", number(change.expires.as_second()))
            .return_values(ReturnValue::UpdatedNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let first = match noted {
            Ok(new) => new.attributes().and_then(|item| get_time(item, "first")),
            Err(error) => match error.as_service_error() {
                // As high a number is there already.
                Some(UpdateItemError::ConditionalCheckFailedException(e)) => {
                    e.item().and_then(|item| get_time(item, "first"))
                }
                _ => return Err(failed("note a change")(error)),
            },
        };
        Ok(first.unwrap_or(change.received_at))
    }

    async fn keep_answer(&self, agent: &AgentId, answer: &Answer) -> Result<bool, StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("pk", agent_key(agent))
            .item("sk", text(answer_key(&answer.id)))
            .item("state", text(&answer.state))
            .item("sealed", binary(answer.sealed.clone()))
            .item("received", number(answer.received_at.as_microsecond()))
            .item("expires", number(answer.expires.as_microsecond()))
            .item("ttl", number(answer.expires.as_second()))
            // The same seal is this very write, whose answer was lost: no two seals are alike.
            .condition_expression("attribute_not_exists(pk) OR expires <= :r OR sealed = :s")
            .expression_attribute_values(":r", number(answer.received_at.as_microsecond()))
            .expression_attribute_values(":s", binary(answer.sealed.clone()))
            .send()
            .await;
        match put {
            Ok(_) => Ok(true),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|e| e.is_conditional_check_failed_exception()) =>
            {
                Ok(false)
            }
            Err(error) => Err(failed("keep an answer")(error)),
        }
    }

    async fn pending(
        &self,
        agent: &AgentId,
        after: Option<&str>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Page, StoreError> {
        let found = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND sk > :after")
            // META and CONN lie between the channels and the answers; they have neither of the two.
            .filter_expression(
                "expires > :now AND (attribute_exists(#n) OR attribute_exists(sealed))",
            )
            .expression_attribute_names("#n", "number")
            .expression_attribute_values(":pk", agent_key(agent))
            .expression_attribute_values(":after", text(after.unwrap_or("A")))
            .expression_attribute_values(":now", number(now.as_microsecond()))
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(failed("read an inbox"))?;
        let next = found
            .last_evaluated_key()
            .and_then(|key| get_text(key, "sk"));
        let mut signals = Vec::new();
        for item in found.items() {
            let corrupt = || StoreError::Corrupt { what: "signal" };
            let stored = StoredSignal {
                key: get_text(item, "sk").ok_or_else(corrupt)?,
                number: get_number(item, "number"),
                state: get_text(item, "state"),
                sealed: get_binary(item, "sealed"),
                received_at: get_number(item, "received").ok_or_else(corrupt)?,
            };
            signals.extend(stored.into_signal()?);
        }
        Ok(Page { signals, next })
    }

    async fn acknowledge(
        &self,
        agent: &AgentId,
        items: &[Acknowledgement],
        now: Timestamp,
    ) -> Result<Vec<Acknowledged>, StoreError> {
        let drop_one = |item: Acknowledgement| async move {
            self.drop_one(agent, &item, now).await.unwrap_or_else(|error| {
                warn!(agent = %agent, %error, "a signal stays; it comes again with the next pull");
                Acknowledged::Failed
            })
        };
        let results = stream::iter(items.to_vec()).map(drop_one);
        Ok(results.buffered(PARALLEL).collect().await)
    }
}
