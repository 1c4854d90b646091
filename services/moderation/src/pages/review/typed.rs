//! What stands in the form of a review page, and which acts it asks for. Pure.

use dossier_proto::{Digest, EntryId, SubjectId};
use dossier_registry::{Language, says_something};
use dossier_web::visit::SentForm;

use crate::{
    api::at_hand::{
        Act, ApproveBody, AssignBody, ChecklistAnswerBody, ConfirmBody, ConflictBody, DuplicateBody, FinishBody,
        HeldCommentBody, HoldBody, ItemBody, ObjectBody, RefuseBody, RejectBody, RequestBody, SettleBody,
    },
    pages::moment_typed,
};

/// Bytes of a comment or of one requested change, as the JSON interface takes them.
const ITEM_BYTES_MAX: usize = 4 * 1024;
/// Bytes of a reason or a note.
const TEXT_BYTES_MAX: usize = 16 * 1024;
/// Fields that are drawn with the page and are nobody's words.
const DRAWN: [&str; 4] = ["act", "once", "version", "kept"];

/// The fields of the form, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Typed(Vec<(String, String)>);

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// The field, by its name.
    pub(super) field: String,
    /// The key of what to do.
    pub(super) key: &'static str,
}

/// Acts in their order; after each, the fields that are sent and no longer held.
pub(super) type Plan = Vec<(Act, Sent)>;

/// Which fields an act sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    /// None.
    Nothing,
    /// The comments, and of message and note those that went as comments.
    Comments { message: bool, note: bool },
    /// Everything.
    All,
    /// Those whose names begin so.
    Under(&'static str),
}

/// A part of a content: a field, in a language where it has any.
pub(super) fn slug(field: &str, language: Option<&str>) -> String {
    language.map_or_else(|| field.to_owned(), |language| format!("{field}.{language}"))
}

/// The field and the language of a part.
pub(super) fn part(slug: &str) -> (String, String) {
    match slug.rsplit_once('.') {
        Some((field, language)) if language.parse::<Language>().is_ok() => (field.to_owned(), language.to_owned()),
        _ => (slug.to_owned(), String::new()),
    }
}

impl Typed {
    pub(super) fn of_form(form: &SentForm) -> Self {
        Self(form.fields.iter().map(|field| (field.name.clone(), field.value.clone())).collect())
    }

