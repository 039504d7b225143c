//! The relay's store on AWS: one `DynamoDB` table.
//!
//! `AG#agent/META` · `AG#agent/CONN` · `AG#agent/CH#channel` · `AG#agent/OA#state-hash` · `INV#nonce` · `WS#connection` ·
//! `HOST`. Reads are strongly consistent. `expires` (microseconds) decides; `ttl` (seconds) only lets `DynamoDB` delete in
//! its own time.

mod agents;
mod item;
mod table;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use futures_util::{StreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};
use relay_contract::id::AgentId;
use relay_contract::inbox::{Acknowledged, Acknowledgement};
use tracing::warn;

use self::item::{agent_key, binary, failed, get_binary, get_number, get_text, number, text};
use super::{
    Answer, Change, Connections, Inboxes, Page, StoreError, StoredSignal, answer_key, channel_key,
};

pub use self::table::create_table;

/// Conditional deletes in flight for one call; below the limit of connections of the SDK's client.
const PARALLEL: usize = 16;
/// API Gateway cuts a connection after two hours.
const CONNECTION_KEPT: SignedDuration = SignedDuration::from_hours(3);

/// A table; cheap to clone.
#[derive(Clone, Debug)]
pub struct DynamoStore {
    client: Client,
    table: String,
}

impl DynamoStore {
    /// Uses a table that exists.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            client,
            table: table.into(),
        }
    }

    async fn drop_one(
        &self,
        agent: &AgentId,
        item: &Acknowledgement,
    ) -> Result<Acknowledged, StoreError> {
        match item {
            Acknowledgement::Calendar { channel, number: n } => {
                self.drop_channel(agent, channel, *n).await
            }
            Acknowledgement::Oauth { id } => self.drop_answer(agent, id).await,
        }
    }

    async fn drop_channel(
        &self,
        agent: &AgentId,
        channel: &str,
        up_to: u64,
    ) -> Result<Acknowledged, StoreError> {
        let deleted = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("pk", agent_key(agent))
            .key("sk", text(channel_key(channel)))
            .condition_expression("#n <= :n")
            .expression_attribute_names("#n", "number")
            .expression_attribute_values(":n", number(up_to))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match deleted {
            Ok(_) => Ok(Acknowledged::Done),
            Err(error) => match error.as_service_error() {
                Some(DeleteItemError::ConditionalCheckFailedException(e)) => Ok(match e.item() {
                    Some(item) if !item.is_empty() => Acknowledged::MovedOn,
                    _ => Acknowledged::Absent,
                }),
                _ => Err(failed("drop a signal")(error)),
            },
        }
    }

    async fn drop_answer(&self, agent: &AgentId, id: &str) -> Result<Acknowledged, StoreError> {
        // The item stays without its content until it expires, so that the state cannot be used again.
        let updated = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", agent_key(agent))
            .key("sk", text(answer_key(id)))
            .update_expression("REMOVE sealed, #s")
            .condition_expression("attribute_exists(sealed)")
            .expression_attribute_names("#s", "state")
            .send()
            .await;
        match updated {
            Ok(_) => Ok(Acknowledged::Done),
            Err(error) if is_condition(error.as_service_error()) => Ok(Acknowledged::Absent),
            Err(error) => Err(failed("drop an answer")(error)),
        }
    }
}

impl Inboxes for DynamoStore {
    async fn note_change(&self, agent: &AgentId, change: &Change) -> Result<(), StoreError> {
        let noted = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", agent_key(agent))
            .key("sk", text(channel_key(&change.channel)))
            .update_expression("SET #n = :n, received = :r, expires = :e, #t = :t")
            .condition_expression("attribute_not_exists(pk) OR #n < :n OR expires <= :r")
            .expression_attribute_names("#n", "number")
            .expression_attribute_names("#t", "ttl")
            .expression_attribute_values(":n", number(change.number))
            .expression_attribute_values(":r", number(change.received_at.as_microsecond()))
            .expression_attribute_values(":e", number(change.expires.as_microsecond()))
            .expression_attribute_values(":t", number(change.expires.as_second()))
            .send()
            .await;
        match noted {
            Ok(_) => Ok(()),
            // As high a number is there already.
            Err(error) if is_condition(error.as_service_error()) => Ok(()),
            Err(error) => Err(failed("note a change")(error)),
        }
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
            .condition_expression("attribute_not_exists(pk)")
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
    ) -> Result<Vec<Acknowledged>, StoreError> {
        let drop_one = |item: Acknowledgement| async move {
            self.drop_one(agent, &item).await.unwrap_or_else(|error| {
                warn!(agent = %agent, %error, "a signal stays; it comes again with the next pull");
                Acknowledged::Failed
            })
        };
        let results = stream::iter(items.to_vec()).map(drop_one);
        Ok(results.buffered(PARALLEL).collect().await)
    }
}

impl Connections for DynamoStore {
    async fn connected(
        &self,
        agent: &AgentId,
        connection: &str,
        epoch: u64,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let kept = now.saturating_add(CONNECTION_KEPT).unwrap_or(now);
        self.client
            .put_item()
            .table_name(&self.table)
            .item("pk", text(format!("WS#{connection}")))
            .item("sk", text("WS"))
            .item("agent", text(agent.as_str()))
            .item("ttl", number(kept.as_second()))
            .send()
            .await
            .map_err(failed("note whose connection it is"))?;
        let updated = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", agent_key(agent))
            .key("sk", text("CONN"))
            .update_expression("SET conn = :c, epoch = :e, since = :s")
            .condition_expression("attribute_exists(pk) AND epoch <= :e")
            .expression_attribute_values(":c", text(connection))
            .expression_attribute_values(":e", number(epoch))
            .expression_attribute_values(":s", number(now.as_microsecond()))
            .return_values(ReturnValue::AllOld)
            .send()
            .await;
        match updated {
            Ok(old) => Ok(old.attributes().and_then(|old| get_text(old, "conn"))),
            Err(error) if is_condition(error.as_service_error()) => Ok(None),
            Err(error) => Err(failed("note a connection")(error)),
        }
    }

    async fn connection(&self, agent: &AgentId) -> Result<Option<Option<String>>, StoreError> {
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", agent_key(agent))
            .key("sk", text("CONN"))
            .consistent_read(true)
            .send()
            .await
            .map_err(failed("look a connection up"))?;
        Ok(found.item().map(|item| get_text(item, "conn")))
    }

    async fn disconnected(&self, agent: &AgentId, connection: &str) -> Result<(), StoreError> {
        let updated = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", agent_key(agent))
            .key("sk", text("CONN"))
            .update_expression("REMOVE conn")
            .condition_expression("conn = :c")
            .expression_attribute_values(":c", text(connection))
            .send()
            .await;
        match updated {
            Ok(_) => Ok(()),
            // The agent has another one already.
            Err(error) if is_condition(error.as_service_error()) => Ok(()),
            Err(error) => Err(failed("forget a connection")(error)),
        }
    }

    async fn connection_owner(&self, connection: &str) -> Result<Option<AgentId>, StoreError> {
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", text(format!("WS#{connection}")))
            .key("sk", text("WS"))
            .consistent_read(true)
            .send()
            .await
            .map_err(failed("look the owner of a connection up"))?;
        let owner = found.item().and_then(|item| get_text(item, "agent"));
        owner
            .map(|o| {
                o.parse()
                    .map_err(|_| StoreError::Corrupt { what: "agent id" })
            })
            .transpose()
    }
}

fn is_condition(error: Option<&UpdateItemError>) -> bool {
    error.is_some_and(UpdateItemError::is_conditional_check_failed_exception)
}
