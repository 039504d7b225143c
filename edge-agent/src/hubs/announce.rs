//! Tells the LAN where hubs find this agent. A hint: hubs go by the key.

use std::net::SocketAddr;

use hub_link::identity::Pin;
use mdns_sd::{ServiceDaemon, ServiceInfo};
use tokio_util::sync::CancellationToken;

use super::live_keys::LiveKeys;

/// What hubs look for.
const SERVICE: &str = "_placard-hub._udp.local.";

/// Announces until `stop`, by the key that speaks. An agent that listens on this machine alone announces nothing.
pub(super) async fn run(listen: SocketAddr, mut keys: LiveKeys, stop: CancellationToken) {
    if listen.ip().is_loopback() {
        return;
    }
    while !stop.is_cancelled() {
        let pin = keys.borrow_and_update().active();
        let daemon = match announce(listen, pin) {
            Ok(daemon) => daemon,
            Err(error) => {
                tracing::info!(%error, "this agent is not announced on the LAN; hubs need its address");
                return;
            }
        };
        // The sender is gone only when everything stops.
        let changed = async { keys.wait_for(|keys| keys.active() != pin).await.is_ok() };
        let changed = stop.run_until_cancelled(changed).await;
        // Says goodbye on its own thread, for which nobody needs to wait.
        let _ = daemon.shutdown();
        if changed != Some(true) {
            return;
        }
    }
}

fn announce(listen: SocketAddr, pin: Pin) -> mdns_sd::Result<ServiceDaemon> {
    let name: String = pin.to_string().chars().take(12).collect();
    let host = format!("placard-{name}.local.");
    let pin = pin.to_string();
    let properties = [("pin", pin.as_str())];
    let service = if listen.ip().is_unspecified() {
        let service = ServiceInfo::new(SERVICE, &name, &host, "", listen.port(), &properties[..])?;
        service.enable_addr_auto()
    } else {
        let address = listen.ip().to_string();
        ServiceInfo::new(
            SERVICE,
            &name,
            &host,
            address.as_str(),
            listen.port(),
            &properties[..],
        )?
    };
    let daemon = ServiceDaemon::new()?;
    daemon.register(service)?;
    Ok(daemon)
}