    pub(super) const fn of_held(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    /// What stands in the first field of this name.
    pub(super) fn value(&self, name: &str) -> &str {
        self.0.iter().find(|(one, _)| one == name).map_or("", |(_, value)| value)
    }

    pub(super) fn has(&self, name: &str, value: &str) -> bool {
        self.0.iter().any(|(one, said)| one == name && said == value)
    }

    /// The content that it was typed about.
    pub(super) fn digest(&self) -> Option<Digest> {
        self.value("digest").parse().ok()
    }

    /// What is worth keeping: nothing where nothing was typed.
    pub(super) fn kept(&self) -> Vec<(String, String)> {
        let typed = |(name, value): &&(String, String)| !DRAWN.contains(&name.as_str()) && !value.is_empty();
        let kept: Vec<_> = self.0.iter().filter(typed).cloned().collect();
        if kept.iter().all(|(name, _)| name == "digest") { Vec::new() } else { kept }
    }

    /// Whether there are words of anybody's in it.
    pub(super) fn has_words(&self) -> bool {
        let drawn = |name: &str| DRAWN.contains(&name) || ["digest", "viewed", "verdict"].contains(&name);
        self.0.iter().any(|(name, value)| !drawn(name) && says_something(value))
    }

    /// What holds of any content: a verdict, what was viewed and when to publish are said of one content and do not pass to another.
    pub(super) fn about_another_content(&self) -> Self {
        let stays = |name: &str| !["verdict", "viewed", "publish_at"].contains(&name);
        Self(self.0.iter().filter(|(name, _)| stays(name)).cloned().collect())
    }

    /// What stays when something was sent.
    pub(super) fn after(&self, sent: Sent) -> Self {
        let stays = |name: &str| match sent {
            Sent::Nothing => true,
            Sent::All => false,
            Sent::Under(prefix) => !name.starts_with(prefix),
            Sent::Comments { message, note } => {
                !(name.starts_with("c.")
                    || name.starts_with("a.")
                    || (message && name == "message")
                    || (note && name == "note"))
            }
        };
        Self(self.0.iter().filter(|(name, _)| stays(name)).cloned().collect())
    }

    fn under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let named = self.0.iter().filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value.as_str())));
        named.filter(|(_, value)| says_something(value))
    }

    /// Whether anything is held about a part.
    pub(super) fn is_about(&self, slug: &str) -> bool {
        ["c", "r"].iter().any(|what| !self.value(&format!("{what}.{slug}")).is_empty())
    }

    /// The parts that something is held about.
    pub(super) fn slugs(&self) -> std::collections::BTreeSet<String> {
        self.under("c.").chain(self.under("r.")).map(|(slug, _)| slug.to_owned()).collect()
    }

    /// How many comments and requested changes are held.
    pub(super) fn held_count(&self) -> u64 {
        (self.under("c.").count() + self.under("r.").count()) as u64
    }

    fn comments(&self, message: bool, note: bool) -> Vec<HeldCommentBody> {
        let comments = self.under("c.").map(|(slug, text)| {
            let (field, language) = part(slug);
            let told = self.value(&format!("a.{slug}")) == "contributor";
            let audience = told.then(|| "contributor".to_owned());
            HeldCommentBody { field, language, text: text.to_owned(), audience }
        });
        let whole = |name: &str, audience: Option<&str>| {
            let text = self.value(name);
            says_something(text).then(|| HeldCommentBody {
                field: String::new(),
                language: String::new(),
                text: text.to_owned(),
                audience: audience.map(str::to_owned),
            })
        };
        let message = message.then(|| whole("message", Some("contributor"))).flatten();
        let note = note.then(|| whole("note", None)).flatten();
        comments.chain(message).chain(note).collect()
    }

    fn items(&self) -> Vec<ItemBody> {
        let items = self.under("r.").map(|(slug, text)| {
            let (field, language) = part(slug);
            ItemBody { field, language, quote: String::new(), text: text.to_owned() }
        });
        items.collect()
    }

    fn checklist(&self) -> Vec<ChecklistAnswerBody> {
        let answers = self
            .under("k.")
            .map(|(key, answer)| ChecklistAnswerBody { key: key.to_owned(), answer: answer.to_owned() });
        answers.collect()
    }

    /// A text that must say something.
    fn reason(&self, name: &'static str, faults: &mut Vec<Fault>) -> String {
        let text = self.value(name);
        if !says_something(text) {
            faults.push(Fault { field: name.to_owned(), key: "review.fault.empty" });
        }
        text.to_owned()
    }

    fn too_long(&self) -> Vec<Fault> {
        let limit = |name: &str| match name {
            "note" | "message" | "hold_reason" | "dup_reason" | "conflict_reason" | "assign_note" => TEXT_BYTES_MAX,
            _ => ITEM_BYTES_MAX,
        };
        let long = self.0.iter().filter(|(name, value)| value.len() > limit(name));
        long.map(|(name, _)| Fault { field: name.clone(), key: "review.fault.long" }).collect()
    }

    /// What the button asks for; nothing where the form has no such button. A moment or a person that cannot be read is a fault of its field.
    pub(super) fn plan(&self, act: &str) -> Result<Plan, Vec<Fault>> {
        let mut faults = self.too_long();
        let Some(digest) = self.digest() else {
            return Err(vec![Fault { field: "verdict".to_owned(), key: "review.fault.stale" }]);
        };
        let plan = match act.split('/').collect::<Vec<_>>().as_slice() {
            ["claim"] => vec![(Act::Claim, Sent::Nothing)],
            ["release"] => vec![(Act::Release, Sent::Nothing)],
            ["resume"] => vec![(Act::Resume, Sent::Nothing)],
            ["hold"] => vec![(self.hold(&mut faults), Sent::Under("hold_"))],
            ["assign"] => self.assign(&mut faults).into_iter().map(|act| (act, Sent::Under("assign_"))).collect(),
            ["duplicate"] => {
                self.duplicate(digest, &mut faults).into_iter().map(|act| (act, Sent::Under("dup_"))).collect()
            }
            ["conflict"] => {
                let reason = self.reason("conflict_reason", &mut faults);
                vec![(Act::DeclareConflict(ConflictBody { reason }), Sent::Under("conflict_"))]
            }
            ["settle", round, item] => vec![(self.settle(digest, round, item, None), Sent::Nothing)],
            ["reopen", round, item] => {
                let name = format!("s.{round}.{item}");
                let text = self.value(&name);
                if !says_something(text) {
                    faults.push(Fault { field: name.clone(), key: "review.fault.empty" });
                }
                vec![(self.settle(digest, round, item, Some(text.to_owned())), Sent::Under("s."))]
            }
            ["confirm"] | ["reject"] => self.correction(act, &mut faults),
            ["decide"] => self.decide(digest, &mut faults),
            _ => return Ok(Vec::new()),
        };
        if faults.is_empty() { Ok(plan) } else { Err(faults) }
    }

    fn settle(&self, digest: Digest, round: &str, item: &str, text: Option<String>) -> Act {
        let outcome = if text.is_some() { "reopened" } else { "accepted" }.to_owned();
        // No change has number 0: what is no number is no such change.
        let number = |text: &str| text.parse().unwrap_or_default();
        Act::Settle(SettleBody { digest, round: number(round), item: number(item), outcome, text })
    }

    fn hold(&self, faults: &mut Vec<Fault>) -> Act {
        let until = self.value("hold_until");
        let until = (!until.trim().is_empty()).then(|| moment_typed(until));
        if until.as_deref().is_some_and(|until| dossier_web::moment::read(until).is_none()) {
            faults.push(Fault { field: "hold_until".to_owned(), key: "review.fault.moment" });
        }
        Act::Hold(HoldBody {
            awaited: self.reason("hold_awaited", faults),
            reason: self.reason("hold_reason", faults),
            until,
        })
    }

    fn assign(&self, faults: &mut Vec<Fault>) -> Option<Act> {
        let Ok(subject) = self.value("assign_to").parse::<SubjectId>() else {
            faults.push(Fault { field: "assign_to".to_owned(), key: "review.fault.choose" });
            return None;
        };
        let note = Some(self.value("assign_note").to_owned()).filter(|note| says_something(note));
        Some(Act::Assign(AssignBody { subject, note }))
    }

    fn duplicate(&self, digest: Digest, faults: &mut Vec<Fault>) -> Option<Act> {
        let reason = self.reason("dup_reason", faults);
        // People paste the address of the entry's page.
        let typed = self.value("dup_of").trim().trim_end_matches('/');
        let Ok(duplicate_of) = typed.rsplit('/').next().unwrap_or_default().parse::<EntryId>() else {
            faults.push(Fault { field: "dup_of".to_owned(), key: "review.fault.entry" });
            return None;
        };
        Some(Act::MarkDuplicate(DuplicateBody { digest, duplicate_of, reason }))
    }

    fn correction(&self, act: &str, faults: &mut Vec<Fault>) -> Plan {
        let Ok(digest) = self.value("correction").parse::<Digest>() else {
            faults.push(Fault { field: "correction_note".to_owned(), key: "review.fault.stale" });
            return Vec::new();
        };
        if act == "confirm" {
            let note = Some(self.value("correction_note").to_owned()).filter(|note| says_something(note));
            return vec![(Act::ConfirmCorrection(ConfirmBody { digest, note }), Sent::Under("correction_"))];
        }
        let reason = self.reason("correction_note", faults);
        vec![(Act::RejectCorrection(RejectBody { digest, reason }), Sent::Under("correction_"))]
    }

    /// The verdict with everything that was held.
    fn decide(&self, digest: Digest, faults: &mut Vec<Fault>) -> Plan {
        let verdict = self.value("verdict");
        // What is told with the verdict itself is no comment besides.
        let (message, note) = match verdict {
            "approve" | "object" => (true, false),
            "refuse" => (false, true),
            _ => (true, true),
        };
        let comments = self.comments(message, note);
        let finish = |comments: Vec<HeldCommentBody>| {
            (!comments.is_empty())
                .then_some((Act::Finish(FinishBody { digest, comments }), Sent::Comments { message, note }))
        };
        if !matches!(verdict, "changes" | "") && !self.items().is_empty() {
            faults.push(Fault { field: "verdict".to_owned(), key: "review.fault.asked" });
        }
        let act = match verdict {
            "approve" => self.approve(digest, faults),
            "object" => {
                let reason = self.reason("note", faults);
                Act::Object(ObjectBody { digest, reason, checklist: self.checklist() })
            }
            "refuse" => {
                let (code, reason) = (self.value("code").to_owned(), self.reason("message", faults));
                if code.is_empty() {
                    faults.push(Fault { field: "code".to_owned(), key: "review.fault.choose" });
                }
                Act::Refuse(RefuseBody { digest, code, reason })
            }
            "changes" => {
                let body = RequestBody { digest, items: self.items(), comments };
                return vec![(Act::RequestChanges(body), Sent::All)];
            }
            "comment" if comments.is_empty() => {
                faults.push(Fault { field: "message".to_owned(), key: "review.fault.empty" });
                return Vec::new();
            }
            "comment" => return finish(comments).into_iter().collect(),
            _ => {
                faults.push(Fault { field: "verdict".to_owned(), key: "review.fault.choose" });
                return Vec::new();
            }
        };
        finish(comments).into_iter().chain([(act, Sent::All)]).collect()
    }

    fn approve(&self, digest: Digest, faults: &mut Vec<Fault>) -> Act {
        let at = self.value("publish_at");
        let publish_at = (!at.trim().is_empty()).then(|| moment_typed(at));
        if publish_at.as_deref().is_some_and(|at| dossier_web::moment::read(at).is_none()) {
            faults.push(Fault { field: "publish_at".to_owned(), key: "review.fault.moment" });
        }
        let note = Some(self.value("note").to_owned()).filter(|note| says_something(note));
        Act::Approve(ApproveBody { digest, note, checklist: self.checklist(), publish_at })
    }
}

#[cfg(test)]
mod tests;
