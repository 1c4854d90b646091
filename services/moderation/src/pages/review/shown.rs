//! The page of a review: what stands above, and the difference.

use askama::Template;
use dossier_proto::{Digest, Micros, SubjectId};
use dossier_registry::{Language, RecordType, Registry, title};
use dossier_web::{
    moment,
    page::{Words, icon},
    visit::FORM_TOKEN_FIELD,
};

use super::{
    blocks::{Block, Blocks, Drawing},
    deliberated::{AskedShown, CheckShown, HistoryShown, OpinionTold, Question, Say, Teller},
    standing::{CorrectionTold, Decision, Side, Status},
    typed::{Fault, Typed},
};
use crate::{
    api::{messages::CommentShown, offers::Offers, one_review::ReviewShown, shown::Somebody},
    pages::{
        fresh_key, percent,
        said::{Spoken, clock_of},
    },
};

/// What stands around a review when it is drawn.
pub(super) struct Around<'a> {
    pub(super) words: &'static Words,
    pub(super) language: Language,
    pub(super) registry: Option<&'a Registry>,
    pub(super) now: Micros,
    pub(super) token: &'a str,
    pub(super) version: u64,
    /// None of a moment that has passed.
    pub(super) offers: Option<Offers>,
    pub(super) typed: &'a Typed,
    pub(super) told: Option<String>,
    pub(super) faults: Vec<Fault>,
    /// The content that was typed about, when it is another one than is there now.
    pub(super) since: Option<Digest>,
    pub(super) against: Option<&'a str>,
    pub(super) as_of: Option<&'a str>,
    pub(super) last_look: Option<Digest>,
    pub(super) assignees: Vec<(SubjectId, Option<String>)>,
    pub(super) watching: Vec<(Option<String>, Micros)>,
}

/// A fault in the summary.
pub(super) struct FaultShown {
    pub(super) control: String,
    pub(super) text: String,
}

/// Something to compare with.
pub(super) struct Switch {
    pub(super) address: String,
    pub(super) label: String,
    pub(super) is_here: bool,
}

/// A block with what was said about it.
pub(super) struct BlockShown {
    pub(super) block: Block,
    /// The end of the ids of its controls.
    pub(super) control: String,
    pub(super) says: Vec<Say>,
    pub(super) comment: String,
    pub(super) request: String,
    pub(super) is_told: bool,
    pub(super) is_viewed: bool,
    pub(super) change: Option<String>,
}

impl BlockShown {
    pub(super) const fn is_held(&self) -> bool {
        !self.comment.is_empty() || !self.request.is_empty()
    }
}

#[derive(Template)]
#[template(path = "review.html")]
pub(super) struct Page<'a> {
    words: &'static Words,
    token_field: &'static str,
    token: &'a str,
    address: String,
    kept_address: String,
    once: String,
    version: u64,
    id: String,
    digest: String,
    number: Option<String>,
    kind: Spoken,
    revision: String,
    title: Spoken,
    tone: &'static str,
    picture: String,
    state: String,
    waiting: String,
    since: String,
    body: Spoken,
    what_changed: Option<String>,
    is_turn: bool,
    told: Option<String>,
    faults: Vec<FaultShown>,
    newer: Option<String>,
    as_of: Option<String>,
    now_address: String,
    switches: Vec<Switch>,
    counted: Option<String>,
    changed: Vec<BlockShown>,
    others: Vec<BlockShown>,
    others_heading: String,
    general: Vec<Say>,
    is_readable: bool,
    takes_part: bool,
    may_comment: bool,
    typed: &'a Typed,
    held: Option<String>,
    viewed: String,
    asked: Vec<AskedShown>,
    asked_count: String,
    checks: Vec<CheckShown>,
    questions: Vec<Question>,
    answered: String,
    opinions: Vec<OpinionTold>,
    conflicts: Vec<Say>,
    decision: Decision,
    side: Side,
    correction: Option<CorrectionTold>,
    status: Status,
    history: Vec<HistoryShown>,
    events: String,
}

