//! Enrolment in `DynamoDB`: invite, agent and its connection's item in one transaction.

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use relay_contract::encoding::to_base64url;
use relay_contract::id::AgentId;

use super::DynamoStore;
use super::item::{Item, agent_key, binary, failed, get_binary, get_text, number, text};
use crate::store::{Agents, EnrolOutcome, NewAgent, StoreError};

/// A transaction that meets another one is cancelled whole; the next try finds what the other has left.
const ATTEMPTS: usize = 4;

const OPERATION: &str = "enrol";

impl DynamoStore {
    pub(super) async fn use_invite(&self, new: &NewAgent) -> Result<EnrolOutcome, StoreError> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            if let Some(outcome) = self.used_invite(new).await? {
                return Ok(outcome);
            }
            let (agent, absent) = self.id_for(new).await?;
            let written = self
                .client
                .transact_write_items()
                .set_transact_items(Some(self.items(new, &agent, absent)))
                .send()
                .await;
            match written {
                Ok(_) => return Ok(EnrolOutcome::Agent(agent)),
                // Somebody was quicker between the look and the write: this agent's own first call, or another.
                Err(error) if attempt < ATTEMPTS && is_cancelled(error.as_service_error()) => {}
                Err(error) => return Err(failed(OPERATION)(error)),
            }
        }
    }

    async fn used_invite(&self, new: &NewAgent) -> Result<Option<EnrolOutcome>, StoreError> {
        let Some(item) = self
            .get("look an invite up", invite_key(new), "INV")
            .await?
        else {
            return Ok(None);
        };
        if get_binary(&item, "public_key").as_deref() != Some(&new.public_key) {
            return Ok(Some(EnrolOutcome::InviteUsed));
        }
        let agent: AgentId = get_text(&item, "agent")
            .and_then(|a| a.parse().ok())
            .ok_or(StoreError::Corrupt { what: "invite" })?;
        let left = self.agent(&agent).await?.is_none();
        Ok(Some(if left {
            EnrolOutcome::InviteUsed
        } else {
            EnrolOutcome::Agent(agent)
        }))
    }

    /// The id that the agent gets, and whether there is no such agent yet.
    async fn id_for(&self, new: &NewAgent) -> Result<(AgentId, bool), StoreError> {
        if let Some(former) = &new.former {
            match self.agent(former).await? {
                None => return Ok((former.clone(), true)),
                Some(record) if record.public_key == new.public_key => {
                    return Ok((former.clone(), false));
                }
                Some(_) => {}
            }
        }
        Ok((new.candidate.clone(), true))
    }

    fn items(&self, new: &NewAgent, agent: &AgentId, absent: bool) -> Vec<TransactWriteItem> {
        let mut items = vec![self.new_item(Item::from([
            ("pk".to_owned(), invite_key(new)),
            ("sk".to_owned(), text("INV")),
            ("agent".to_owned(), text(agent.as_str())),
            ("public_key".to_owned(), binary(new.public_key)),
        ]))];
        if absent {
            items.push(self.new_item(Item::from([
                ("pk".to_owned(), agent_key(agent)),
                ("sk".to_owned(), text("META")),
                ("public_key".to_owned(), binary(new.public_key)),
                ("epoch".to_owned(), number(new.epoch)),
                ("instance".to_owned(), text(new.instance.as_str())),
                ("origins".to_owned(), text("[]")),
                ("last_origin".to_owned(), number(0)),
            ])));
            items.push(self.new_item(Item::from([
                ("pk".to_owned(), agent_key(agent)),
                ("sk".to_owned(), text("CONN")),
                ("epoch".to_owned(), number(0)),
            ])));
        }
        if new.host_owner {
            let owner = Update::builder()
                .table_name(&self.table)
                .key("pk", text("HOST"))
                .key("sk", text("OWNER"))
                .update_expression("SET #a = :a")
                .expression_attribute_names("#a", "agent")
                .expression_attribute_values(":a", text(agent.as_str()))
                .build()
                .expect("table, key and expression are given");
            items.push(TransactWriteItem::builder().update(owner).build());
        }
        items
    }

    fn new_item(&self, item: Item) -> TransactWriteItem {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .build()
            .expect("table and item are given");
        TransactWriteItem::builder().put(put).build()
    }
}

fn is_cancelled(error: Option<&TransactWriteItemsError>) -> bool {
    error.is_some_and(|error| {
        error.is_transaction_canceled_exception() || error.is_transaction_in_progress_exception()
    })
}

fn invite_key(new: &NewAgent) -> AttributeValue {
    text(format!("INV#{}", to_base64url(&new.invite)))
}
