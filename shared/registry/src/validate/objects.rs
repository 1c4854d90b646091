//! Links, files, contacts, references to editions.

use dossier_proto::{Digest, EntryId};
use serde_json::{Map, Value};

use super::{Checker, FaultCode, Spot, escaped};
use crate::{Language, address, says_something};

/// Characters of a file's name; most file systems take 255 bytes.
const FILE_NAME_CHARACTERS_MAX: u32 = 200;
/// Characters of a line of a contact.
const CONTACT_CHARACTERS_MAX: u32 = 200;
/// Editions of an entry: one a day for 27 years.
const EDITION_MAX: u64 = 9_999;
/// Bytes of a file where the field gives no limit: 25 MB, the limit of the forms this replaces.
const FILE_BYTES_MAX: u64 = 25_000_000;

impl<'a> Checker<'a> {
    pub(super) fn link(&mut self, spot: Spot<'a>, value: &'a Value) {
        let Some(members) = self.object(spot, value, "a link, such as {\"url\": \"https://…\"}") else { return };
        for (key, member) in members {
            match key.as_str() {
                "url" if member.as_str().is_some_and(|url| !address::is_web(url)) => {
                    let message =
                        format!("{}: give a whole address that begins with https:// or http://.", spot.name());
                    self.error(spot, "url", FaultCode::BadAddress, message);
                }
                "url" if member.is_string() => {}
                "url" => self.wrong_type(spot, "url", "an address"),
                "title" => self.titles(spot, member),
                _ => self.unknown_part(spot, "", key),
            }
        }
        self.needs(spot, members, "url");
    }

    pub(super) fn attachment(&mut self, spot: Spot<'a>, value: &'a Value) {
        let Some(members) = self.object(spot, value, "a file, named by its digest") else { return };
        let limits = &spot.field.limits;
        let most = limits.bytes.unwrap_or(FILE_BYTES_MAX);
        for (key, member) in members {
            let text = member.as_str();
            match key.as_str() {
                "digest"
                    if text.is_some_and(|text| text.parse::<Digest>().is_ok_and(|one| one.to_string() == text)) => {}
                "digest" => {
                    let message = format!("{}: this is no digest: 64 digits 0-9 and a-f.", spot.name());
                    self.error(spot, "digest", FaultCode::BadDigest, message);
                }
                "name" if text.is_some_and(|text| text.contains(['/', '\\'])) => {
                    self.wrong_type(spot, "name", "a file's name");
                }
                "name" => self.line(spot, "name", member, FILE_NAME_CHARACTERS_MAX),
                "media_type" => self.media_type(spot, member),
                "bytes" if member.as_u64().is_some_and(|bytes| (1..=most).contains(&bytes)) => {}
                "bytes" => {
                    let message = format!("{}: a file has 1 to {most} bytes. Choose a smaller one.", spot.name());
                    self.error(spot, "bytes", FaultCode::OutOfRange, message);
                }
                "language" if text.is_some_and(|text| text.parse::<Language>().is_ok()) => {}
                "language" => self.wrong_type(spot, "language", "one of ar, zh, en, fr, ru, es"),
                "title" => self.titles(spot, member),
                _ => self.unknown_part(spot, "", key),
            }
        }
        for part in ["digest", "name", "media_type", "bytes"] {
            self.needs(spot, members, part);
        }
    }

    fn media_type(&mut self, spot: Spot<'_>, value: &Value) {
        self.line(spot, "media_type", value, 100);
        let allowed = &spot.field.limits.media_types;
        let known = |found: &str| allowed.is_empty() || allowed.iter().any(|one| one == found);
        if value.as_str().is_some_and(|found| !known(found)) {
            let message =
                format!("{}: files of this kind are not taken. Use one of {}.", spot.name(), allowed.join(", "));
            self.error(spot, "media_type", FaultCode::MediaType, message);
        }
    }

    /// The title of a link or file: a text per language.
    fn titles(&mut self, spot: Spot<'_>, value: &Value) {
        let Value::Object(texts) = value else { return self.wrong_type(spot, "title", "a text per language") };
        for (tag, text) in texts {
            let part = format!("title/{}", escaped(tag));
            if tag.parse::<Language>().is_err() {
                let message = format!("{}: a title is in one of ar, zh, en, fr, ru, es.", spot.name());
                self.error(spot, &part, FaultCode::UnknownLanguage, message);
            } else {
                self.line(spot, &part, text, crate::model::Limits::CHARACTERS_TEXT);
            }
        }
    }

    pub(super) fn contact(&mut self, spot: Spot<'a>, value: &'a Value) {
        let Some(members) = self.object(spot, value, "a contact, such as {\"name\": \"…\", \"email\": \"…\"}")
        else {
            return;
        };
        for (key, member) in members {
            match key.as_str() {
                "email" if member.as_str().is_some_and(|text| !text.is_empty() && !address::is_mail(text)) => {
                    let message = format!("{}: this is no mail address. Write it as name@example.org.", spot.name());
                    self.error(spot, "email", FaultCode::BadAddress, message);
                }
                "name" | "function" | "organisation" | "email" | "phone" => {
                    self.line(spot, key, member, CONTACT_CHARACTERS_MAX);
                }
                _ => self.unknown_part(spot, "", key),
            }
        }
    }

    pub(super) fn reference(&mut self, spot: Spot<'a>, value: &'a Value) {
        let Some(members) = self.object(spot, value, "an entry and an edition of it") else { return };
        for (key, member) in members {
            let fits = match key.as_str() {
                "entry" => {
                    member.as_str().is_some_and(|text| text.parse::<EntryId>().is_ok_and(|id| id.to_string() == text))
                }
                "edition" => member.as_u64().is_some_and(|number| (1..=EDITION_MAX).contains(&number)),
                _ => {
                    self.unknown_part(spot, "", key);
                    continue;
                }
            };
            if !fits {
                let message =
                    format!("{}: give the id of a published entry and the number of an edition.", spot.name());
                self.error(spot, key, FaultCode::BadReference, message);
            }
        }
        self.needs(spot, members, "entry");
        self.needs(spot, members, "edition");
    }

    fn object(&mut self, spot: Spot<'a>, value: &'a Value, wanted: &str) -> Option<&'a Map<String, Value>> {
        let members = value.as_object();
        if members.is_none() {
            self.wrong_type(spot, "", wanted);
        }
        members
    }

    fn needs(&mut self, spot: Spot<'_>, members: &Map<String, Value>, part: &str) {
        let blank = |value: &Value| value.as_str().is_some_and(|text| !says_something(text));
        if members.get(part).is_none_or(blank) {
            let message = format!("{}: the part {part:?} is missing. Give it.", spot.name());
            self.missing(spot, part, FaultCode::Required, message);
        }
    }
}