impl<'a> Page<'a> {
    pub(super) fn of(review: &ReviewShown, around: &Around<'a>) -> Self {
        let words = around.words;
        let summary = &review.review;
        let kind = around.registry.and_then(|registry| registry.record_type(&summary.record_type));
        let teller =
            Teller { words, language: around.language, kind, registry: around.registry, entry: &summary.entry };
        let takes_part = around.offers.as_ref().is_some_and(takes_part);
        let drawn = drawing(review, around, kind).blocks(&review.comments, around.typed);
        let counted = review.difference.as_ref().map(|_| counted(&drawn, words));
        let shown = |block: Block| block_shown(block, &teller, around.typed);
        let Blocks { changed, others, general } = drawn;
        let viewed = changed.iter().filter(|block| around.typed.has("viewed", &block.slug)).count();
        let viewed =
            words.fill("review.viewed_count", &[("viewed", &viewed.to_string()), ("all", &changed.len().to_string())]);
        let waited = since(summary, around.now, review.as_of.is_some());
        let clock = clock_of(&summary.state, waited, words);
        let is_turn = takes_part && summary.state == "in-review" && around.offers.as_ref().is_some_and(may_decide);
        let (tone, picture, state) = teller.state(summary, is_turn);
        let held = around.typed.held_count();
        let open = review
            .requested_changes
            .iter()
            .filter(|one| matches!(one.state.as_str(), "answered" | "open" | "reopened"))
            .count();
        Self {
            token_field: FORM_TOKEN_FIELD,
            token: around.token,
            address: format!("/review/entries/{}", summary.entry),
            kept_address: format!("/review/entries/{}/kept", summary.entry),
            once: fresh_key(),
            version: around.version,
            id: summary.entry.clone(),
            digest: summary.digest.clone(),
            number: summary.number.clone(),
            kind: kind.map_or_else(
                || Spoken::plain(summary.record_type.clone()),
                |kind| Spoken::of(kind.labels.show(around.language, &kind.key), around.language),
            ),
            revision: teller.revision(summary),
            title: teller.title(review.content.as_ref()),
            tone,
            picture: icon(picture),
            state,
            waiting: clock.waiting.clone(),
            since: teller.moment(&summary.since),
            body: match around.registry {
                Some(registry) => {
                    Spoken::of(registry.body_label(&summary.body, around.language, around.now), around.language)
                }
                None => Spoken::plain(summary.body.clone()),
            },
            what_changed: review.submission.what_changed.clone(),
            is_turn,
            told: around.told.clone(),
            faults: around.faults.iter().map(|fault| fault_shown(fault, words)).collect(),
            newer: around.since.map(|_| words.with("review.newer", "revision", summary.revision)),
            as_of: review
                .as_of
                .as_ref()
                .map(|shown| words.with("review.as_of_note", "moment", teller.moment(&shown.instant))),
            now_address: format!("/review/entries/{}", summary.entry),
            switches: switches(review, around),
            counted,
            others_heading: words.count("review.fields_unchanged", others.len() as u64),
            changed: changed.into_iter().map(shown).collect(),
            others: others.into_iter().map(shown).collect(),
            general: general.iter().map(|comment| teller.say(comment)).collect(),
            is_readable: review.content.is_some(),
            takes_part,
            may_comment: around.offers.as_ref().is_some_and(|offers| offers.comment.is_ok()),
            typed: around.typed,
            held: (held > 0).then(|| words.count("review.held_count", held)),
            viewed,
            asked: review.requested_changes.iter().map(|one| teller.asked(one, around.typed)).collect(),
            asked_count: words.count("review.to_settle", open as u64),
            checks: teller.checks(review),
            questions: teller.questions(review, around.typed),
            answered: teller.answered(review, around.typed),
            opinions: review.opinions.iter().map(|one| teller.opinion(one)).collect(),
            conflicts: review.conflicts.iter().map(|one| teller.conflict(one)).collect(),
            decision: Decision::of(review, around, &teller),
            side: Side::of(around, &teller),
            correction: CorrectionTold::of(review, around, &teller),
            status: Status::of(review, around, &teller, clock),
            events: words.count("review.events", review.history.len() as u64),
            history: review.history.iter().rev().map(|one| teller.happened(one)).collect(),
            words,
        }
    }

    /// The title of the tab begins with what waits.
    pub(super) fn tab_title(&self) -> String {
        let name = self.number.as_deref().unwrap_or(&self.title.text);
        let name: String = name.chars().take(80).collect();
        let key = match (self.faults.is_empty() && self.told.is_none(), self.is_turn) {
            (false, _) => "review.tab_error",
            (true, true) => "review.tab_turn",
            (true, false) => "review.tab",
        };
        self.words.with(key, "name", name)
    }

    #[allow(clippy::unused_self)] // Templates call methods.
    fn icon(&self, name: &str) -> String {
        icon(name)
    }

    fn fault(&self, field: &str) -> Option<&str> {
        let control = control(field);
        self.faults.iter().find(|fault| fault.control == control).map(|fault| fault.text.as_str())
    }

    fn value(&self, name: &str) -> &str {
        self.typed.value(name)
    }
}

/// The id of the control with this name.
pub(super) fn control(name: &str) -> String {
    name.replace(['.', '/'], "-")
}

fn fault_shown(fault: &Fault, words: &Words) -> FaultShown {
    FaultShown { control: control(&fault.field), text: words.text(fault.key).to_owned() }
}

/// Whether somebody deliberates: whoever is refused for another reason than their designation does, or did.
fn takes_part(offers: &Offers) -> bool {
    use crate::domain::Refusal;
    let is_strange = |offer: &Result<(), Refusal>| {
        matches!(offer, Err(Refusal::NotEntitled { .. } | Refusal::NotFound | Refusal::WrongActor(_)))
    };
    !(is_strange(&offers.comment) && is_strange(&offers.approve))
}

