//! Who is enrolled, in `DynamoDB`.

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use relay_contract::encoding::to_base64url;
use relay_contract::id::{AgentId, Instance};
use relay_contract::origin::{PortalOrigin, RegisteredOrigin};

use super::item::{
    Item, agent_key, binary, failed, get_binary, get_number, get_text, number, text,
};
use super::{DynamoStore, is_condition};
use crate::store::{AgentRecord, Agents, EnrolOutcome, NewAgent, StoreError, renumber};

/// Two portals of one agent that set origins at once: the second try finds what the first has set.
const ATTEMPTS: usize = 4;

impl DynamoStore {
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
        let agent = get_text(&item, "agent").and_then(|a| a.parse().ok());
        agent
            .map(|agent| Some(EnrolOutcome::Agent(agent)))
            .ok_or(StoreError::Corrupt { what: "invite" })
    }

    fn new_item(&self, item: Item, once: bool) -> TransactWriteItem {
        let put = Put::builder().table_name(&self.table).set_item(Some(item));
        let put = if once {
            put.condition_expression("attribute_not_exists(pk)")
        } else {
            put
        };
        let put = put.build().expect("table and item are given");
        TransactWriteItem::builder().put(put).build()
    }
}

impl Agents for DynamoStore {
    async fn enrol(&self, new: &NewAgent) -> Result<EnrolOutcome, StoreError> {
        if let Some(outcome) = self.used_invite(new).await? {
            return Ok(outcome);
        }
        let agent = || text(new.candidate.as_str());
        let invite = Item::from([
            ("pk".to_owned(), invite_key(new)),
            ("sk".to_owned(), text("INV")),
            ("agent".to_owned(), agent()),
            ("public_key".to_owned(), binary(new.public_key)),
        ]);
        let meta = Item::from([
            ("pk".to_owned(), agent_key(&new.candidate)),
            ("sk".to_owned(), text("META")),
            ("public_key".to_owned(), binary(new.public_key)),
            ("epoch".to_owned(), number(new.epoch)),
            ("instance".to_owned(), text(new.instance.as_str())),
            ("origins".to_owned(), text("[]")),
            ("last_origin".to_owned(), number(0)),
        ]);
        let connection = Item::from([
            ("pk".to_owned(), agent_key(&new.candidate)),
            ("sk".to_owned(), text("CONN")),
            ("epoch".to_owned(), number(0)),
        ]);
        let mut items = vec![
            self.new_item(invite, true),
            self.new_item(meta, true),
            self.new_item(connection, true),
        ];
        if new.host_owner {
            let owner = Item::from([
                ("pk".to_owned(), text("HOST")),
                ("sk".to_owned(), text("OWNER")),
                ("agent".to_owned(), agent()),
            ]);
            items.push(self.new_item(owner, false));
        }
        let written = self
            .client
            .transact_write_items()
            .set_transact_items(Some(items))
            .send()
            .await;
        match written {
            Ok(_) => Ok(EnrolOutcome::Agent(new.candidate.clone())),
            Err(error) => match self.used_invite(new).await? {
                // Somebody was quicker between the look and the write: this agent's own first call, or another.
                Some(outcome) => Ok(outcome),
                None => Err(failed("enrol")(error)),
            },
        }
    }

    async fn agent(&self, id: &AgentId) -> Result<Option<AgentRecord>, StoreError> {
        let item = self.get("look an agent up", agent_key(id), "META").await?;
        item.map(|item| read_agent(&item).ok_or(StoreError::Corrupt { what: "agent" }))
            .transpose()
    }

    async fn host_owner(&self) -> Result<Option<AgentId>, StoreError> {
        let item = self
            .get("look the host owner up", text("HOST"), "OWNER")
            .await?;
        let read = |item: Item| get_text(&item, "agent")?.parse().ok();
        item.map(|item| read(item).ok_or(StoreError::Corrupt { what: "host owner" }))
            .transpose()
    }

    async fn claim_epoch(
        &self,
        id: &AgentId,
        from: u64,
        to: u64,
        instance: &Instance,
    ) -> Result<bool, StoreError> {
        let claimed = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", agent_key(id))
            .key("sk", text("META"))
            .update_expression("SET epoch = :to, instance = :i")
            .condition_expression("epoch = :from")
            .expression_attribute_values(":from", number(from))
            .expression_attribute_values(":to", number(to))
            .expression_attribute_values(":i", text(instance.as_str()))
            .send()
            .await;
        match claimed {
            Ok(_) => Ok(true),
            Err(error) if is_condition(error.as_service_error()) => Ok(false),
            Err(error) => Err(failed("raise an incarnation")(error)),
        }
    }

    async fn set_origins(
        &self,
        id: &AgentId,
        wanted: &[PortalOrigin],
    ) -> Result<Option<Vec<RegisteredOrigin>>, StoreError> {
        let operation = "set portal origins";
        let corrupt = || StoreError::Corrupt {
            what: "list of origins",
        };
        for _ in 0..ATTEMPTS {
            let Some(item) = self.get(operation, agent_key(id), "META").await? else {
                return Ok(None);
            };
            let old_json = get_text(&item, "origins").ok_or_else(corrupt)?;
            let old: Vec<RegisteredOrigin> =
                serde_json::from_str(&old_json).map_err(|_| corrupt())?;
            let last = get_number(&item, "last_origin").ok_or_else(corrupt)?;
            let (new, new_last) = renumber(&old, wanted, last);
            let json = serde_json::to_string(&new).map_err(|_| corrupt())?;
            let updated = self
                .client
                .update_item()
                .table_name(&self.table)
                .key("pk", agent_key(id))
                .key("sk", text("META"))
                .update_expression("SET origins = :new, last_origin = :new_last")
                .condition_expression("origins = :old AND last_origin = :last")
                .expression_attribute_values(":new", text(json))
                .expression_attribute_values(":new_last", number(new_last))
                .expression_attribute_values(":old", text(old_json))
                .expression_attribute_values(":last", number(last))
                .send()
                .await;
            match updated {
                Ok(_) => return Ok(Some(new)),
                Err(error) if is_condition(error.as_service_error()) => {}
                Err(error) => return Err(failed(operation)(error)),
            }
        }
        let reason = "others kept changing them at the same time".to_owned();
        Err(StoreError::Failed { operation, reason })
    }
}

fn invite_key(new: &NewAgent) -> AttributeValue {
    text(format!("INV#{}", to_base64url(&new.invite)))
}

fn read_agent(item: &Item) -> Option<AgentRecord> {
    Some(AgentRecord {
        public_key: get_binary(item, "public_key")?.try_into().ok()?,
        epoch: get_number(item, "epoch")?,
        instance: get_text(item, "instance")?.parse().ok()?,
        origins: serde_json::from_str(&get_text(item, "origins")?).ok()?,
    })
}
