//! Who speaks for the relay's domain, in `DynamoDB`.

use relay_contract::id::AgentId;
use relay_contract::site::SiteVerification;

use super::item::{get_text, text};
use super::{DynamoStore, send_if};
use crate::store::{Hosts, StoreError};

impl Hosts for DynamoStore {
    async fn host_owner(&self) -> Result<Option<AgentId>, StoreError> {
        let item = self
            .get("look the host owner up", text("HOST"), "OWNER")
            .await?;
        item.map(|item| {
            get_text(&item, "agent")
                .and_then(|agent| agent.parse().ok())
                .ok_or(StoreError::Corrupt { what: "host owner" })
        })
        .transpose()
    }

    async fn site_verification(&self) -> Result<SiteVerification, StoreError> {
        let item = self
            .get("look the site verification up", text("HOST"), "OWNER")
            .await?;
        let json = item.and_then(|item| get_text(&item, "site"));
        json.map_or(Ok(SiteVerification::default()), |json| {
            serde_json::from_str(&json).map_err(|_| StoreError::Corrupt {
                what: "site verification",
            })
        })
    }

    async fn set_site_verification(
        &self,
        owner: &AgentId,
        site: &SiteVerification,
    ) -> Result<bool, StoreError> {
        let corrupt = |_| StoreError::Corrupt {
            what: "site verification",
        };
        let json = serde_json::to_string(site).map_err(corrupt)?;
        let update = self
            .update(text("HOST"), "OWNER")
            .update_expression("SET site = :s")
            .condition_expression("#a = :a")
            .expression_attribute_names("#a", "agent")
            .expression_attribute_values(":s", text(json))
            .expression_attribute_values(":a", text(owner.as_str()));
        send_if("set the site verification", update).await
    }
}
