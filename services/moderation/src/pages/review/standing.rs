//! Where a review stands, and what may be done about it.

use dossier_proto::Micros;
use dossier_web::{moment, page::icon};

use super::{deliberated::Teller, shown::Around};
use crate::{
    api::{offers::Offer, one_review::ReviewShown},
    pages::{
        said::{Clock, Spoken, USUAL_SECONDS, duration},
        told::why_not,
    },
};

/// A verdict that may be given, or why not.
pub(super) struct Verdict {
    pub(super) key: &'static str,
    pub(super) label: String,
    pub(super) hint: String,
    pub(super) why_not: Option<String>,
    pub(super) is_chosen: bool,
}

/// A choice of a list.
pub(super) struct Option_ {
    pub(super) key: String,
    pub(super) label: Spoken,
    pub(super) is_chosen: bool,
}

/// The decision.
pub(super) struct Decision {
    pub(super) verdicts: Vec<Verdict>,
    /// When nothing may be decided for one reason, it is said once.
    pub(super) why_not: Option<String>,
    pub(super) may: bool,
    pub(super) codes: Vec<Option_>,
    pub(super) digest: Vec<String>,
}

/// What else may be done. A text says why not.
pub(super) struct Side {
    pub(super) claim: Result<(), String>,
    pub(super) release: bool,
    pub(super) hold: Result<(), String>,
    pub(super) resume: bool,
    pub(super) assign: Result<(), String>,
    pub(super) duplicate: Result<(), String>,
    pub(super) conflict: Result<(), String>,
    pub(super) awaited: Vec<Option_>,
    pub(super) assignees: Vec<Option_>,
}

/// A correction that waits for a second moderator.
pub(super) struct CorrectionTold {
    pub(super) heading: String,
    pub(super) reason: Option<String>,
    pub(super) by: String,
    pub(super) digest: String,
    pub(super) fields: Vec<Spoken>,
    pub(super) is_confirmed: bool,
    pub(super) confirm: Result<(), String>,
    pub(super) may_reject: bool,
}

/// A step of the path.
pub(super) struct Step {
    pub(super) picture: String,
    pub(super) text: String,
    pub(super) aside: String,
    pub(super) is_current: bool,
}

/// The status panel.
pub(super) struct Status {
    pub(super) turn: String,
    pub(super) claim: Option<String>,
    pub(super) hold: Option<String>,
    pub(super) steps: Vec<Step>,
    pub(super) clock: Clock,
    pub(super) usual: String,
    pub(super) public: Option<(String, String)>,
    pub(super) watching: Vec<String>,
    pub(super) original: String,
    pub(super) withheld: usize,
    pub(super) withheld_count: String,
    pub(super) files: Vec<FileTold>,
    pub(super) submitted: String,
}

/// An attached file.
pub(super) struct FileTold {
    pub(super) name: String,
    pub(super) address: Option<String>,
    pub(super) state: String,
}

fn offered(offer: &Offer, teller: &Teller<'_>) -> Result<(), String> {
    offer.as_ref().copied().map_err(|refusal| why_not(refusal, teller.words))
}

impl Decision {
    pub(super) fn of(review: &ReviewShown, around: &Around<'_>, teller: &Teller<'_>) -> Self {
        let words = teller.words;
        let chosen = around.typed.value("verdict");
        let mut verdicts = Vec::new();
        let mut add = |key: &'static str, offer: &Offer| {
            let label = match key {
                "approve" => words.with("review.verdict.approve", "revision", review.review.revision),
                key => words.text(&format!("review.verdict.{key}")).to_owned(),
            };
            verdicts.push(Verdict {
                key,
                label,
                hint: words.text(&format!("review.verdict.{key}-hint")).to_owned(),
                why_not: offered(offer, teller).err(),
                is_chosen: chosen == key,
            });
        };
        if let Some(offers) = &around.offers {
            add("approve", &offers.approve);
            add("object", &offers.object);
            add("changes", &offers.request_changes);
            add("refuse", &offers.refuse);
            add("comment", &offers.comment);
        }
        let may = verdicts.iter().any(|verdict| verdict.why_not.is_none());
        let first = verdicts.first().and_then(|verdict| verdict.why_not.clone()).filter(|_| !may);
        let same = verdicts.iter().all(|verdict| verdict.why_not == first);
        let refusals = around.registry.map(dossier_registry::Registry::refusals).unwrap_or_default();
        let code = around.typed.value("code");
        Self {
            why_not: first.filter(|_| same),
            may,
            verdicts,
            codes: refusals.iter().map(|reason| choice(reason, code, teller)).collect(),
            digest: review
                .review
                .digest
                .as_bytes()
                .chunks(4)
                .take(4)
                .map(|part| String::from_utf8_lossy(part).into_owned())
                .collect(),
        }
    }
}

