//! Trails that are taken away as files: written while they come, and looked at whether they are whole.

use std::{
    fs::File,
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    Exit, Failure,
    cli::{Trail as Asked, TrailFormat as Format},
    client::Client,
    output::{Audience, aside, line},
};

/// Streams what is asked for into the file, or to standard output.
pub(super) fn take(client: &Client, path: &str, asked: &Asked, audience: Audience) -> Result<(), Failure> {
    let mut whole = Whole::new(asked.format);
    match &asked.out {
        Some(to) => {
            let mut file = File::create_new(to).map_err(|error| Failure::disk(to, &error))?;
            client.stream(path, &mut |piece| {
                whole.hear(piece);
                file.write_all(piece).map_err(|error| Failure::disk(to, &error))
            })?;
            file.sync_all().map_err(|error| Failure::disk(to, &error))?;
            let steps = whole.end()?;
            let shown = json!({ "written": to, "steps": steps });
            audience.show(&shown, |_: &Value| format!("{steps} steps written to {}; it is whole.", to.display()));
        }
        // A terminal would obey what it is shown.
        None if io::stdout().is_terminal() => {
            return Err(Failure::new(
                Exit::Usage,
                "a file is not for a terminal: name one with --out, or use a pipe".to_owned(),
            ));
        }
        None => {
            let mut out = io::stdout().lock();
            let failed = |error: &io::Error| Failure::disk(&PathBuf::from("standard output"), error);
            client.stream(path, &mut |piece| {
                whole.hear(piece);
                out.write_all(piece).map_err(|error| failed(&error))
            })?;
            out.flush().map_err(|error| failed(&error))?;
            whole.end()?;
        }
    }
    Ok(())
}

/// Writes lines of words to a file that must not exist yet.
pub(super) fn write(path: &Path, words: &str) -> Result<(), Failure> {
    let written = File::create_new(path).and_then(|mut file| {
        file.write_all(words.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| Failure::disk(path, &error))?;
    line(&format!("Written to {}.", path.display()));
    aside("Lines of words do not say whether they are whole; --format jsonl and csv do.");
    Ok(())
}

/// Looks at a file while it comes: the last line has to name the SHA-256 of everything before it.
struct Whole {
    format: Format,
    before: Sha256,
    last: Vec<u8>,
}

impl Whole {
    fn new(format: Format) -> Self {
        Self { format, before: Sha256::new(), last: Vec::new() }
    }

    fn hear(&mut self, piece: &[u8]) {
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            if self.last.ends_with(b"\n") {
                self.before.update(&self.last);
                self.last.clear();
            }
            self.last.extend_from_slice(part);
        }
    }

    /// How many steps it has, when it is whole.
    fn end(self) -> Result<u64, Failure> {
        let digest: String = self.before.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let said = match self.format {
            Format::Csv => csv_end(&self.last),
            Format::Text | Format::Jsonl => jsonl_end(&self.last),
        };
        match said {
            Some((steps, named)) if named == digest => Ok(steps),
            Some(_) => {
                Err(Failure::new(Exit::NotProved, "what came is not what was sent: its digest is another".to_owned()))
            }
            None => Err(Failure::new(Exit::Failed, "what came was cut: it has no last line. Ask again".to_owned())),
        }
    }
}

fn jsonl_end(line: &[u8]) -> Option<(u64, String)> {
    let end: Value = serde_json::from_slice(line.strip_suffix(b"\n")?).ok()?;
    Some((end["end"]["lines"].as_u64()?, end["end"]["sha256"].as_str()?.to_owned()))
}

fn csv_end(line: &[u8]) -> Option<(u64, String)> {
    let text = std::str::from_utf8(line).ok()?.strip_suffix("\r\n")?;
    let cells: Vec<&str> = text.strip_prefix('"')?.strip_suffix('"')?.split("\",\"").collect();
    let [kind, steps, .., digest] = cells.as_slice() else { return None };
    (*kind == "end").then_some(())?;
    Some((steps.parse().ok()?, (*digest).to_owned()))
}

#[cfg(test)]
mod tests {
    use dossier_audit::trail::table;

    use super::*;

    fn heard(format: Format, text: &str, piece: usize) -> Result<u64, Failure> {
        let mut whole = Whole::new(format);
        text.as_bytes().chunks(piece).for_each(|piece| whole.hear(piece));
        whole.end()
    }

    fn digest(text: &str) -> String {
        Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn a_file_that_was_cut_or_altered_is_noticed() {
        let jsonl = "{\"export\":\"trail\"}\n{\"number\":1}\n";
        let csv = format!("{}\"1\",\"a\nb\"\r\n", table::head());
        let whole = [
            (Format::Jsonl, format!("{jsonl}{{\"end\":{{\"lines\":1,\"sha256\":\"{}\"}}}}\n", digest(jsonl))),
            (Format::Csv, format!("{csv}{}", table::end(1, &digest(&csv)))),
        ];
        for (format, text) in whole {
            for piece in [1, 7, 4096] {
                assert_eq!(heard(format, &text, piece).unwrap(), 1);
            }
            for cut in (0..text.len()).filter(|cut| text.is_char_boundary(*cut)) {
                assert!(heard(format, &text[..cut], 64).is_err(), "cut at {cut}");
            }
            assert!(heard(format, &text.replacen('1', "2", 1), 64).is_err(), "altered");
        }
    }
}
