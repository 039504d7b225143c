//! The relay's store on AWS: one `DynamoDB` table.
//!
//! `AG#agent/META` · `AG#agent/CONN` · `AG#agent/CH#channel` · `AG#agent/OA#state-hash` · `INV#nonce` · `WS#connection` ·
//! `RATE#agent/HOUR#hour` · `HOST/OWNER`. Reads are strongly consistent. `expires` (microseconds) decides;
//! `ttl` (seconds) only lets `DynamoDB` delete in its own time.
//!
//! The SDK repeats what was throttled or lost. A write whose answer was lost is then tried on its own result; so every
//! condition that guards a write also recognises what that very write has left.

mod agents;
mod connections;
mod enrol;
mod hosts;
mod inboxes;
mod item;
mod operator;
mod removal;
mod table;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;

use self::item::{Item, failed, text};
use super::StoreError;

pub use self::table::create_table;

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

    /// One item, as it is now.
    async fn get(
        &self,
        operation: &'static str,
        pk: AttributeValue,
        sk: &str,
    ) -> Result<Option<Item>, StoreError> {
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", pk)
            .key("sk", text(sk))
            .consistent_read(true)
            .send()
            .await
            .map_err(failed(operation))?;
        Ok(found.item)
    }

    fn update(&self, pk: AttributeValue, sk: &str) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .key("pk", pk)
            .key("sk", text(sk))
    }
}

/// Sends an update; `false` when its condition does not hold.
async fn send_if(
    operation: &'static str,
    update: UpdateItemFluentBuilder,
) -> Result<bool, StoreError> {
    match update.send().await {
        Ok(_) => Ok(true),
        Err(error) if is_condition(error.as_service_error()) => Ok(false),
        Err(error) => Err(failed(operation)(error)),
    }
}

fn is_condition(error: Option<&UpdateItemError>) -> bool {
    error.is_some_and(UpdateItemError::is_conditional_check_failed_exception)
}
