//! A form with a file as browsers send it ([RFC 7578](https://www.rfc-editor.org/rfc/rfc7578), multipart/form-data), read as it comes. Pure.

use memchr::memmem;

/// The head of a part: its name, and the name of a file of at most 255 bytes, each byte perhaps written as three.
const HEAD_BYTES_MAX: usize = 4_096;
/// A boundary has at most 70 characters (RFC 2046, section 5.1.1).
const BOUNDARY_BYTES_MAX: usize = 70;
/// The parts of a form of ours: token, version, key, and the file.
const PARTS_MAX: usize = 16;

/// What came.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A part begins.
    Begin {
        /// The name of its control.
        name: String,
        /// The name of the file, where it is one.
        file: Option<String>,
    },
    /// Bytes of it.
    Data(Vec<u8>),
    /// All parts have come.
    End,
}

/// What came is no such form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the form is not multipart/form-data as browsers send it")]
pub(super) struct NotAForm;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the first part.
    Before,
    Head,
    Body,
    Over,
}

/// Reads a form in steps of any length.
#[derive(Debug)]
pub(super) struct Multipart {
    delimiter: Vec<u8>,
    held: Vec<u8>,
    state: State,
    parts: usize,
}

impl Multipart {
    /// Of the header `Content-Type`.
    pub(super) fn of(content_type: &str) -> Result<Self, NotAForm> {
        let (essence, parameters) = content_type.split_once(';').ok_or(NotAForm)?;
        if !essence.trim().eq_ignore_ascii_case("multipart/form-data") {
            return Err(NotAForm);
        }
        let boundary = parameters.split(';').find_map(|one| one.trim().strip_prefix("boundary="));
        let boundary = boundary.ok_or(NotAForm)?.trim_matches('"');
        if boundary.is_empty() || boundary.len() > BOUNDARY_BYTES_MAX {
            return Err(NotAForm);
        }
        // The first delimiter has no line before it; with one in front all are alike.
        let delimiter = format!("\r\n--{boundary}").into_bytes();
        Ok(Self { delimiter, held: b"\r\n".to_vec(), state: State::Before, parts: 0 })
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// It is no such form; nothing more can be read.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<Piece>, NotAForm> {
        self.held.extend_from_slice(bytes);
        let mut pieces = Vec::new();
        while self.step(&mut pieces)? {}
        Ok(pieces)
    }

    /// Whether something was read.
    fn step(&mut self, pieces: &mut Vec<Piece>) -> Result<bool, NotAForm> {
        match self.state {
            State::Over => {
                self.held.clear();
                Ok(false)
            }
            State::Head => self.head(pieces),
            State::Before | State::Body => self.body(pieces),
        }
    }

    fn body(&mut self, pieces: &mut Vec<Piece>) -> Result<bool, NotAForm> {
        let Some(end) = memmem::find(&self.held, &self.delimiter) else {
            // The beginning of a delimiter may stand at the end.
            let sure = self.held.len().saturating_sub(self.delimiter.len() - 1);
            self.give(sure, pieces);
            return Ok(false);
        };
        self.give(end, pieces);
        let after = self.delimiter.len();
        let Some(next) = self.held.get(after..after + 2) else { return Ok(false) };
        self.state = match next {
            b"--" => {
                pieces.push(Piece::End);
                State::Over
            }
            b"\r\n" if self.parts < PARTS_MAX => State::Head,
            _ => return Err(NotAForm),
        };
        self.parts += 1;
        self.held.drain(..after + 2);
        Ok(true)
    }

    /// Hands on so many bytes of a body; what stands before the first part means nothing.
    fn give(&mut self, count: usize, pieces: &mut Vec<Piece>) {
        let bytes: Vec<u8> = self.held.drain(..count).collect();
        if self.state == State::Body && !bytes.is_empty() {
            pieces.push(Piece::Data(bytes));
        }
    }

