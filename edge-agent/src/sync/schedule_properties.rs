//! Whatever happens in whichever order: nobody is listed twice at a time, no limit is passed, nothing is acknowledged
//! that was not known before its list, and everything that is announced is listed in the end.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::super::budget::{Limited, Limits};
use super::*;

/// Small, so that they are met.
const LIMITS: Limits = Limits {
    account: 12,
    project: 20,
};
const ACCOUNTS: [&str; 3] = ["a", "b", "c"];
const ROOMS: u8 = 9;

#[derive(Clone, Debug)]
enum Act {
    Announce(u8),
    Pass(i64),
    /// The list that was begun first ends so.
    End(How),
    AllDue,
}

#[derive(Clone, Copy, Debug)]
enum How {
    Listed,
    Failed(Option<u64>),
    Limited,
    Refused,
}

fn act() -> impl Strategy<Value = Act> {
    let how = prop_oneof![
        6 => Just(How::Listed),
        1 => proptest::option::of(0u64..90).prop_map(How::Failed),
        1 => Just(How::Limited),
        1 => Just(How::Refused),
    ];
    prop_oneof![
        4 => (0..ROOMS).prop_map(Act::Announce),
        3 => (0i64..30_000).prop_map(Act::Pass),
        6 => how.prop_map(Act::End),
        1 => Just(Act::AllDue),
    ]
}

fn room(n: u8) -> RoomId {
    RoomId::new(&format!("01ARZ3NDEKTSV4RRFFQ69G5FA{n}")).unwrap()
}

fn account(n: u8) -> &'static str {
    ACCOUNTS[usize::from(n) % ACCOUNTS.len()]
}

struct Model {
    schedule: Schedule,
    budget: Budget,
    /// Lists at a time.
    slots: usize,
    now: i64,
    dice: u64,
    /// The last number announced, by room.
    announced: BTreeMap<u8, u64>,
    acknowledged: BTreeMap<u8, u64>,
    /// Lists under way with what was announced when they were begun, in the order of their beginning.
    running: Vec<(u8, u64)>,
    /// When which account was asked.
    sent: Vec<(&'static str, i64)>,
    held: HashMap<&'static str, Timestamp>,
}

impl Model {
    fn new() -> Self {
        let mut schedule = Schedule::default();
        let rooms = (0..ROOMS).map(|n| {
            let kept = Kept {
                account: account(n).to_owned(),
                zone: TimeZone::UTC,
                channel: Some(format!("ch{n}")),
                missed_pushes: 0,
            };
            (room(n), kept)
        });
        schedule.keep(rooms.collect(), at(0));
        Self {
            schedule,
            budget: Budget::new(LIMITS),
            slots: 4,
            now: 0,
            dice: 1,
            announced: BTreeMap::new(),
            acknowledged: BTreeMap::new(),
            running: Vec::new(),
            sent: Vec::new(),
            held: HashMap::new(),
        }
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Announce(n) => {
                let number = self.announced.entry(n).or_default();
                *number += 1;
                let signal = CalendarSignal {
                    resource: None,
                    channel: format!("ch{n}"),
                    number: *number,
                    received_at: at(self.now),
                    heard_at: at(self.now),
                };
                assert!(self.schedule.announced(&room(n), signal));
            }
            Act::Pass(milliseconds) => self.now += milliseconds,
            Act::End(how) => self.end(how),
            Act::AllDue => self.schedule.all_due(at(self.now)),
        }
        self.begin();
    }

    fn begin(&mut self) {
        let room_for = self.slots.saturating_sub(self.running.len());
        for job in self
            .schedule
            .begin(at(self.now), room_for, &mut self.budget)
        {
            let n = (0..ROOMS).find(|n| room(*n) == job.room).unwrap();
            assert!(
                self.running.iter().all(|(other, _)| *other != n),
                "one list per room at a time"
            );
            let until = self.held.get(account(n));
            assert!(
                until.is_none_or(|until| *until <= at(self.now)),
                "who was limited waits"
            );
            self.running
                .push((n, self.announced.get(&n).copied().unwrap_or(0)));
            self.sent.push((account(n), self.now));
        }
        assert!(self.running.len() <= self.slots);
        for account in ACCOUNTS {
            let lately = self
                .sent
                .iter()
                .filter(|(of, t)| *of == account && self.now - t < 60_000);
            assert!(lately.count() <= LIMITS.account, "the account's limit");
        }
        let lately = self.sent.iter().filter(|(_, t)| self.now - t < 60_000);
        assert!(lately.count() <= LIMITS.project, "the project's limit");
    }

    fn end(&mut self, how: How) {
        if self.running.is_empty() {
            return;
        }
        let (n, known) = self.running.remove(0);
        self.dice = self
            .dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let ended = match how {
            How::Listed => {
                self.budget.answered(account(n), at(self.now));
                Ended::Listed { changed: false }
            }
            How::Failed(seconds) => Ended::Failed {
                retry_after: seconds.map(Duration::from_secs),
            },
            How::Limited => {
                let until = self.budget.refused(
                    account(n),
                    Limited::Account,
                    None,
                    at(self.now),
                    self.dice,
                );
                self.held.insert(account(n), until);
                Ended::Limited
            }
            How::Refused => Ended::Refused,
        };
        for acknowledgement in self
            .schedule
            .ended(&room(n), ended, at(self.now), self.dice)
        {
            let Acknowledgement::Calendar { number, .. } = acknowledgement else {
                panic!("only calendars are listed");
            };
            assert!(
                matches!(how, How::Listed),
                "what was not listed is not acknowledged"
            );
            assert!(
                number <= known,
                "{number} came after the list was begun, at {known}"
            );
            self.acknowledged.insert(n, number);
        }
    }

    /// Google is well again, and time passes from one list to the next.
    fn until_all_is_listed(&mut self) {
        for _ in 0..1000 {
            while !self.running.is_empty() {
                self.end(How::Listed);
            }
            if self.announced == self.acknowledged {
                return;
            }
            let due = self
                .schedule
                .next_due(at(self.now), &self.budget)
                .expect("somebody waits");
            self.now = self
                .now
                .max(due.duration_since(at(0)).as_millis() as i64 + 1);
            self.begin();
        }
        panic!(
            "{:?} is not listed after a thousand lists, but {:?}",
            self.announced, self.acknowledged
        );
    }
}

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(1_795_435_200_000 + milliseconds).unwrap()
}

proptest! {
    #[test]
    fn rules_hold_in_any_order_of_events(acts in proptest::collection::vec(act(), 1..250)) {
        let mut model = Model::new();
        for act in acts {
            model.act(act);
        }
        model.until_all_is_listed();
    }

    #[test]
    fn nobody_waits_for_ever_while_others_change_all_the_time(chatty in 1..ROOMS, slots in 1usize..4) {
        let mut model = Model::new();
        (model.budget, model.slots) = (Budget::default(), slots);
        let mut lists = 0;
        // Room 0 is due with all others, and is the only one of which nothing is announced.
        while lists <= 8 * usize::from(ROOMS) {
            for n in 1..=chatty.min(ROOMS - 1) {
                model.act(Act::Announce(n));
            }
            if model.running.iter().any(|(n, _)| *n == 0) {
                return Ok(());
            }
            lists += model.running.len();
            while !model.running.is_empty() {
                model.end(How::Listed);
            }
            model.now += 10;
        }
        prop_assert!(false, "still waiting after {lists} lists");
    }
}
