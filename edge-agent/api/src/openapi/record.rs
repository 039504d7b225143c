//! What needs a hand, and what happened.

use super::operation::{Operation, get};
use crate::activity::Activity;
use crate::receipts::Receipts;
use crate::repairs::Repairs;
use crate::route;

pub(super) fn operations() -> Vec<Operation> {
    vec![
        get(route::REPAIRS, "What needs a hand, with what to do").gives::<Repairs>(),
        get(
            route::RECEIPTS,
            "The last changes, hop by hop from Google to the glass",
        )
        .gives::<Receipts>()
        .asks::<u32>("limit", "How many; 100 when it is not said, at most 2000"),
        get(route::ACTIVITY, "Who did what").gives::<Activity>(),
        get(
            route::ACTIVITY_EXPORT,
            "Who did what, all of it, for a spreadsheet",
        )
        .gives_file("text/csv"),
        get(
            route::EVENTS,
            "The live stream of what to look at again, as server-sent events",
        )
        .gives_file("text/event-stream"),
        get(route::OPENAPI, "This description").gives_file("application/json"),
    ]
}
