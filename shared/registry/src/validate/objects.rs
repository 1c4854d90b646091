//! Links, files, contacts.

use dossier_proto::Digest;
use serde_json::{Map, Value};

use super::{Checker, FaultCode, Saying, Spot, escaped};
use crate::{Language, address, says_something};

/// Characters of a file's name; most file systems take 255 bytes.
const FILE_NAME_CHARACTERS_MAX: u32 = 200;
/// Characters of a line of a contact.
const CONTACT_CHARACTERS_MAX: u32 = 200;
/// Bytes of a file where the field gives no limit: 25 MB, the limit of the forms this replaces.
const FILE_BYTES_MAX: u64 = 25_000_000;

impl<'a> Checker<'a> {
    pub(super) fn link(&mut self, spot: Spot<'a>, value: &'a Value) {
        let Some(members) = self.object(spot, value, Saying::ALink) else { return };
        for (key, member) in members {
            match key.as_str() {
                "url" if member.as_str().is_some_and(|url| !address::is_web(url)) => {
                    self.error(spot, "url", FaultCode::BadAddress, Saying::BadAddress);
                }
                "url" if member.is_string() => {}
                "url" => self.wrong_type(spot, "url", Saying::AnAddress),
                "title" => self.titles(spot, member),
                _ => self.unknown_part(spot, "", key),
            }
        }
        self.needs(spot, members, "url");
    }

    pub(super) fn attachment(&mut self, spot: Spot<'a>, value: &'a Value) {
        let Some(members) = self.object(spot, value, Saying::AFile) else { return };
        let limits = &spot.field.limits;
        let most = limits.bytes.unwrap_or(FILE_BYTES_MAX);
        for (key, member) in members {
            let text = member.as_str();
            match key.as_str() {
                "digest"
                    if text.is_some_and(|text| text.parse::<Digest>().is_ok_and(|one| one.to_string() == text)) => {}
                "digest" => self.error(spot, "digest", FaultCode::BadDigest, Saying::BadDigest),
                "name" if text.is_some_and(|text| text.contains(['/', '\\'])) => {
                    self.wrong_type(spot, "name", Saying::AFileName);
                }
                "name" => self.line(spot, "name", member, FILE_NAME_CHARACTERS_MAX),
                "media_type" => self.media_type(spot, member),
                "bytes" if member.as_u64().is_some_and(|bytes| (1..=most).contains(&bytes)) => {}
                "bytes" => self.error(spot, "bytes", FaultCode::OutOfRange, Saying::FileSize.with("most", most)),
                "language" if text.is_some_and(|text| text.parse::<Language>().is_ok()) => {}
                "language" => self.wrong_type(spot, "language", Saying::ALanguage),
                "title" => self.titles(spot, member),
                _ => self.unknown_part(spot, "", key),
            }
        }
        let language = if limits.language { &["language"][..] } else { &[] };
        for part in ["digest", "name", "media_type", "bytes"].iter().chain(language) {
            self.needs(spot, members, part);
        }
    }

    fn media_type(&mut self, spot: Spot<'_>, value: &Value) {
        self.line(spot, "media_type", value, 100);
        let allowed = &spot.field.limits.media_types;
        let known = |found: &str| allowed.is_empty() || allowed.iter().any(|one| one == found);
        if value.as_str().is_some_and(|found| !known(found)) {
            let said = Saying::MediaType.with("allowed", allowed.join(", "));
            self.error(spot, "media_type", FaultCode::MediaType, said);
        }
    }

    /// The title of a link or file: a text per language.
    fn titles(&mut self, spot: Spot<'_>, value: &Value) {
        let Value::Object(texts) = value else { return self.wrong_type(spot, "title", Saying::ATextPerLanguage) };
        for (tag, text) in texts {
            let part = format!("title/{}", escaped(tag));
            if tag.parse::<Language>().is_err() {
                self.error(spot, &part, FaultCode::UnknownLanguage, Saying::TitleLanguage);
            } else {
                self.line(spot, &part, text, crate::model::Limits::CHARACTERS_TEXT);
            }
        }
    }

    pub(super) fn contact(&mut self, spot: Spot<'a>, value: &'a Value) {
        let Some(members) = self.object(spot, value, Saying::AContact) else { return };
        for (key, member) in members {
            match key.as_str() {
                "email" if member.as_str().is_some_and(|text| !text.is_empty() && !address::is_mail(text)) => {
                    self.error(spot, "email", FaultCode::BadAddress, Saying::BadMail);
                }
                "name" | "function" | "organisation" | "email" | "phone" => {
                    self.line(spot, key, member, CONTACT_CHARACTERS_MAX);
                }
                _ => self.unknown_part(spot, "", key),
            }
        }
    }

    pub(super) fn object(
        &mut self,
        spot: Spot<'a>,
        value: &'a Value,
        wanted: Saying,
    ) -> Option<&'a Map<String, Value>> {
        let members = value.as_object();
        if members.is_none() {
            self.wrong_type(spot, "", wanted);
        }
        members
    }

    pub(super) fn needs(&mut self, spot: Spot<'_>, members: &Map<String, Value>, part: &str) {
        let blank = |value: &Value| value.as_str().is_some_and(|text| !says_something(text));
        if members.get(part).is_none_or(blank) {
            self.missing(spot, part, FaultCode::Required, Saying::PartMissing.with("part", part));
        }
    }
}