fn choice(reason: &dossier_registry::Reason, chosen: &str, teller: &Teller<'_>) -> Option_ {
    Option_ {
        key: reason.key.clone(),
        label: Spoken::of(reason.labels.show(teller.language, &reason.key), teller.language),
        is_chosen: reason.key == chosen,
    }
}

impl Side {
    pub(super) fn of(around: &Around<'_>, teller: &Teller<'_>) -> Self {
        let Some(offers) = &around.offers else {
            let past = || Err(teller.words.text("review.not.past").to_owned());
            return Self {
                claim: past(),
                release: false,
                hold: past(),
                resume: false,
                assign: past(),
                duplicate: past(),
                conflict: past(),
                awaited: Vec::new(),
                assignees: Vec::new(),
            };
        };
        let awaited = around.registry.map(dossier_registry::Registry::awaited).unwrap_or_default();
        let mut awaited: Vec<Option_> =
            awaited.iter().map(|reason| choice(reason, around.typed.value("hold_awaited"), teller)).collect();
        if awaited.is_empty() {
            let own = crate::domain::AWAITED.map(|key| Option_ {
                key: key.to_owned(),
                label: Spoken::ours(teller.words.text(&format!("review.awaited.{key}")).to_owned()),
                is_chosen: around.typed.value("hold_awaited") == key,
            });
            awaited.extend(own);
        }
        let assignees = around.assignees.iter().map(|(subject, name)| {
            let key = subject.to_string();
            Option_ {
                is_chosen: around.typed.value("assign_to") == key,
                label: Spoken::plain(name.clone().unwrap_or_else(|| key.clone())),
                key,
            }
        });
        Self {
            claim: offered(&offers.claim, teller),
            release: offers.release.is_ok(),
            hold: offered(&offers.hold, teller),
            resume: offers.resume.is_ok(),
            assign: offered(&offers.assign, teller),
            duplicate: offered(&offers.duplicate, teller),
            conflict: offered(&offers.conflict, teller),
            assignees: assignees.collect(),
            awaited,
        }
    }
}

impl CorrectionTold {
    pub(super) fn of(review: &ReviewShown, around: &Around<'_>, teller: &Teller<'_>) -> Option<Self> {
        let correction = review.correction.as_ref()?;
        let field = |key: &String| super::blocks::field_label(teller.kind, key, teller.language);
        let confirm = around.offers.as_ref().map_or(Err(String::new()), |offers| offered(&offers.confirm, teller));
        Some(Self {
            heading: teller.words.with("review.correction", "edition", correction.edition),
            reason: correction.reason.clone(),
            by: correction.by.as_ref().map(|by| teller.person(by)).unwrap_or_default(),
            digest: correction.digest.clone(),
            fields: correction.fields.iter().filter_map(field).collect(),
            is_confirmed: correction.confirmed,
            confirm,
            may_reject: around.offers.as_ref().is_some_and(|offers| offers.reject.is_ok()),
        })
    }
}

