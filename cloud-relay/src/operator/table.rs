//! The operator's list of agents, for eyes and for programs.

use jiff::Timestamp;
use relay_contract::id::AgentId;
use serde::Serialize;

use crate::store::{AgentSummary, Status};

const HEAD: [&str; 9] = [
    "AGENT",
    "STATUS",
    "SEEN",
    "CONNECTED",
    "BACKLOG",
    "OLDEST",
    "WEBHOOKS/H",
    "QUOTA/MIN",
    "CHANNELS",
];

/// A line as programs read it.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    agent: &'a AgentSummary,
    host_owner: bool,
}

pub(super) fn json(agents: &[AgentSummary], owner: Option<&AgentId>) -> String {
    let lines: Vec<_> = agents
        .iter()
        .map(|agent| Line {
            agent,
            host_owner: owner == Some(&agent.agent),
        })
        .collect();
    serde_json::to_string(&lines).expect("plain data") + "\n"
}

pub(super) fn text(agents: &[AgentSummary], owner: Option<&AgentId>, now: Timestamp) -> String {
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(agents.iter().map(|agent| row(agent, owner, now)));
    let mut widths = [0; HEAD.len()];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for row in rows {
        let line: Vec<_> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        text += line.join("  ").trim_end();
        text.push('\n');
    }
    text
}

fn row(agent: &AgentSummary, owner: Option<&AgentId>, now: Timestamp) -> [String; HEAD.len()] {
    let status = match agent.status {
        Status::Active if owner == Some(&agent.agent) => "host owner",
        Status::Active => "active",
        Status::Suspended => "suspended",
    };
    let ago = |at: Option<Timestamp>, never: &str| at.map_or(never.to_owned(), |at| age(at, now));
    [
        agent.agent.to_string(),
        status.to_owned(),
        ago(agent.seen, "never"),
        ago(agent.connected, "no"),
        agent.backlog.to_string(),
        ago(agent.oldest, "-"),
        // Of this hour and the one before.
        (agent.webhooks / 2).to_string(),
        agent
            .quota
            .map_or("default".to_owned(), |quota| quota.to_string()),
        channels(agent),
    ]
}

/// `12 of v1, 3 of v2`
fn channels(agent: &AgentSummary) -> String {
    let Some(key_use) = &agent.key_use else {
        return "not told".to_owned();
    };
    let parts: Vec<_> = key_use
        .channels
        .iter()
        .map(|of| format!("{} of v{}", of.count, of.version))
        .collect();
    if parts.is_empty() {
        "none".to_owned()
    } else {
        parts.join(", ")
    }
}

/// In the one unit that says most.
fn age(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(at).as_secs().max(0);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use relay_contract::key::KeyVersion;
    use relay_contract::rotate::{ChannelsOfKey, KeyUse};

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn agents() -> [AgentSummary; 2] {
        let busy = AgentSummary {
            agent: AgentId::from_random([1; 10]),
            status: Status::Active,
            quota: Some(90),
            epoch: 2,
            seen: Some(at(0)),
            connected: Some(at(-7200)),
            backlog: 3,
            oldest: Some(at(50)),
            webhooks: 24,
            key_use: Some(KeyUse {
                channels: vec![ChannelsOfKey {
                    version: KeyVersion(1),
                    count: 12,
                }],
            }),
        };
        let new = AgentSummary {
            agent: AgentId::from_random([2; 10]),
            status: Status::Suspended,
            quota: None,
            epoch: 1,
            seen: None,
            connected: None,
            backlog: 0,
            oldest: None,
            webhooks: 0,
            key_use: None,
        };
        [busy, new]
    }

    #[test]
    fn the_table_says_at_a_glance_how_agents_are() {
        let [busy, new] = agents();
        let owner = busy.agent.clone();
        let expected = "\
AGENT             STATUS      SEEN   CONNECTED  BACKLOG  OLDEST  WEBHOOKS/H  QUOTA/MIN  CHANNELS
040g2081040g2081  host owner  1 min  2 h        3        20 s    12          90         12 of v1
081040g2081040g2  suspended   never  no         0        -       0           default    not told
";
        assert_eq!(text(&[busy, new], Some(&owner), at(70)), expected);
    }

    #[test]
    fn json_golden() {
        let [busy, _] = agents();
        assert_eq!(
            json(&[busy], None),
            concat!(
                r#"[{"agent":"040g2081040g2081","status":"active","quota":90,"epoch":2,"seen":"2027-01-15T08:00:00Z","#,
                r#""connected":"2027-01-15T06:00:00Z","backlog":3,"oldest":"2027-01-15T08:00:50Z","webhooks":24,"#,
                r#""key_use":{"channels":[{"version":1,"count":12}]},"host_owner":false}]"#,
                "\n"
            )
        );
    }
}
