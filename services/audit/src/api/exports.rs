//! Trails and searches as files: JSON Lines and CSV.

use axum::response::Response;
use dossier_proto::{EntryId, Micros, v1};
use dossier_web::{Answer, extract::Bearer};
use serde_json::json;
use v1::read_trail::Scope;

use super::{
    doors, off_thread,
    search::{reading, shown},
    trails::{look, of_entry},
};
use crate::{
    assembling::{Changes, Look, Wanted},
    copies::EntryFacts,
    exporting::{Broken, Format, Sink, answer, jsonl_end},
    moment::Cut,
    office::Office,
    outlines::heads,
    searching::{Question, Search},
    trail::{Step, table, written},
    words::Depth,
};

/// Steps that are read at once.
const STEPS: usize = 200;
/// Events that are looked at between two pieces.
const EXAMINED: usize = 2_000;

/// A trail as a file.
pub(super) async fn of_trail(
    office: Office,
    caller: &Bearer,
    entry: EntryId,
    facts: EntryFacts,
    wanted: Wanted,
    as_of: Option<Cut>,
    format: Format,
) -> Answer<Response> {
    // Contents that are taken away are a reading of contents first.
    if wanted.depth == Depth::Contents || wanted.changes == Changes::Words {
        let read = v1::ReadTrail { scope: Scope::Content.into(), ..of_entry(&facts, &wanted) };
        doors::record_reading(&office, caller, Some(entry), read).await?;
    }
    let taken = v1::ReadTrail { scope: Scope::Export.into(), ..of_entry(&facts, &wanted) };
    doors::record_reading(&office, caller, Some(entry), taken).await?;
    let (look, office) = off_thread(move || {
        let (look, _) = look(&office, entry, facts, wanted, None)?;
        Ok((look, office))
    })
    .await?;
    let name = format!("trail-{}", look.number(&office).unwrap_or_else(|| entry.to_string()));
    answer(format, &name, move |sink| write_trail(&office, &look, as_of.as_ref(), format, sink))
}

fn write_trail(
    office: &Office,
    look: &Look,
    as_of: Option<&Cut>,
    format: Format,
    mut sink: Sink,
) -> Result<(), Broken> {
    let unreadable = |error: crate::assembling::LookError| Broken::Unreadable(error.to_string());
    let mut part = look.page(office, None, STEPS).map_err(unreadable)?;
    let number = look.number(office).filter(|_| part.is_numbered);
    let entry = look.entry.to_string();
    let of = table::Of {
        entry: &entry,
        number: number.as_deref().unwrap_or_default(),
        body: look.facts.body.as_str(),
        record_type: &look.facts.record_type,
    };
    match format {
        Format::Csv => sink.head(&table::head())?,
        Format::Json | Format::Jsonl => {
            let head = json!({ "export": "trail", "version": 1, "entry": entry, "number": number, "body": look.facts.body,
                "type": look.facts.record_type, "total": part.total, "matching": part.matching, "counts": part.counts,
                "waiting": part.waiting, "as_of": as_of.map(|cut| written(cut.instant)), "made_at": written(office.now()),
                "heads": look.heads.0, "before_their_cause": look.outline.before_their_cause() });
            sink.head(&format!("{head}\n"))?;
        }
    }
    loop {
        for step in &part.steps {
            sink.line(&line(step, of, format)?)?;
        }
        let Some(after) = part.next else { break };
        part = look.page(office, Some(after), STEPS).map_err(unreadable)?;
    }
    end(sink, format)
}

fn line(step: &Step, of: table::Of<'_>, format: Format) -> Result<String, Broken> {
    match format {
        Format::Csv => Ok(table::row(step, of)),
        Format::Json | Format::Jsonl => {
            serde_json::to_string(step).map(|line| line + "\n").map_err(|error| Broken::Unreadable(error.to_string()))
        }
    }
}

fn end(sink: Sink, format: Format) -> Result<(), Broken> {
    match format {
        Format::Csv => sink.end(table::end),
        Format::Json | Format::Jsonl => sink.end(jsonl_end),
    }
}

/// What a search finds, as a file.
pub(super) async fn of_search(office: Office, caller: &Bearer, question: Question, format: Format) -> Answer<Response> {
    doors::record_reading(&office, caller, question.entry, reading(&question, Scope::Export)).await?;
    answer(format, "trails", move |sink| write_search(&office, question, format, sink))
}

fn write_search(office: &Office, question: Question, format: Format, mut sink: Sink) -> Result<(), Broken> {
    let unreadable = |error: crate::copies::CopyReadError| Broken::Unreadable(error.to_string());
    let only = question.filter.only;
    match format {
        Format::Csv => sink.head(&table::head())?,
        Format::Json | Format::Jsonl => sink.head(&format!("{}\n", described(office, &question)))?,
    }
    let mut search = Search::begin(office, question, None, heads(office)).map_err(unreadable)?;
    loop {
        let (found, examined) = search.find(STEPS, EXAMINED).map_err(unreadable)?;
        for one in shown(office, found, only) {
            let entry = one.entry.map(|entry| entry.to_string()).unwrap_or_default();
            let of = table::Of {
                entry: &entry,
                number: one.number.as_deref().unwrap_or_default(),
                body: one.body.as_ref().map_or("", |body| body.as_str()),
                record_type: one.record_type.as_deref().unwrap_or_default(),
            };
            let line = match format {
                Format::Csv => table::row(&one.step, of),
                Format::Json | Format::Jsonl => {
                    serde_json::to_string(&one).map_err(|error| Broken::Unreadable(error.to_string()))? + "\n"
                }
            };
            sink.line(&line)?;
        }
        if examined == 0 {
            break;
        }
    }
    end(sink, format)
}

/// What was asked for, in the first line.
fn described(office: &Office, question: &Question) -> serde_json::Value {
    let command = reading(question, Scope::Export);
    let moment = |at: Option<i64>| at.map(|at| written(Micros(at)));
    json!({ "export": "search", "version": 1, "entry": question.entry.map(|entry| entry.to_string()),
        "body": question.body, "type": question.record_type, "origins": question.filter.origins, "kinds": question.filter.kinds,
        "digest": question.digest, "designation": question.filter.designation, "from": moment(command.after),
        "to": moment(command.before), "only": question.filter.only, "made_at": written(office.now()), "heads": heads(office).0 })
}
