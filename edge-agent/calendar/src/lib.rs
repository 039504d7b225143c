//! google-calendar
