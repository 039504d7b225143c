//! ICU4X's formatters for one locale, and the way from jiff to them.

use icu_calendar::Gregorian;
use icu_datetime::fieldsets::{E, MD, MDE, T};
use icu_datetime::options::Alignment;
use icu_datetime::preferences::HourCycle;
use icu_datetime::{
    DateTimeFormatterPreferences, FixedCalendarDateTimeFormatter, NoCalendarFormatter, input,
};
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_locale_core::Locale as Tag;
use icu_plurals::{PluralCategory, PluralRules};
use jiff::civil::{Date, Time};

use crate::language::Clock;

/// What is formatted with.
pub(super) struct Formats {
    date: FixedCalendarDateTimeFormatter<Gregorian, MDE>,
    short_date: FixedCalendarDateTimeFormatter<Gregorian, MDE>,
    day_of_month: FixedCalendarDateTimeFormatter<Gregorian, MD>,
    day_of_week: FixedCalendarDateTimeFormatter<Gregorian, E>,
    time: NoCalendarFormatter<T>,
    decimal: DecimalFormatter,
    plural: PluralRules,
}

/// CLDR's English without a region is American; a company that means that says so.
const PLAIN_ENGLISH: &str = "en-GB";

impl Formats {
    /// The formatters of a locale whose tag has been parsed before.
    pub(super) fn new(tag: &str, clock: Clock) -> Self {
        let tag = if tag == "en" { PLAIN_ENGLISH } else { tag };
        let tag: Tag = tag.parse().unwrap_or(Tag::UNKNOWN);
        let mut prefs = DateTimeFormatterPreferences::from(&tag);
        prefs.hour_cycle = match clock {
            Clock::Language => None,
            Clock::Hours12 => Some(HourCycle::Clock12),
            Clock::Hours24 => Some(HourCycle::Clock24),
        };
        let complete = "every locale falls back to the root's compiled-in data";
        let decimal = DecimalFormatter::try_new((&tag).into(), Default::default()).expect(complete);
        let mut time = NoCalendarFormatter::try_new(prefs, T::hm()).expect(complete);
        // Hours to twenty-four stand in columns: 09:00 above 14:00.
        let afternoon = input::Time::try_new(13, 0, 0, 0).expect("a hardcoded time");
        let thirteen = decimal.format(&Decimal::from(13_u32)).to_string();
        if time.format(&afternoon).to_string().contains(&thirteen) {
            let columns = T::hm().with_alignment(Alignment::Column);
            time = NoCalendarFormatter::try_new(prefs, columns).expect(complete);
        }
        Self {
            date: FixedCalendarDateTimeFormatter::try_new(prefs, MDE::long()).expect(complete),
            short_date: FixedCalendarDateTimeFormatter::try_new(prefs, MDE::medium())
                .expect(complete),
            day_of_month: FixedCalendarDateTimeFormatter::try_new(prefs, MD::medium())
                .expect(complete),
            day_of_week: FixedCalendarDateTimeFormatter::try_new(prefs, E::short())
                .expect(complete),
            time,
            decimal,
            plural: PluralRules::try_new_cardinal((&tag).into()).expect(complete),
        }
    }

    pub(super) fn date(&self, date: Date) -> String {
        self.date.format(&gregorian(date)).to_string()
    }

    pub(super) fn short_date(&self, date: Date) -> String {
        self.short_date.format(&gregorian(date)).to_string()
    }

    pub(super) fn day_of_month(&self, date: Date) -> String {
        self.day_of_month.format(&gregorian(date)).to_string()
    }

    pub(super) fn day_of_week(&self, date: Date) -> String {
        self.day_of_week.format(&gregorian(date)).to_string()
    }

    pub(super) fn time(&self, time: Time) -> String {
        // jiff's hours and minutes are in range and never negative.
        let (hour, minute) = (time.hour().unsigned_abs(), time.minute().unsigned_abs());
        let time = input::Time::try_new(hour, minute, 0, 0).expect("jiff's times are times");
        self.time.format(&time).to_string()
    }

    /// "24:00", where hours are counted that far.
    pub(super) fn end_of_day(&self) -> Option<String> {
        let last_hour = self.time(Time::constant(23, 0, 0, 0));
        let counted = last_hour.contains(&self.number(23));
        counted.then(|| last_hour.replace(&self.number(23), &self.number(24)))
    }

    pub(super) fn number(&self, number: u32) -> String {
        self.decimal.format(&Decimal::from(number)).to_string()
    }

    pub(super) fn plural(&self, count: u32) -> PluralCategory {
        self.plural.category_for(count)
    }
}

fn gregorian(date: Date) -> input::Date<Gregorian> {
    let (month, day) = (date.month().unsigned_abs(), date.day().unsigned_abs());
    input::Date::try_new_gregorian(i32::from(date.year()), month, day)
        .expect("jiff's dates are Gregorian dates")
}