impl Status {
    pub(super) fn of(review: &ReviewShown, around: &Around<'_>, teller: &Teller<'_>, clock: Clock) -> Self {
        let (words, summary) = (teller.words, &review.review);
        let claim = summary.claim.as_ref().map(|claim| {
            let until = teller.moment(&claim.until);
            match claim.mine {
                true => words.with("review.claimed_until", "moment", until),
                false => words.fill("review.with_until", &[("name", &teller.person(&claim.by)), ("moment", &until)]),
            }
        });
        let hold = review.hold.as_ref().map(|hold| {
            let reason = hold.reason.clone().unwrap_or_default();
            match &hold.until {
                Some(until) => {
                    words.fill("review.held_until", &[("moment", &teller.moment(until)), ("reason", &reason)])
                }
                None => words.with("review.held_open", "reason", reason),
            }
        });
        let public = summary.edition.zip(summary.number.as_ref());
        let watching = around.watching.iter().map(|(name, since)| {
            let seconds = u64::try_from(around.now.0.saturating_sub(since.0) / Micros::SECOND).unwrap_or_default();
            let name = name.as_deref().unwrap_or_else(|| words.text("role.moderator"));
            words.fill("review.watching_since", &[("name", name), ("time", &duration(seconds, words))])
        });
        let original = summary.language.as_str();
        Self {
            turn: words.known(&format!("review.turn_{}", summary.turn.who)).unwrap_or(&summary.turn.who).to_owned(),
            claim,
            hold,
            steps: steps(review, teller),
            clock,
            usual: duration(USUAL_SECONDS, words),
            public: public.map(|(edition, _)| {
                (format!("/entries/{}", summary.entry), words.with("review.edition", "edition", edition))
            }),
            watching: watching.collect(),
            original: words.known(&format!("review.language_{original}")).unwrap_or(original).to_owned(),
            withheld: review.withheld.len(),
            withheld_count: words.number(review.withheld.len() as u64),
            files: files(review, teller),
            submitted: moment::read(&summary.submitted_at).map(|at| words.moment(at)).unwrap_or_default(),
        }
    }
}

fn files(review: &ReviewShown, teller: &Teller<'_>) -> Vec<FileTold> {
    let told = review.files.iter().map(|file| FileTold {
        name: file.name.clone().unwrap_or_else(|| file.media_type.clone()),
        address: file.arrived.then(|| format!("/review/entries/{}/files/{}", teller.entry, file.digest)),
        state: match (file.erased, file.arrived) {
            (true, _) => teller.words.text("review.file_erased").to_owned(),
            (false, false) => teller.words.text("review.file_coming").to_owned(),
            _ => String::new(),
        },
    });
    told.collect()
}

/// Submitted, cleared, the stages, published.
fn steps(review: &ReviewShown, teller: &Teller<'_>) -> Vec<Step> {
    let words = teller.words;
    let by = teller.person(&review.submission.by);
    let submitted = format!("{}, {by}", teller.moment(&review.review.submitted_at));
    let done = |key: &str, aside: String| Step {
        picture: icon("ok"),
        text: words.text(key).to_owned(),
        aside,
        is_current: false,
    };
    let mut steps = vec![done("review.step_submitted", submitted)];
    if let Some(cleared) = &review.submission.cleared {
        steps.push(done("review.step_cleared", teller.moment(&cleared.at)));
    }
    for stage in &review.stages {
        let needs = stage.needs.iter().map(|need| {
            let who = words.text(&format!("review.chair_{}", need.who)).to_owned();
            words.fill(
                "review.need",
                &[("who", &who), ("given", &need.given.to_string()), ("count", &need.count.to_string())],
            )
        });
        let needs: Vec<String> = needs.collect();
        let aside = match stage.standing {
            Some("split") => words.text("review.split").to_owned(),
            Some("objected") => words.text("review.objected").to_owned(),
            _ => String::new(),
        };
        let (picture, is_current) = match stage.state {
            "passed" | "ended" => ("ok", false),
            "current" => ("turn", true),
            _ => ("ring", false),
        };
        steps.push(Step {
            picture: icon(picture),
            text: words.list(&needs.iter().map(String::as_str).collect::<Vec<_>>()),
            aside,
            is_current,
        });
    }
    for decision in &review.decisions {
        let key = format!("review.decided_{}", decision.outcome);
        let aside = match &decision.publish_at {
            Some(at) => words.with("review.not_before", "moment", teller.moment(at)),
            None => teller.moment(&decision.at),
        };
        steps.push(Step { picture: icon("ok"), text: words.text(&key).to_owned(), aside, is_current: false });
    }
    let is_public = review.review.state == "published";
    steps.push(Step {
        picture: icon(if is_public { "ok" } else { "ring" }),
        text: words.text("review.step_published").to_owned(),
        aside: String::new(),
        is_current: false,
    });
    steps
}
