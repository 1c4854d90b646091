//! Checks what people typed and seals it, before anything is decided. What needs the words is computed here.

use std::collections::{BTreeMap, btree_map::Entry};

use dossier_proto::{Digest, v1};
use dossier_registry::{Language, RecordType, says_something};
use dossier_vault::Purpose;
use dossier_web::{Answer, ProblemKind, extract::FieldError};

use super::{
    Desk,
    bodies::{ApproveBody, CommentBody, HeldCommentBody, RefuseBody, RequestBody},
    errors, files,
    limits::{CODE_BYTES_MAX, ITEM_BYTES_MAX, QUOTE_BYTES_MAX, TEXT_BYTES_MAX, check_length, check_text},
    locks::{Context, Under, Whose},
    moment,
};
use crate::{
    domain::{Approval, HELD_COMMENTS_MAX, REQUESTED_CHANGES_MAX, SubmittedWords},
    reading,
    words::WordsError,
};

pub(super) fn seal_comment(desk: &Desk, context: &Context, body: &CommentBody) -> Answer<v1::Comment> {
    let mut errors = Vec::new();
    check_text(&mut errors, "/text", &body.text, TEXT_BYTES_MAX);
    context.check_place(&mut errors, "", &body.field, &body.language);
    refuse_if_any(&errors)?;
    let audience = audience("", body.audience.as_deref())?;
    let lock = context.lock(desk, whose(audience))?;
    Ok(v1::Comment {
        digest: body.digest.to_vec(),
        field: body.field.clone(),
        language: body.language.clone(),
        text: lock.seal(desk, context.entry, Purpose::Comment, &body.text)?,
        audience: audience.into(),
    })
}

/// Comments that are sent in one go. What the contributor reads has one key for all of them, what stays inside another.
pub(super) fn seal_held(
    desk: &Desk,
    context: &Context,
    held: &[HeldCommentBody],
    digest: &Digest,
) -> Answer<Vec<v1::Comment>> {
    let mut errors = Vec::new();
    for (at, comment) in held.iter().enumerate().take(HELD_COMMENTS_MAX + 1) {
        check_text(&mut errors, &format!("/comments/{at}/text"), &comment.text, ITEM_BYTES_MAX);
        context.check_place(&mut errors, &format!("/comments/{at}"), &comment.field, &comment.language);
    }
    if held.len() > HELD_COMMENTS_MAX {
        let detail = format!("there are {} comments; at most {HELD_COMMENTS_MAX} fit", held.len());
        errors.push(FieldError { pointer: "/comments".to_owned(), detail });
    }
    refuse_if_any(&errors)?;
    let mut locks = BTreeMap::new();
    let sealed = held.iter().enumerate().map(|(at, comment)| {
        let audience = audience(&format!("/comments/{at}"), comment.audience.as_deref())?;
        let lock = match locks.entry(audience) {
            Entry::Occupied(taken) => *taken.get(),
            Entry::Vacant(free) => *free.insert(context.lock(desk, whose(audience))?),
        };
        Ok(v1::Comment {
            digest: digest.to_vec(),
            field: comment.field.clone(),
            language: comment.language.clone(),
            text: lock.seal(desk, context.entry, Purpose::Comment, &comment.text)?,
            audience: audience.into(),
        })
    });
    sealed.collect()
}

fn audience(under: &str, named: Option<&str>) -> Answer<v1::Audience> {
    match named {
        None | Some("moderation") => Ok(v1::Audience::Unspecified),
        Some("contributor") => Ok(v1::Audience::Contributor),
        Some(_) => {
            let detail = "a comment is for moderation, or for the contributor too".to_owned();
            Err(FieldError::problem(
                ProblemKind::InvalidRequest,
                &[FieldError { pointer: format!("{under}/audience"), detail }],
            ))
        }
    }
}

const fn whose(audience: v1::Audience) -> Whose {
    match audience {
        v1::Audience::Contributor => Whose::Message,
        v1::Audience::Unspecified => Whose::Internal,
    }
}

/// Messages to the contributor have a key of their own for each command.
pub(super) fn seal_request(desk: &Desk, context: &Context, body: &RequestBody) -> Answer<v1::RequestChanges> {
    let mut errors = Vec::new();
    if (body.items.is_empty() && !context.has_open_changes) || body.items.len() > REQUESTED_CHANGES_MAX {
        let detail = format!("there are {} changes; 1 to {REQUESTED_CHANGES_MAX} fit", body.items.len());
        errors.push(FieldError { pointer: "/items".to_owned(), detail });
    }
    for (at, item) in body.items.iter().enumerate().take(REQUESTED_CHANGES_MAX) {
        check_text(&mut errors, &format!("/items/{at}/text"), &item.text, ITEM_BYTES_MAX);
        check_length(&mut errors, &format!("/items/{at}/quote"), &item.quote, QUOTE_BYTES_MAX);
        context.check_place(&mut errors, &format!("/items/{at}"), &item.field, &item.language);
    }
    refuse_if_any(&errors)?;
    let comments = seal_held(desk, context, &body.comments, &body.digest)?;
    let lock = context.lock(desk, Whose::Message)?;
    let seal = |purpose, text: &str| lock.seal(desk, context.entry, purpose, text);
    let items = (1..).zip(&body.items).map(|(number, item)| {
        let quote = if item.quote.is_empty() { None } else { seal(Purpose::Quote, &item.quote)? };
        Ok(v1::RequestedChange {
            item: number,
            field: item.field.clone(),
            language: item.language.clone(),
            quote,
            text: seal(Purpose::RequestedChange, &item.text)?,
        })
    });
    Ok(v1::RequestChanges { digest: body.digest.to_vec(), items: items.collect::<Answer<_>>()?, comments })
}

