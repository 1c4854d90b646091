//! Events as an auditor is given them.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use dossier_proto::{Origin, Place};
use serde_json::Value;

use super::fetched;
use crate::{Exit, Failure, client::Reader};

/// So many events are asked for at a time: what the server gives at most.
const LIMIT: u64 = 200;
/// An answer has at most 4 MiB of events, one event aside, in base64 and beside what they say: 16 MiB is more than twice that.
const PAGE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Events from a place on.
#[derive(Debug)]
pub struct Page {
    /// Their places, bytes, and what lies beside them.
    pub items: Vec<(Place, Bytes, Option<Bytes>)>,
}

/// Asks for events; `Ok(None)` when whoever asks is not entitled to them. Each asking is on record.
///
/// # Errors
/// [`Failure`] when the server does not answer, or not as this version reads.
pub fn page(server: &Reader, origin: Origin, epoch: u32, from: u64) -> Result<Option<Page>, Failure> {
    let path = format!("/audit/api/v1/events?origin={origin}&epoch={epoch}&from={from}&limit={LIMIT}");
    let received = fetched(server, &path, PAGE_BYTES_MAX)?;
    if received.status == 403 {
        return Ok(None);
    }
    if received.status != 200 {
        let said = format!("{}{path}: the server refused ({})", server.base(), received.status);
        return Err(Failure::new(Exit::Refused, said));
    }
    let document: Value = serde_json::from_slice(&received.body).unwrap_or_default();
    let items = document.get("items").and_then(Value::as_array);
    let items: Option<Vec<_>> = items.and_then(|items| items.iter().map(item).collect());
    let unread = || Failure::new(Exit::Failed, format!("{path} is answered in a form that this version does not read"));
    Ok(Some(Page { items: items.ok_or_else(unread)? }))
}

fn item(item: &Value) -> Option<(Place, Bytes, Option<Bytes>)> {
    let place = serde_json::from_value(item.get("place")?.clone()).ok()?;
    let bytes = |value: &Value| Some(Bytes::from(STANDARD.decode(value.as_str()?).ok()?));
    let beside = match item.get("beside") {
        None | Some(Value::Null) => None,
        Some(value) => Some(bytes(value)?),
    };
    Some((place, bytes(item.get("bytes")?)?, beside))
}
