//! Who is enrolled, in `DynamoDB`.

use jiff::Timestamp;
use relay_contract::id::{AgentId, Instance};
use relay_contract::origin::{PortalOrigin, RegisteredOrigin};
use relay_contract::rotate::KeyUse;

use super::item::{
    Item, agent_key, binary, failed, get_binary, get_number, get_text, get_time, number, text,
};
use super::{DynamoStore, is_condition, send_if};
use crate::store::signal::renumber;
use crate::store::{AgentRecord, Agents, EnrolOutcome, NewAgent, Status, StoreError};

/// Two portals of one agent that set origins at once: the second try finds what the first has set.
const ATTEMPTS: usize = 4;

impl Agents for DynamoStore {
    async fn enrol(&self, new: &NewAgent) -> Result<EnrolOutcome, StoreError> {
        self.use_invite(new).await
    }

    async fn agent(&self, id: &AgentId) -> Result<Option<AgentRecord>, StoreError> {
        let item = self.get("look an agent up", agent_key(id), "META").await?;
        item.map(|item| read_agent(&item).ok_or(StoreError::Corrupt { what: "agent" }))
            .transpose()
    }

    async fn claim_epoch(
        &self,
        id: &AgentId,
        from: u64,
        to: u64,
        instance: &Instance,
    ) -> Result<bool, StoreError> {
        let update = self
            .update(agent_key(id), "META")
            .update_expression("SET epoch = :to, instance = :i")
            .condition_expression("epoch = :from OR (epoch = :to AND instance = :i)")
            .expression_attribute_values(":from", number(from))
            .expression_attribute_values(":to", number(to))
            .expression_attribute_values(":i", text(instance.as_str()));
        send_if("raise an incarnation", update).await
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
                .update(agent_key(id), "META")
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

    async fn announce_key(&self, id: &AgentId, key: &[u8; 32]) -> Result<bool, StoreError> {
        let operation = "announce a key";
        let announce = self
            .update(agent_key(id), "META")
            .update_expression("SET next_key = :k")
            .condition_expression("attribute_exists(pk) AND public_key <> :k")
            .expression_attribute_values(":k", binary(*key));
        if send_if(operation, announce).await? {
            return Ok(true);
        }
        // Announcing the key in use withdraws what was announced before it.
        let withdraw = self
            .update(agent_key(id), "META")
            .update_expression("REMOVE next_key")
            .condition_expression("public_key = :k")
            .expression_attribute_values(":k", binary(*key));
        send_if(operation, withdraw).await
    }

    async fn use_key(&self, id: &AgentId, key: &[u8; 32]) -> Result<bool, StoreError> {
        let operation = "use a new key";
        let update = self
            .update(agent_key(id), "META")
            .update_expression("SET public_key = :k REMOVE next_key")
            .condition_expression("next_key = :k")
            .expression_attribute_values(":k", binary(*key));
        if send_if(operation, update).await? {
            return Ok(true);
        }
        let now = self.agent(id).await?;
        Ok(now.is_some_and(|record| record.public_key == *key))
    }

    async fn note_key_use(&self, id: &AgentId, key_use: &KeyUse) -> Result<(), StoreError> {
        let corrupt = |_| StoreError::Corrupt {
            what: "use of keys",
        };
        let json = serde_json::to_string(key_use).map_err(corrupt)?;
        let update = self
            .update(agent_key(id), "META")
            .update_expression("SET key_use = :u")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":u", text(json));
        send_if("note the use of keys", update).await.map(drop)
    }

    async fn note_seen(&self, id: &AgentId, now: Timestamp) -> Result<(), StoreError> {
        let update = self
            .update(agent_key(id), "META")
            .update_expression("SET seen = :s")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":s", number(now.as_microsecond()));
        send_if("note a call", update).await.map(drop)
    }

    async fn remove(&self, id: &AgentId) -> Result<Option<Option<String>>, StoreError> {
        self.remove_all(id).await
    }
}

fn read_agent(item: &Item) -> Option<AgentRecord> {
    let next_key = match get_binary(item, "next_key") {
        Some(key) => Some(key.try_into().ok()?),
        None => None,
    };
    // Written by an older version, an item has no status yet.
    let status = match get_text(item, "standing") {
        Some(word) => Status::read(&word).ok()?,
        None => Status::default(),
    };
    Some(AgentRecord {
        public_key: get_binary(item, "public_key")?.try_into().ok()?,
        next_key,
        epoch: get_number(item, "epoch")?,
        instance: get_text(item, "instance")?.parse().ok()?,
        origins: serde_json::from_str(&get_text(item, "origins")?).ok()?,
        status,
        seen: get_time(item, "seen"),
    })
}
