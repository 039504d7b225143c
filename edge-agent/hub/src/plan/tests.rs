//! Plans: what is due when, and which plans make sense.

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

fn frame(n: u8) -> FrameId {
    FrameId([n; 32])
}

fn plan() -> Plan {
    Plan {
        generation: Generation {
            epoch: 1,
            counter: 1,
        },
        steps: vec![
            Step {
                from: at(0),
                frame: frame(1),
                refresh: None,
            },
            Step {
                from: at(100),
                frame: frame(2),
                refresh: Some(Refresh::Fast),
            },
        ],
        freshness: Some(Freshness {
            verified_at: at(10),
            stale_after: SignedDuration::from_secs(60),
            mark: Mark {
                x: 0,
                y: 0,
                width: 8,
                height: 1,
                rows: vec![0xff],
            },
        }),
        full_every: None,
    }
}

#[test]
fn a_frame_is_due_from_its_instant_on() {
    let mut plan = plan();
    plan.freshness = None;
    let due = |now| {
        let due = plan.due(Some(now), None);
        (due.frame, due.until)
    };
    assert_eq!(
        due(at(-1)),
        (frame(1), Some(at(100))),
        "clocks differ by a moment"
    );
    assert_eq!(due(at(0)), (frame(1), Some(at(100))));
    assert_eq!(due(at(99)), (frame(1), Some(at(100))));
    assert_eq!(due(at(100)), (frame(2), None));
    assert_eq!(due(at(1_000_000)), (frame(2), None));
}

#[test]
fn the_mark_comes_when_the_freshness_runs_out() {
    let plan = plan();
    let fresh = plan.due(Some(at(69)), None);
    assert_eq!((fresh.marked_since, fresh.until), (None, Some(at(70))));
    let stale = plan.due(Some(at(70)), None);
    assert_eq!(
        (stale.marked_since, stale.until),
        (Some(at(10)), Some(at(100)))
    );
}

#[test]
fn without_the_time_the_last_frame_stays_and_is_marked() {
    let plan = plan();
    let due = plan.due(None, Some(frame(2)));
    assert_eq!(
        due,
        Due {
            frame: frame(2),
            refresh: None,
            marked_since: Some(at(10)),
            until: None
        }
    );
    assert_eq!(
        plan.due(None, Some(frame(9))).frame,
        frame(1),
        "a frame of an older plan"
    );
}

#[test]
fn a_plan_survives_its_file() {
    let text = serde_json::to_string(&plan()).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan());
}

#[test]
fn a_plan_that_makes_no_sense_is_refused() {
    let good = wire::Plan {
        display: "a".to_owned(),
        generation: Some(Generation {
            epoch: 1,
            counter: 1,
        }),
        steps: vec![
            wire::Step {
                from_us: at(1).as_microsecond(),
                frame: vec![1; 32].into(),
                ..wire::Step::default()
            },
            wire::Step {
                from_us: at(2).as_microsecond(),
                frame: vec![2; 32].into(),
                ..wire::Step::default()
            },
        ],
        ..wire::Plan::default()
    };
    let now = Some(at(0));
    assert!(Plan::from_wire(&good, now, 2).is_ok());
    type Spoil = fn(&mut wire::Plan);
    let spoilt: [(Spoil, FailureCode); 9] = [
        (|plan| plan.generation = None, FailureCode::BadMessage),
        (|plan| plan.steps.clear(), FailureCode::BadMessage),
        (
            |plan| plan.steps[0].frame.truncate(31),
            FailureCode::BadMessage,
        ),
        (
            |plan| plan.steps[1].from_us = i64::MAX,
            FailureCode::BadMessage,
        ),
        (
            |plan| plan.freshness = Some(wire::Freshness::default()),
            FailureCode::BadMessage,
        ),
        (|plan| plan.steps.swap(0, 1), FailureCode::PlanTime),
        // The agent's clock at its first start, before anybody set it.
        (|plan| plan.steps[0].from_us = 0, FailureCode::PlanTime),
        (
            |plan| plan.steps[1].from_us = at(500 * 86_400).as_microsecond(),
            FailureCode::PlanTime,
        ),
        (
            |plan| {
                plan.steps.push(wire::Step {
                    from_us: at(3).as_microsecond(),
                    frame: vec![3; 32].into(),
                    refresh: 0,
                })
            },
            FailureCode::Capacity,
        ),
    ];
    for (spoil, code) in spoilt {
        let mut plan = good.clone();
        spoil(&mut plan);
        let refused = Plan::from_wire(&plan, now, 2).unwrap_err();
        assert_eq!(refused.code(), code, "{refused}");
    }
    let mut far = good;
    far.steps[1].from_us = at(500 * 86_400).as_microsecond();
    assert!(
        Plan::from_wire(&far, None, 2).is_ok(),
        "a hub that does not know the time cannot judge"
    );
}
