//! Forgetting an agent, in `DynamoDB`.
//!
//! Its signals go first, then the agent itself: killed in between, the same call can be made again.

use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::types::{DeleteRequest, ReturnValue, WriteRequest};
use relay_contract::id::AgentId;

use super::item::{Item, agent_key, failed, get_text, text};
use super::{DynamoStore, StoreError};
use crate::store::Agents;

/// `DynamoDB`'s limit for one batch.
const BATCH: usize = 25;
/// What `DynamoDB` leaves of a batch is sent again so often.
const ATTEMPTS: usize = 8;

const OPERATION: &str = "remove an agent";

impl DynamoStore {
    pub(super) async fn remove_all(
        &self,
        id: &AgentId,
    ) -> Result<Option<Option<String>>, StoreError> {
        let Some(connection) = self.get(OPERATION, agent_key(id), "CONN").await? else {
            // Whatever was left by a removal that was cut short.
            return Ok(if self.agent(id).await?.is_some() {
                self.delete(id, "META").await?;
                Some(None)
            } else {
                None
            });
        };
        self.delete_signals(id).await?;
        self.give_up_host(id).await?;
        self.delete(id, "CONN").await?;
        self.delete(id, "META").await?;
        Ok(Some(get_text(&connection, "conn")))
    }

    async fn delete_signals(&self, id: &AgentId) -> Result<(), StoreError> {
        let mut start: Option<Item> = None;
        loop {
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .consistent_read(true)
                .key_condition_expression("pk = :pk")
                .projection_expression("pk, sk")
                .expression_attribute_values(":pk", agent_key(id))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(failed(OPERATION))?;
            let signals: Vec<_> = page
                .items()
                .iter()
                .filter(|item| get_text(item, "sk").is_some_and(|sk| sk != "META" && sk != "CONN"))
                .map(delete_request)
                .collect();
            for batch in signals.chunks(BATCH) {
                self.delete_batch(batch.to_vec()).await?;
            }
            match page.last_evaluated_key {
                Some(key) => start = Some(key),
                None => return Ok(()),
            }
        }
    }

    async fn delete_batch(&self, mut batch: Vec<WriteRequest>) -> Result<(), StoreError> {
        for _ in 0..ATTEMPTS {
            let sent = self
                .client
                .batch_write_item()
                .request_items(&self.table, batch)
                .send()
                .await
                .map_err(failed(OPERATION))?;
            let left = sent
                .unprocessed_items
                .and_then(|mut all| all.remove(&self.table));
            match left.filter(|left| !left.is_empty()) {
                Some(left) => batch = left,
                None => return Ok(()),
            }
        }
        let reason = "the table is too busy to delete an inbox; try again".to_owned();
        Err(StoreError::Failed {
            operation: OPERATION,
            reason,
        })
    }

    async fn give_up_host(&self, id: &AgentId) -> Result<(), StoreError> {
        let deleted = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("pk", text("HOST"))
            .key("sk", text("OWNER"))
            .condition_expression("#a = :a")
            .expression_attribute_names("#a", "agent")
            .expression_attribute_values(":a", text(id.as_str()))
            .send()
            .await;
        match deleted {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(DeleteItemError::is_conditional_check_failed_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(failed(OPERATION)(error)),
        }
    }

    async fn delete(&self, id: &AgentId, sk: &str) -> Result<(), StoreError> {
        self.client
            .delete_item()
            .table_name(&self.table)
            .key("pk", agent_key(id))
            .key("sk", text(sk))
            .return_values(ReturnValue::None)
            .send()
            .await
            .map(drop)
            .map_err(failed(OPERATION))
    }
}

fn delete_request(item: &Item) -> WriteRequest {
    let delete = DeleteRequest::builder()
        .set_key(Some(item.clone()))
        .build()
        .expect("a key is given");
    WriteRequest::builder().delete_request(delete).build()
}
