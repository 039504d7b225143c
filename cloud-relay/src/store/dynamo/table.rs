//! The table itself, for a `DynamoDB` that no template has prepared: an emulator.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};

use super::super::StoreError;
use super::item::failed;

/// Creates the table with its two keys. On AWS the stack's template does this, with TTL and recovery switched on.
///
/// # Errors
///
/// Fails when the table is there already or the database refuses.
///
/// # Panics
///
/// Never: all required parts are given.
pub async fn create_table(client: &Client, table: &str) -> Result<(), StoreError> {
    let key = |name: &str, kind| {
        let attribute = AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S)
            .build()
            .expect("name and type are given");
        let element = KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
            .expect("name and kind are given");
        (attribute, element)
    };
    let (pk, hash) = key("pk", KeyType::Hash);
    let (sk, range) = key("sk", KeyType::Range);
    client
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(pk)
        .attribute_definitions(sk)
        .key_schema(hash)
        .key_schema(range)
        .send()
        .await
        .map_err(failed("create the table"))?;
    Ok(())
}
