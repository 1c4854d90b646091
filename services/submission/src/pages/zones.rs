//! The names of time zones, to pick from.

use std::sync::LazyLock;

use jiff::tz::TimeZoneDatabase;

/// Areas of the world; all else in the database is for machines.
const AREAS: [&str; 9] =
    ["Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/", "Etc/UTC"];

static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let database = TimeZoneDatabase::bundled();
    let names = database.available().map(|name| name.to_string());
    let mut names: Vec<String> = names.filter(|name| AREAS.iter().any(|area| name.starts_with(area))).collect();
    names.sort_unstable();
    names
});

/// The names, for a form that asks for one.
pub(super) fn names(is_asked: bool) -> &'static [String] {
    if is_asked { &NAMES } else { &[] }
}
