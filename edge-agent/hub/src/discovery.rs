//! Agents that announce themselves on the LAN. A hint where to dial, nothing more: the key decides whom to believe.

use std::fmt;

use hub_link::identity::Pin;
use mdns_sd::{Receiver, ServiceDaemon, ServiceEvent};

/// What agents announce themselves as.
const SERVICE: &str = "_placard-hub._udp.local.";

/// More than a building has; whoever shouts more often is not listened to.
const MAX_FOUND: usize = 16;

/// An agent that was heard of.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    /// The instance's name, by which it is taken back.
    name: String,
    /// `ADDRESS:PORT`, one for each address that it has.
    places: Vec<String>,
    /// The key that it claims to have.
    pin: Option<Pin>,
}

/// Listens while somebody wants to know; the thread that it needs exists only then.
#[derive(Default)]
pub struct Discovery {
    listening: Option<(ServiceDaemon, Receiver<ServiceEvent>)>,
    found: Vec<Found>,
}

impl fmt::Debug for Discovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Discovery")
            .field("found", &self.found)
            .finish_non_exhaustive()
    }
}

impl Discovery {
    /// Where agents that claim one of `pins` say they are; every agent when there are no pins. Begins to listen: the
    /// answers come with later calls.
    pub fn places(&mut self, pins: &[Pin]) -> Vec<String> {
        if self.listening.is_none() {
            self.listening = listen()
                .inspect_err(|error| tracing::debug!(%error, "cannot listen for agents on the LAN"))
                .ok();
        }
        if let Some((_, events)) = &self.listening {
            for event in events.try_iter() {
                heard(&mut self.found, event);
            }
        }
        self.known(pins)
    }

    fn known(&self, pins: &[Pin]) -> Vec<String> {
        let ours =
            |found: &&Found| pins.is_empty() || found.pin.is_some_and(|pin| pins.contains(&pin));
        let agents = self.found.iter().filter(ours);
        agents.flat_map(|found| found.places.clone()).collect()
    }

    /// Stops listening; what was heard is kept.
    pub fn rest(&mut self) {
        if let Some((daemon, _)) = self.listening.take() {
            // Whether its thread ends now or a moment later does not matter.
            let _ = daemon.shutdown();
        }
    }
}

fn listen() -> mdns_sd::Result<(ServiceDaemon, Receiver<ServiceEvent>)> {
    let daemon = ServiceDaemon::new()?;
    let events = daemon.browse(SERVICE)?;
    Ok((daemon, events))
}

fn heard(found: &mut Vec<Found>, event: ServiceEvent) {
    match event {
        ServiceEvent::ServiceResolved(service) => {
            let port = service.port;
            let mut places: Vec<String> = service
                .get_addresses_v4()
                .iter()
                .map(|address| format!("{address}:{port}"))
                .collect();
            places.sort();
            let pin = service.get_property_val_str("pin");
            let agent = Found {
                name: service.fullname.clone(),
                places,
                pin: pin.and_then(|text| text.parse().ok()),
            };
            found.retain(|earlier| earlier.name != agent.name);
            if found.len() < MAX_FOUND {
                found.push(agent);
            }
        }
        ServiceEvent::ServiceRemoved(_, name) => found.retain(|earlier| earlier.name != name),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use mdns_sd::ServiceInfo;

    use super::*;

    fn announced(name: &str, address: &str, pin: Pin) -> ServiceEvent {
        let pin = pin.to_string();
        let properties = [("pin", pin.as_str())];
        let service = ServiceInfo::new(
            SERVICE,
            name,
            "agent.local.",
            address,
            7443,
            &properties[..],
        )
        .unwrap();
        ServiceEvent::ServiceResolved(Box::new(service.as_resolved_service()))
    }

    #[test]
    fn only_agents_with_a_pinned_key_are_worth_a_call() {
        let (ours, other) = (Pin::of_spki(b"ours"), Pin::of_spki(b"other"));
        let mut discovery = Discovery::default();
        heard(&mut discovery.found, announced("a", "192.0.2.1", other));
        heard(&mut discovery.found, announced("b", "192.0.2.2", ours));
        heard(&mut discovery.found, announced("b", "192.0.2.3", ours));
        assert_eq!(discovery.known(&[ours]), ["192.0.2.3:7443"], "it has moved");
        assert_eq!(discovery.known(&[]).len(), 2);
    }

    #[test]
    fn whoever_shouts_is_not_listened_to_for_ever() {
        let mut found = Vec::new();
        for n in 0..100 {
            heard(
                &mut found,
                announced(&n.to_string(), "192.0.2.1", Pin::of_spki(b"x")),
            );
        }
        assert_eq!(found.len(), MAX_FOUND);
        let gone = ServiceEvent::ServiceRemoved(SERVICE.to_owned(), found[0].name.clone());
        heard(&mut found, gone);
        assert_eq!(found.len(), MAX_FOUND - 1);
    }
}
