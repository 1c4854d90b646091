//! The filters of the queue. They live in the address, so that a bookmark is a filter.

use axum::extract::FromRequestParts as _;
use dossier_web::{Cursor, extract::StrictQuery};
use serde::Deserialize;

use super::QUEUE;
use crate::pages::{moment_typed, percent};

/// Which of the three groups is shown alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::pages) enum Group {
    /// Those that the caller has taken up.
    Mine,
    /// Those that nobody has, and that wait for somebody like the caller.
    Unclaimed,
    /// Those that wait for others.
    Others,
}

impl Group {
    pub(super) const ALL: [Self; 3] = [Self::Mine, Self::Unclaimed, Self::Others];

    /// As it stands in the address.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Mine => "mine",
            Self::Unclaimed => "unclaimed",
            Self::Others => "others",
        }
    }
}

/// The filters as they were typed. What does not exist shows nothing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct QueueQuery {
    #[serde(rename = "type")]
    pub(super) record_type: Option<String>,
    pub(super) body: Option<String>,
    pub(super) language: Option<String>,
    pub(super) waiting_days: Option<u32>,
    pub(super) show: Option<Group>,
    pub(super) as_of: Option<String>,
    pub(super) cursor: Option<Cursor>,
}

impl QueueQuery {
    /// What an address of this page asks for; nothing when it is none.
    pub(super) async fn of_address(address: &str) -> Self {
        let Ok(request) = http::Request::get(address).body(()) else { return Self::default() };
        let (mut parts, ()) = request.into_parts();
        let read = StrictQuery::from_request_parts(&mut parts, &()).await;
        read.map(|StrictQuery(query)| query).unwrap_or_default()
    }

    /// The address of this page with these filters.
    pub(super) fn address(&self) -> String {
        let days = self.waiting_days.map(|days| days.to_string());
        let cursor = self.cursor.as_ref().map(ToString::to_string);
        let pairs = [
            ("type", self.record_type.as_deref()),
            ("body", self.body.as_deref()),
            ("language", self.language.as_deref()),
            ("waiting_days", days.as_deref()),
            ("show", self.show.map(Group::key)),
            ("as_of", self.as_of.as_deref()),
            ("cursor", cursor.as_deref()),
        ];
        let mut address = QUEUE.to_owned();
        for (name, value) in pairs {
            let Some(value) = value.filter(|value| !value.is_empty()) else { continue };
            address.push(if address.len() == QUEUE.len() { '?' } else { '&' });
            address.push_str(name);
            address.push('=');
            address.push_str(&percent(value));
        }
        address
    }

    /// The moment, as the journal is asked for it.
    pub(super) fn moment(&self) -> Option<String> {
        self.as_of.as_deref().map(moment_typed)
    }

    pub(super) fn record_type(&self) -> &str {
        self.record_type.as_deref().unwrap_or_default()
    }

    pub(super) fn language(&self) -> &str {
        self.language.as_deref().unwrap_or_default()
    }

    pub(super) fn body(&self) -> &str {
        self.body.as_deref().unwrap_or_default()
    }

    pub(super) fn days(&self) -> String {
        self.waiting_days.map(|days| days.to_string()).unwrap_or_default()
    }

    pub(super) fn as_of(&self) -> &str {
        self.as_of.as_deref().unwrap_or_default()
    }
}
