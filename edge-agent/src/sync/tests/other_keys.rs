//! The relay's keys change, another copy of the agent acts, the relay is left: what becomes of the watch channels.

use relay_contract::key::KeyVersion;
use relay_contract::rotate::{ChannelsOfKey, KeyUse};

use super::running::Running;
use crate::news::News;

fn used(counts: &[(u16, u32)]) -> KeyUse {
    let channels = counts.iter().map(|(version, count)| ChannelsOfKey {
        version: KeyVersion(*version),
        count: *count,
    });
    KeyUse {
        channels: channels.collect(),
    }
}

#[tokio::test]
async fn channels_are_opened_anew_with_the_relays_new_keys_and_the_relay_is_told() {
    let mut running = Running::start().await;
    running.linked().await;
    let old = running.channel("/calendar/a").await;
    assert_eq!(old.key_version, 1);
    running.key_use_is(&used(&[(1, 1)])).await;
    running.bench.relay.rotate();
    running.bench.bus.send(News::RelayChanged);
    running.key_use_is(&used(&[(2, 1)])).await;
    let new = running.channel("/calendar/a").await;
    assert_eq!(new.key_version, 2);
    assert_ne!(new.id, old.id);
    running.stop().await;
}

#[tokio::test]
async fn a_passive_copy_neither_opens_nor_stops_channels_until_it_takes_over() {
    let mut running = Running::start().await;
    running.linked().await;
    let old = running.channel("/calendar/a").await;
    let before = running.bench.fake.script().channels.len();
    running.bench.relay.set_passive(true);
    running.bench.relay.rotate();
    running.link(None).await;
    running.looked_at_channels().await;
    assert_eq!(running.bench.fake.script().channels.len(), before);
    running.bench.relay.set_passive(false);
    running.bench.bus.send(News::RelayChanged);
    running.no_channels().await;
    let stopped = running.bench.fake.script().channels[before]["stop"]["id"].clone();
    assert_eq!(stopped, old.id.as_str());
    running.stop().await;
}

#[tokio::test]
async fn when_the_relay_is_left_its_channels_are_stopped() {
    let mut running = Running::start().await;
    running.linked().await;
    running.channel("/calendar/a").await;
    running.bench.relay.unset();
    running.bench.bus.send(News::RelayChanged);
    running.no_channels().await;
    running.stop().await;
}
