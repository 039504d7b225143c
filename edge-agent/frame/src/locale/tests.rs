use jiff::civil::{date, datetime, time};

use super::*;

fn locale(tag: &str) -> Locale {
    Locale::parse(tag).unwrap()
}

#[test]
fn tags_are_found_with_and_without_a_region() {
    assert_eq!(locale("de-CH").language(), Language::German);
    assert_eq!(locale("de_ch").tag(), "de-CH");
    assert_eq!(locale("zh-CN").language(), Language::ChineseSimplified);
    assert_eq!(locale("ar-EG").direction(), Direction::RightToLeft);
    for language in Language::ALL {
        assert_eq!(locale(language.tag()).language(), *language);
    }
    for wrong in ["", "xx", "zh-Hant", "zh-TW", "klingon", "de-", "e\u{301}"] {
        assert!(Locale::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn dates_are_written_as_the_region_does() {
    let day = date(2025, 2, 1);
    let written = |tag: &str| (locale(tag).date(day), locale(tag).short_date(day));
    let expected = |long: &str, short: &str| (long.to_owned(), short.to_owned());
    assert_eq!(written("en"), expected("Saturday 1 February", "Sat 1 Feb"));
    assert_eq!(
        written("en-US"),
        expected("Saturday, February 1", "Sat, Feb 1")
    );
    assert_eq!(
        written("de"),
        expected("Samstag, 1. Februar", "Sa., 1. Feb.")
    );
    assert_eq!(written("fr"), expected("samedi 1 février", "sam. 1 févr."));
    assert_eq!(written("ja"), expected("2月1日土曜日", "2月1日(土)"));
    assert_eq!(written("pl"), expected("sobota, 1 lutego", "sob., 1 lut"));
}

#[test]
fn hours_are_counted_as_the_region_or_the_company_does() {
    let (early, late) = (time(9, 5, 0, 0), time(14, 30, 0, 0));
    let written = |locale: Locale| [locale.time(early), locale.time(late)];
    assert_eq!(written(locale("en")), ["09:05", "14:30"]);
    assert_eq!(written(locale("es")), ["09:05", "14:30"]);
    assert_eq!(
        written(locale("en-US")),
        ["9:05\u{202f}AM", "2:30\u{202f}PM"]
    );
    assert_eq!(
        written(locale("en-US").with_clock(Clock::Hours24)),
        ["09:05", "14:30"]
    );
    assert_eq!(
        written(locale("de").with_clock(Clock::Hours12)),
        ["9:05\u{202f}AM", "2:30\u{202f}PM"]
    );
    assert_eq!(
        written(locale("ar-EG").with_clock(Clock::Hours24)),
        ["٠٩:٠٥", "١٤:٣٠"]
    );
}

#[test]
fn times_of_another_day_name_the_day() {
    let english = Locale::default();
    let today = date(2025, 2, 1);
    let until = |at| english.until(at, today);
    assert_eq!(until(datetime(2025, 2, 1, 11, 30, 0, 0)), ["until 11:30"]);
    assert_eq!(
        until(datetime(2025, 2, 3, 9, 0, 0, 0)),
        ["until Mon 09:00", "until Mon"]
    );
    assert_eq!(until(datetime(2025, 2, 2, 0, 0, 0, 0)), ["until 24:00"]);
    assert_eq!(until(datetime(2025, 2, 4, 0, 0, 0, 0)), ["until Mon"]);
    let at = datetime(2025, 2, 11, 9, 0, 0, 0);
    assert_eq!(english.moment(at, today), "11 Feb 09:00");
    let since = datetime(2025, 1, 31, 9, 5, 0, 0);
    assert_eq!(english.as_of(since, today), "as of 31 Jan 09:05");
}

#[test]
fn a_day_ends_at_midnight_in_every_language() {
    let today = date(2025, 2, 1);
    let midnight = datetime(2025, 2, 2, 0, 0, 0, 0);
    let until = |tag: &str| locale(tag).until(midnight, today).remove(0);
    assert_eq!(until("de"), "bis 24:00");
    assert_eq!(until("en-US"), "until midnight");
    assert_eq!(until("ja"), "24:00まで");
    let evening = datetime(2025, 2, 1, 22, 0, 0, 0);
    assert_eq!(locale("de").span(evening, midnight, today), "22:00 – 24:00");
}

#[test]
fn numbers_choose_their_plural() {
    let people = |tag: &str, count| locale(tag).counted(Key::People, count);
    assert_eq!(people("en", 1), "1 person");
    assert_eq!(people("pl", 2), "2 osoby");
    assert_eq!(people("pl", 5), "5 osób");
    assert_eq!(people("ar-EG", 2), "شخصان");
    assert_eq!(people("ar-EG", 5), "٥ أشخاص");
}
