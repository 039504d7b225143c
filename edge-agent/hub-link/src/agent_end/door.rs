//! How many may call at once: in total, and from one address, so that nobody keeps the others out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Handshakes under way at once. Each costs about a millisecond of CPU; beyond this they wait in line.
const HANDSHAKES: usize = 256;

/// Handshakes of one address under way at once: half of all, so that a flood from one leaves room for the others.
const HANDSHAKES_PER_ADDRESS: usize = HANDSHAKES / 2;

/// From so many handshakes under way on, a caller must first show that it can receive at its address.
const PROVE_ADDRESS_FROM: usize = 32;

/// Callers of one address that are connected or in line. A thousand hubs can sit behind one address translation.
const CALLERS_PER_ADDRESS: usize = 1500;

/// Callers that are connected or in line, all together. At 40 KiB each, they fit into a small machine.
const CALLERS: usize = 4096;

/// A handle on the counts; cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Door {
    handshakes: Arc<Semaphore>,
    callers: Arc<Mutex<Callers>>,
}

#[derive(Debug, Default)]
struct Callers {
    all: usize,
    by_address: HashMap<IpAddr, Address>,
}

#[derive(Debug)]
struct Address {
    callers: usize,
    handshakes: Arc<Semaphore>,
}

/// A caller's place, from its first packet to the end of its connection.
#[derive(Debug)]
pub struct Caller {
    callers: Arc<Mutex<Callers>>,
    address: IpAddr,
    all: Arc<Semaphore>,
    of_address: Arc<Semaphore>,
}

impl Default for Door {
    fn default() -> Self {
        Self {
            handshakes: Arc::new(Semaphore::new(HANDSHAKES)),
            callers: Arc::default(),
        }
    }
}

impl Door {
    /// Whether so much goes on that callers must prove their addresses.
    pub(super) fn is_busy(&self) -> bool {
        HANDSHAKES - self.handshakes.available_permits() >= PROVE_ADDRESS_FROM
    }

    /// A place for a caller; `None` when there are too many, of its address or at all.
    pub(super) fn enter(&self, address: IpAddr) -> Option<Caller> {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if callers.all >= CALLERS {
            return None;
        }
        let of_address = callers
            .by_address
            .entry(address)
            .or_insert_with(|| Address {
                callers: 0,
                handshakes: Arc::new(Semaphore::new(HANDSHAKES_PER_ADDRESS)),
            });
        if of_address.callers >= CALLERS_PER_ADDRESS {
            return None;
        }
        of_address.callers += 1;
        let handshakes = Arc::clone(&of_address.handshakes);
        callers.all += 1;
        Some(Caller {
            callers: Arc::clone(&self.callers),
            address,
            all: Arc::clone(&self.handshakes),
            of_address: handshakes,
        })
    }
}

impl Caller {
    /// Waits for its turn to do its handshake, which is over when the permits are dropped.
    pub(super) async fn turn(&self) -> [Option<OwnedSemaphorePermit>; 2] {
        // First among those of its address, so that a flood from one waits for itself. Neither is ever closed.
        let of_address = Arc::clone(&self.of_address).acquire_owned().await.ok();
        [of_address, Arc::clone(&self.all).acquire_owned().await.ok()]
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        callers.all -= 1;
        if let Some(address) = callers.by_address.get_mut(&self.address) {
            address.callers -= 1;
            if address.callers == 0 {
                callers.by_address.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    #[tokio::test]
    async fn a_flood_from_one_address_leaves_room_for_the_others() {
        let door = Door::default();
        let flood: Vec<Caller> = std::iter::from_fn(|| door.enter(address(1))).collect();
        assert_eq!(flood.len(), CALLERS_PER_ADDRESS);
        let mut turns = Vec::new();
        for caller in &flood[..HANDSHAKES_PER_ADDRESS] {
            turns.push(caller.turn().await);
        }
        assert!(door.is_busy());
        let other = door.enter(address(2)).unwrap();
        let turn = tokio::time::timeout(std::time::Duration::from_secs(5), other.turn()).await;
        assert!(turn.is_ok_and(|permits| permits.iter().all(Option::is_some)));
        drop((flood, turns));
        assert!(!door.is_busy());
        assert!(door.enter(address(1)).is_some(), "places are given back");
    }

    #[test]
    fn there_is_a_limit_for_all_together() {
        let door = Door::default();
        let callers: Vec<Caller> = (0..10)
            .flat_map(|last| {
                std::iter::from_fn({
                    let door = door.clone();
                    move || door.enter(address(last))
                })
            })
            .collect();
        assert_eq!(callers.len(), CALLERS);
        assert!(door.enter(address(99)).is_none());
    }
}
