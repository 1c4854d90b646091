//! Words and patterns: each must have the places its values are put into.

use super::Checker;
use crate::{Labels, Language};

impl Checker<'_> {
    pub(super) fn words(&mut self) {
        let (file, words) = ("words.toml", &self.document.words);
        for (key, labels) in [("yes", &words.yes), ("no", &words.no), ("online", &words.online)] {
            self.labels(file, key, labels);
        }
        let patterns: [(&str, &Labels, &[&str]); 7] = [
            ("day", &words.day, &["{d}", "{month}", "{y}"]),
            ("days_of_month", &words.days_of_month, &["{d}", "{d2}", "{month}", "{y}"]),
            ("days_of_year", &words.days_of_year, &["{d}", "{month}", "{d2}", "{month2}", "{y}"]),
            ("span", &words.span, &["{from}", "{to}"]),
            ("ongoing", &words.ongoing, &["{from}"]),
            ("moment", &words.moment, &["{day}", "{time}"]),
            ("zone", &words.zone, &["{range}", "{zone}"]),
        ];
        for (key, labels, names) in patterns {
            self.labels(file, key, labels);
            for (language, pattern) in labels.iter() {
                let missing: Vec<&str> = names.iter().copied().filter(|name| !pattern.contains(name)).collect();
                if !missing.is_empty() {
                    let message = format!("The pattern lacks {}.", missing.join(", "));
                    self.fault(file, format!("{key}.{language}"), message, "Put each where its value belongs.");
                }
            }
        }
        let optional: [(&str, &Labels, &str); 4] = [
            ("month", &words.month, "{month}"),
            ("year", &words.year, "{y}"),
            ("kilobytes", &words.kilobytes, "{n}"),
            ("megabytes", &words.megabytes, "{n}"),
        ];
        for (key, labels, name) in optional {
            self.labels_or_none(file, key, labels);
            for (language, _) in labels.iter().filter(|(_, pattern)| !pattern.contains(name)) {
                let message = format!("The pattern lacks {name}.");
                self.fault(file, format!("{key}.{language}"), message, "Put it where its value belongs.");
            }
        }
        if !words.months.contains_key(&Language::En) {
            self.fault(file, "months", "There are no English months.", "Add en = [\"January\", …].");
        }
        for (list, of_languages) in [("months", &words.months), ("months_alone", &words.months_alone)] {
            for (language, months) in of_languages {
                if months.len() != 12 || months.iter().any(|month| month.trim().is_empty()) {
                    self.fault(file, format!("{list}.{language}"), "There are not twelve months.", "Write all twelve.");
                }
            }
        }
    }
}
