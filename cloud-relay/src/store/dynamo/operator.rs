//! What the operator sees and decides, in `DynamoDB`. Only the operator's machine scans the table.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use jiff::Timestamp;
use relay_contract::id::AgentId;

use super::item::{Item, agent_key, failed, get_number, get_text, get_time, number, text};
use super::{DynamoStore, StoreError, send_if};
use crate::store::{AgentSummary, Operator, Status, hour_of};

/// The parts of an agent's items that a summary needs; no sealed answers.
const SHOWN: &str = "pk, sk, epoch, standing, quota, seen, key_use, conn, since, received, expires, #n, #s, webhooks";

/// What the items of one agent add up to.
#[derive(Default)]
struct Tally {
    meta: Option<Item>,
    connection: Option<Item>,
    backlog: u64,
    oldest: Option<Timestamp>,
    webhooks: u64,
}

impl Operator for DynamoStore {
    async fn summaries(&self, now: Timestamp) -> Result<Vec<AgentSummary>, StoreError> {
        let mut tallies = BTreeMap::<AgentId, Tally>::new();
        let mut start = None;
        loop {
            let page = self
                .client
                .scan()
                .table_name(&self.table)
                .consistent_read(true)
                .projection_expression(SHOWN)
                .expression_attribute_names("#n", "number")
                .expression_attribute_names("#s", "state")
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(failed("list agents"))?;
            for item in page.items.unwrap_or_default() {
                add(&mut tallies, item, now);
            }
            match page.last_evaluated_key {
                Some(key) => start = Some(key),
                None => break,
            }
        }
        tallies
            .into_iter()
            .filter_map(|(agent, tally)| summary(agent, tally))
            .collect()
    }

    async fn set_status(
        &self,
        agent: &AgentId,
        status: Status,
    ) -> Result<Option<Option<String>>, StoreError> {
        let operation = "set an agent's status";
        let Some(connection) = self.get(operation, agent_key(agent), "CONN").await? else {
            return Ok(None);
        };
        let set = |sk| {
            let update = Update::builder()
                .table_name(&self.table)
                .key("pk", agent_key(agent))
                .key("sk", text(sk))
                .update_expression("SET standing = :s")
                .condition_expression("attribute_exists(pk)")
                .expression_attribute_values(":s", text(status.as_str()))
                .build()
                .expect("table, key and expression are given");
            TransactWriteItem::builder().update(update).build()
        };
        // The agents' calls read it from META, the webhooks from CONN.
        self.client
            .transact_write_items()
            .transact_items(set("META"))
            .transact_items(set("CONN"))
            .send()
            .await
            .map_err(failed(operation))?;
        Ok(Some(get_text(&connection, "conn")))
    }

    async fn set_quota(&self, agent: &AgentId, quota: Option<u32>) -> Result<bool, StoreError> {
        let update = self
            .update(agent_key(agent), "CONN")
            .condition_expression("attribute_exists(pk)");
        let update = match quota {
            Some(quota) => update
                .update_expression("SET quota = :q")
                .expression_attribute_values(":q", number(quota)),
            None => update.update_expression("REMOVE quota"),
        };
        send_if("set an agent's quota", update).await
    }
}

fn add(tallies: &mut BTreeMap<AgentId, Tally>, item: Item, now: Timestamp) {
    let (Some(pk), Some(sk)) = (get_text(&item, "pk"), get_text(&item, "sk")) else {
        return;
    };
    let Some((kind, Ok(agent))) = pk.split_once('#').map(|(kind, id)| (kind, id.parse())) else {
        return;
    };
    let tally = tallies.entry(agent).or_default();
    match (kind, sk.as_str()) {
        ("AG", "META") => tally.meta = Some(item),
        ("AG", "CONN") => tally.connection = Some(item),
        ("AG", _) => {
            let waits = item.contains_key("number") || item.contains_key("state");
            if waits && get_time(&item, "expires").is_some_and(|at| at > now) {
                tally.backlog += 1;
                let received = get_time(&item, "received");
                tally.oldest = [tally.oldest, received].into_iter().flatten().min();
            }
        }
        ("RATE", _) => {
            let hour = sk.strip_prefix("HOUR#").and_then(|hour| hour.parse().ok());
            if hour.is_some_and(|hour: i64| hour >= hour_of(now) - 1) {
                tally.webhooks += get_number::<u64>(&item, "webhooks").unwrap_or_default();
            }
        }
        _ => {}
    }
}

/// `None` for what a removed agent has left.
fn summary(agent: AgentId, tally: Tally) -> Option<Result<AgentSummary, StoreError>> {
    let meta = tally.meta?;
    let connection = tally.connection.unwrap_or_default();
    let read = || {
        let status = match get_text(&meta, "standing") {
            Some(word) => Status::read(&word)?,
            None => Status::default(),
        };
        let key_use = match get_text(&meta, "key_use") {
            Some(json) => serde_json::from_str(&json).map_err(|_| StoreError::Corrupt {
                what: "use of keys",
            })?,
            None => None,
        };
        let connected = get_text(&connection, "conn").and_then(|_| get_time(&connection, "since"));
        Ok(AgentSummary {
            agent,
            status,
            quota: get_number(&connection, "quota"),
            epoch: get_number(&meta, "epoch").ok_or(StoreError::Corrupt { what: "agent" })?,
            seen: get_time(&meta, "seen"),
            connected,
            backlog: tally.backlog,
            oldest: tally.oldest,
            webhooks: tally.webhooks,
            key_use,
        })
    };
    Some(read())
}
