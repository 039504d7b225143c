//! A name to read, made from an address when Google tells no name.

/// "jane.doe@example.com" → "Jane Doe". None for the addresses of calendars, which name nobody.
pub(crate) fn readable_name(address: &str) -> Option<String> {
    let (local, domain) = address.rsplit_once('@')?;
    if domain.to_ascii_lowercase().ends_with("calendar.google.com") {
        return None;
    }
    // What follows a plus sign is a filing mark, not a name.
    let local = local.split('+').next().unwrap_or_default();
    let words: Vec<String> = local
        .split(['.', '_', ' '])
        .filter(|word| !word.is_empty())
        .map(capitalised)
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Each part of a hyphenated name begins with a capital; what has capitals already is left alone.
fn capitalised(word: &str) -> String {
    if word.chars().any(char::is_uppercase) {
        return word.to_owned();
    }
    let parts: Vec<String> = word
        .split('-')
        .map(|part| {
            let mut letters = part.chars();
            match letters.next() {
                Some(first) => first.to_uppercase().chain(letters).collect(),
                None => String::new(),
            }
        })
        .collect();
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_names() {
        let name = |address| readable_name(address);
        assert_eq!(name("jane.doe@example.com").as_deref(), Some("Jane Doe"));
        assert_eq!(
            name("anne-marie_dupré@example.fr").as_deref(),
            Some("Anne-Marie Dupré")
        );
        assert_eq!(name("ops+rooms@example.com").as_deref(), Some("Ops"));
        assert_eq!(name("McKay@example.com").as_deref(), Some("McKay"));
        assert_eq!(name("c_188abc@resource.calendar.google.com"), None);
        assert_eq!(name("x@group.calendar.google.com"), None);
        assert_eq!(name("not an address"), None);
        assert_eq!(name("+@example.com"), None);
    }
}
