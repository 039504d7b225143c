//! As much of `robots.txt` (RFC 9309) as a pusher needs.

/// Whether `rules` let `agent` ask for `path`: the agent's own group, else `*`; the longest rule wins, a tie allows.
pub(crate) fn allows(rules: &str, agent: &str, path: &str) -> bool {
    let own = group(rules, agent);
    let group = if own.is_empty() {
        group(rules, "*")
    } else {
        own
    };
    group
        .iter()
        .filter(|(_, prefix)| !prefix.is_empty() && path.starts_with(prefix))
        .max_by_key(|(allow, prefix)| (prefix.len(), *allow))
        .is_none_or(|(allow, _)| *allow)
}

/// The rules of the groups that name `agent`.
fn group<'a>(rules: &'a str, agent: &str) -> Vec<(bool, &'a str)> {
    let mut found = Vec::new();
    let (mut in_group, mut naming) = (false, false);
    for line in rules.lines() {
        let line = line.split('#').next().unwrap_or("");
        let Some((field, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.trim();
        match field.trim().to_ascii_lowercase().as_str() {
            "user-agent" => {
                let named = value.eq_ignore_ascii_case(agent);
                in_group = named || (naming && in_group);
                naming = true;
            }
            rule @ ("allow" | "disallow") => {
                naming = false;
                if in_group {
                    found.push((rule == "allow", value));
                }
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_rules_everything_is_allowed() {
        assert!(allows("", "APIs-Google", "/google/calendar/a"));
        assert!(allows(
            "User-agent: *\nDisallow:\n",
            "APIs-Google",
            "/google/calendar/a"
        ));
    }

    #[test]
    fn the_own_group_comes_before_the_star() {
        let rules = "User-agent: *\nDisallow: /\n\nUser-agent: other\nUser-agent: APIs-Google\nAllow: /google\nDisallow: /\n";
        assert!(allows(rules, "APIs-Google", "/google/calendar/a"));
        assert!(!allows(rules, "APIs-Google", "/else"));
        assert!(!allows(
            "User-agent: *\nDisallow: /",
            "APIs-Google",
            "/google"
        ));
    }
}