pub(super) fn seal_refusal(desk: &Desk, context: &Context, body: &RefuseBody) -> Answer<v1::Refuse> {
    let mut errors = Vec::new();
    check_text(&mut errors, "/reason", &body.reason, TEXT_BYTES_MAX);
    check_length(&mut errors, "/code", &body.code, CODE_BYTES_MAX);
    refuse_if_any(&errors)?;
    let reason = context.lock(desk, Whose::Message)?.seal(desk, context.entry, Purpose::Reason, &body.reason)?;
    // The code stands in the clear, also when the refusal is itself refused on record: what is no code of the registry goes
    // no further than here (P11). The decision then says that it knows no such code, in its turn.
    let code = context.registry.as_ref().and_then(|registry| registry.refusal(&body.code));
    let code = code.map(|reason| reason.key.clone()).unwrap_or_default();
    Ok(v1::Refuse { digest: body.digest.to_vec(), code, reason })
}

/// What needs the words is computed here, before the decision: which notices the edition must carry.
pub(super) fn seal_approval(desk: &Desk, context: &Context, body: &ApproveBody) -> Answer<Approval> {
    let mut errors = Vec::new();
    let note = body.note.as_deref().filter(|note| says_something(note));
    check_length(&mut errors, "/note", note.unwrap_or_default(), TEXT_BYTES_MAX);
    let checklist = context.answers(&mut errors, &body.checklist, desk.clock.now());
    let publish_at = body.publish_at.as_deref().map(moment::read);
    if publish_at == Some(None) {
        let detail = "this is no moment such as 2026-03-03T10:42:07Z".to_owned();
        errors.push(FieldError { pointer: "/publish_at".to_owned(), detail });
    }
    refuse_if_any(&errors)?;
    let note = match note {
        Some(note) => context.lock(desk, Whose::Internal)?.seal(desk, context.entry, Purpose::Note, note)?,
        None => None,
    };
    let reads = context.takes_part && context.under == Under::Keys;
    let (words_submitted, notices) = if reads { submitted(desk, context)? } else { (None, Vec::new()) };
    // Of another content than the one under review the decision says what is to be said.
    let judged = words_submitted.as_ref().filter(|words| words.content.digest == body.digest.as_bytes());
    judged.map_or(Ok(()), |words| files::must_be_here(&desk.files, context.entry, &words.content))?;
    let publish_at = publish_at.flatten().map(|at| at.0);
    let approve = v1::Approve { digest: body.digest.to_vec(), note, notices, checklist, publish_at };
    Ok(Approval { approve, words: words_submitted })
}

/// The sealed content under review, and the notices that apply to it.
fn submitted(desk: &Desk, context: &Context) -> Answer<(Option<SubmittedWords>, Vec<String>)> {
    let kept = {
        let view = desk.engine.view();
        let review = view.state.entries.get(&context.entry).and_then(|entry| entry.review());
        review.and_then(|review| view.contents.submitted(context.entry, review.submitted.place))
    };
    let Some(kept) = kept else { return Ok((None, Vec::new())) };
    let submitted = reading::submitted_at(&desk.engine, kept.at).map_err(|error| errors::of_record(&error))?;
    let Some(sealed) = submitted.as_ref().and_then(SubmittedWords::of) else { return Ok((None, Vec::new())) };
    let readable = words(desk.words.content(context.entry, &sealed.content))?;
    let (Some(registry), Some(record_type)) = (&context.registry, &context.record_type) else {
        return Ok((Some(sealed), Vec::new()));
    };
    let notices = registry.notices_for(record_type, &readable.content, desk.clock.now());
    Ok((Some(sealed), notices.into_iter().map(|notice| notice.key).collect()))
}

impl Context {
    /// A field of the record type, or the whole; one of the six languages, or none.
    fn check_place(&self, errors: &mut Vec<FieldError>, under: &str, field: &str, language: &str) {
        let wrong =
            |what: &str, detail: &str| FieldError { pointer: format!("{under}/{what}"), detail: detail.to_owned() };
        if let (Some(registry), Some(record_type)) = (&self.registry, &self.record_type)
            && !is_place(field, registry.record_type(record_type))
        {
            errors.push(wrong("field", "the record type has no such field; leave it empty for the whole"));
        }
        if !language.is_empty() && language.parse::<Language>().is_err() {
            errors.push(wrong("language", "a language is ar, zh, en, fr, ru or es; leave it empty for none"));
        }
    }
}

/// Names of what values of fields are made of (see the documentation of `dossier_registry`).
const MEMBERS: [&str; 16] = [
    "start",
    "end",
    "zone",
    "ongoing",
    "city",
    "country",
    "online",
    "text",
    "url",
    "title",
    "state",
    "previous_dates",
    "name",
    "function",
    "organisation",
    "language",
];

/// Whether this is a field of the record type, or a part of one such as `dates.start` or `links/2/title/en`; empty is the
/// whole. It stands in the clear in the journal, so nothing of it may be of the caller's invention (P11).
fn is_place(field: &str, record_type: Option<&RecordType>) -> bool {
    let mut parts = field.split(['.', '/']);
    let key = parts.next().unwrap_or_default();
    let is_part = |part: &str| {
        let is_number = (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        is_number || MEMBERS.contains(&part) || part.parse::<Language>().is_ok()
    };
    field.is_empty() || (record_type.is_some_and(|kind| kind.field(key).is_some()) && parts.all(is_part))
}

pub(super) fn refuse_if_any(errors: &[FieldError]) -> Answer<()> {
    if errors.is_empty() { Ok(()) } else { Err(FieldError::problem(ProblemKind::InvalidRequest, errors)) }
}

pub(super) fn words<T>(result: Result<T, WordsError>) -> Answer<T> {
    result.map_err(|error| errors::of_words(&error))
}