fn may_decide(offers: &Offers) -> bool {
    [&offers.approve, &offers.object, &offers.request_changes, &offers.refuse].into_iter().any(Result::is_ok)
}

/// For how long the one who has the next move has had it, the time on hold left out as far as it is known.
fn since(summary: &crate::api::shown::Summary, now: Micros, is_past: bool) -> u64 {
    let began = moment::read(&summary.turn.since).unwrap_or(now);
    let seconds = u64::try_from(now.0.saturating_sub(began.0) / Micros::SECOND).unwrap_or_default();
    if is_past { 0 } else { seconds.saturating_sub(summary.held_seconds) }
}

fn drawing<'a>(review: &'a ReviewShown, around: &Around<'a>, kind: Option<&'a RecordType>) -> Drawing<'a> {
    let words = around.words;
    let before = review.difference.as_ref().map(|difference| match difference.edition {
        Some(edition) => words.with("review.edition", "edition", edition),
        None => words.with("review.revision", "revision", difference.revision),
    });
    Drawing {
        registry: around.registry,
        kind,
        entry: &review.review.entry,
        content: review.content.as_ref(),
        difference: review.difference.as_ref(),
        language: around.language,
        words,
        now: around.now,
        before: before.unwrap_or_default(),
        after: words.with("review.revision", "revision", review.review.revision),
    }
}

fn counted(blocks: &Blocks, words: &Words) -> String {
    let (changed, all) = (blocks.changed.len(), blocks.changed.len() + blocks.others.len());
    words.fill("review.fields_changed", &[("changed", &changed.to_string()), ("all", &all.to_string())])
}

fn block_shown(block: Block, teller: &Teller<'_>, typed: &Typed) -> BlockShown {
    BlockShown {
        says: block.comments.iter().map(|comment: &CommentShown| teller.say(comment)).collect(),
        comment: typed.value(&block.comment_name()).to_owned(),
        request: typed.value(&block.request_name()).to_owned(),
        is_told: typed.has(&block.audience_name(), "contributor"),
        is_viewed: typed.has("viewed", &block.slug),
        control: control(&block.slug),
        change: block.change.map(|key| teller.words.text(key).to_owned()),
        block,
    }
}

fn switches(review: &ReviewShown, around: &Around<'_>) -> Vec<Switch> {
    let words = around.words;
    let shown = review.difference.as_ref().map(|difference| difference.against.as_str());
    let asked = around.against.unwrap_or_default();
    let mut switches = Vec::new();
    let mut add = |key: &str, label: String, is_default: bool| {
        let mut address = format!("?against={key}");
        if let Some(as_of) = around.as_of {
            address.push_str("&as_of=");
            address.push_str(&percent(as_of));
        }
        let is_here = if asked.is_empty() { is_default } else { asked == key };
        switches.push(Switch { address, label, is_here });
    };
    let summary = &review.review;
    let usual = around.since.is_none();
    if let Some(edition) = summary.edition.filter(|_| review.submission.base_edition.is_some()) {
        add("edition", words.with("review.against_edition", "edition", edition), usual && shown == Some("edition"));
    }
    if summary.round > 1 {
        add("submission", words.text("review.against_submission").to_owned(), usual && shown == Some("submission"));
    }
    if around.last_look.is_some() && around.as_of.is_none() {
        add("look", words.text("review.against_look").to_owned(), !usual);
    }
    if !switches.is_empty() {
        let mut address = "?against=nothing".to_owned();
        if let Some(as_of) = around.as_of {
            address.push_str("&as_of=");
            address.push_str(&percent(as_of));
        }
        switches.push(Switch {
            address,
            label: words.text("review.against_nothing").to_owned(),
            is_here: asked == "nothing",
        });
    }
    switches
}

impl Teller<'_> {
    pub(super) fn title(&self, content: Option<&serde_json::Value>) -> Spoken {
        let shown = content.zip(self.kind).and_then(|(content, kind)| title(kind, content, self.language));
        match shown {
            Some(shown) => Spoken::of(shown, self.language),
            None => Spoken::ours(self.words.text("review.no_title").to_owned()),
        }
    }

    /// A person where their name may be seen, else as what they acted.
    pub(super) fn person(&self, by: &Somebody) -> String {
        let role = self.words.known(&format!("role.{}", by.role)).or_else(|| self.words.known("review.system"));
        let role = role.unwrap_or(&by.role);
        match &by.name {
            Some(name) => self.words.fill("review.person", &[("name", name), ("role", role)]),
            None => role.to_owned(),
        }
    }

    pub(super) fn moment(&self, written: &str) -> String {
        moment::read(written).map(|at| self.words.moment(at)).unwrap_or_else(|| written.to_owned())
    }
}