    fn head(&mut self, pieces: &mut Vec<Piece>) -> Result<bool, NotAForm> {
        let Some(end) = memmem::find(&self.held, b"\r\n\r\n") else {
            return if self.held.len() > HEAD_BYTES_MAX { Err(NotAForm) } else { Ok(false) };
        };
        let head = self.held.get(..end).filter(|head| head.len() <= HEAD_BYTES_MAX).ok_or(NotAForm)?;
        let head = std::str::from_utf8(head).map_err(|_| NotAForm)?;
        let disposition = head.split("\r\n").find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-disposition").then_some(value)
        });
        let disposition = disposition.ok_or(NotAForm)?;
        let name = parameter(disposition, "name").ok_or(NotAForm)?;
        pieces.push(Piece::Begin { name, file: parameter(disposition, "filename") });
        self.held.drain(..end + 4);
        self.state = State::Body;
        Ok(true)
    }
}

/// A quoted parameter. Browsers write a quote in it as `%22` and a line end as `%0D%0A`
/// ([HTML, section 4.10.21.8](https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data)).
fn parameter(text: &str, key: &str) -> Option<String> {
    let mark = format!("; {key}=\"");
    let rest = text.split_once(&mark)?.1;
    let value = rest.split_once('"')?.0;
    Some(value.replace("%22", "\"").replace("%0D", "").replace("%0A", " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(file: &[u8]) -> Vec<u8> {
        let head = "--xYz\r\nContent-Disposition: form-data; name=\"form\"\r\n\r\nabc\r\n--xYz\r\n\
            Content-Disposition: form-data; name=\"file\"; filename=\"a %22b%22.pdf\"\r\nContent-Type: application/pdf\r\n\r\n";
        [head.as_bytes(), file, b"\r\n--xYz--\r\n"].concat()
    }

    fn read(form: &[u8], step: usize) -> Vec<(String, Option<String>, Vec<u8>)> {
        let mut multipart = Multipart::of("multipart/form-data; boundary=xYz").unwrap();
        let (mut parts, mut is_over) = (Vec::<(String, Option<String>, Vec<u8>)>::new(), false);
        for piece in form.chunks(step).flat_map(|bytes| multipart.push(bytes).unwrap()) {
            match piece {
                Piece::Begin { name, file } => parts.push((name, file, Vec::new())),
                Piece::Data(bytes) => parts.last_mut().unwrap().2.extend(bytes),
                Piece::End => is_over = true,
            }
        }
        assert!(is_over);
        parts
    }

    /// The file holds what looks like a boundary, and every way of cutting the whole gives the same parts.
    #[test]
    fn parts_come_back_whole_however_they_are_cut() {
        let file = b"%PDF\r\n--xY\r\n\r\n--x\r\r\n--".as_slice();
        let whole = form(file);
        let expected = vec![
            ("form".to_owned(), None, b"abc".to_vec()),
            ("file".to_owned(), Some("a \"b\".pdf".to_owned()), file.to_vec()),
        ];
        for step in 1..=whole.len() {
            assert_eq!(read(&whole, step), expected, "in steps of {step}");
        }
        assert_eq!(read(&form(b""), 7)[1].2, b"");
    }

    #[test]
    fn what_is_no_form_is_refused() {
        for kind in ["", "multipart/form-data", "multipart/mixed; boundary=x", "multipart/form-data; boundary="] {
            assert_eq!(Multipart::of(kind).unwrap_err(), NotAForm, "{kind}");
        }
        for text in ["--x\r\nNothing: here\r\n\r\n", "--xtra\r\n", "--x\r\nContent-Disposition: form-data\r\n\r\n"] {
            let mut multipart = Multipart::of("multipart/form-data; boundary=x").unwrap();
            assert_eq!(multipart.push(text.as_bytes()), Err(NotAForm), "{text:?}");
        }
        let mut multipart = Multipart::of("multipart/form-data; boundary=x").unwrap();
        assert_eq!(multipart.push(&[b"--x\r\n".as_slice(), &[b'a'; 5_000]].concat()), Err(NotAForm));
        let many = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n".repeat(20);
        let mut multipart = Multipart::of("multipart/form-data; boundary=x").unwrap();
        assert_eq!(multipart.push(many.as_bytes()), Err(NotAForm));
    }
}
