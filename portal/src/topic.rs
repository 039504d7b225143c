//! What the agent's live events are about, in terms of what the pages fetch. Pure.

/// Something that pages fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    Signs,
    Rooms,
    Hubs,
    Integration,
    Relay,
    Receipts,
    Repairs,
    Layouts,
}

impl Topic {
    /// Every topic, in the order of their discriminants.
    pub(crate) const ALL: [Self; 8] = [
        Self::Signs,
        Self::Rooms,
        Self::Hubs,
        Self::Integration,
        Self::Relay,
        Self::Receipts,
        Self::Repairs,
        Self::Layouts,
    ];

    /// What to look at again after the event called `name`; everything after one of a newer agent.
    pub(crate) fn of(name: &str) -> &'static [Self] {
        match name {
            "sign" => &[Self::Signs, Self::Rooms, Self::Repairs],
            "room" => &[Self::Rooms, Self::Signs, Self::Repairs],
            "hubs" => &[Self::Hubs, Self::Signs, Self::Repairs],
            "integration" => &[Self::Integration, Self::Rooms, Self::Repairs],
            "relay" => &[Self::Relay, Self::Integration, Self::Repairs],
            "receipt" => &[Self::Receipts, Self::Signs],
            "layouts" => &[Self::Layouts],
            _ => &Self::ALL,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use edge_api::events::Event;

    #[test]
    fn every_event_of_the_contract_is_about_something_in_particular() {
        for name in Event::NAMES {
            let all = Topic::of(name).len() == Topic::ALL.len();
            assert_eq!(all, *name == Event::Everything.name(), "{name}");
        }
    }

    #[test]
    fn topics_count_from_zero() {
        for (index, topic) in Topic::ALL.iter().enumerate() {
            assert_eq!(*topic as usize, index);
        }
    }
}
