//! Which connection an agent listens on, in `DynamoDB`.

use aws_sdk_dynamodb::types::ReturnValue;
use jiff::{SignedDuration, Timestamp};
use relay_contract::id::AgentId;

use super::item::{agent_key, failed, get_number, get_text, get_time, number, text};
use super::{DynamoStore, is_condition, send_if};
use crate::store::{Connections, Listening, Status, StoreError};

/// API Gateway cuts a connection after two hours.
const CONNECTION_KEPT: SignedDuration = SignedDuration::from_hours(3);
/// Counts of webhooks that nobody asks for any more.
const COUNTS_KEPT_HOURS: i64 = 48;

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
            .update(agent_key(agent), "CONN")
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

    async fn listening(&self, agent: &AgentId) -> Result<Option<Listening>, StoreError> {
        let item = self
            .get("look a connection up", agent_key(agent), "CONN")
            .await?;
        item.map(|item| {
            // Written by an older version, an item has no status yet.
            let status = match get_text(&item, "standing") {
                Some(word) => Status::read(&word)?,
                None => Status::default(),
            };
            Ok(Listening {
                connection: get_text(&item, "conn").zip(get_time(&item, "since")),
                status,
                quota: get_number(&item, "quota"),
            })
        })
        .transpose()
    }

    async fn disconnected(&self, agent: &AgentId, connection: &str) -> Result<(), StoreError> {
        let update = self
            .update(agent_key(agent), "CONN")
            .update_expression("REMOVE conn")
            .condition_expression("conn = :c")
            .expression_attribute_values(":c", text(connection));
        // Where the condition does not hold, the agent has another one already.
        send_if("forget a connection", update).await.map(drop)
    }

    async fn connection_owner(&self, connection: &str) -> Result<Option<AgentId>, StoreError> {
        let item = self
            .get(
                "look the owner of a connection up",
                text(format!("WS#{connection}")),
                "WS",
            )
            .await?;
        let owner = item.and_then(|item| get_text(&item, "agent"));
        owner
            .map(|o| {
                o.parse()
                    .map_err(|_| StoreError::Corrupt { what: "agent id" })
            })
            .transpose()
    }

    async fn count_webhooks(
        &self,
        agent: &AgentId,
        hour: i64,
        count: u32,
    ) -> Result<(), StoreError> {
        let update = self
            .update(text(format!("RATE#{agent}")), &format!("HOUR#{hour}"))
            .update_expression("SET #t = :t ADD webhooks :n")
            .expression_attribute_names("#t", "ttl")
            .expression_attribute_values(":t", number((hour + COUNTS_KEPT_HOURS) * 3600))
            .expression_attribute_values(":n", number(count));
        send_if("count webhooks", update).await.map(drop)
    }
}
