//! What kind of file some bytes are: found from the bytes alone. Names and what an uploader says about a file count for nothing.

/// How much of the beginning is looked at: the longest that the forms of office documents need.
const HEAD: usize = 16 * 1024;

/// The names of streams that tell the older office documents apart, as they stand in such a file
/// ([MS-CFB](https://learn.microsoft.com/openspecs/windows_protocols/ms-cfb/), UTF-16, little-endian).
const STREAMS: [(&[u8], &str); 3] = [
    (b"W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0", "application/msword"),
    (b"W\0o\0r\0k\0b\0o\0o\0k\0", "application/vnd.ms-excel"),
    (b"P\0o\0w\0e\0r\0P\0o\0i\0n\0t\0 \0D\0o\0c\0u\0m\0e\0n\0t\0", "application/vnd.ms-powerpoint"),
];
/// A document with this in it runs programs when it is opened.
const MACROS: [&[u8]; 2] = [b"vbaProject.bin", b"_\0V\0B\0A\0_\0P\0R\0O\0J\0E\0C\0T\0"];
/// The longest of what is searched for, less one: so much of a step may belong to a find in the next.
const OVERLAP: usize = 40;

/// How the names of files of a media type end, for those that fields take.
pub fn extension(media_type: &str) -> &'static str {
    match media_type {
        "application/pdf" => "pdf",
        "application/rtf" => "rtf",
        "text/plain" => "txt",
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "application/msword" => "doc",
        "application/vnd.ms-excel" => "xls",
        "application/vnd.ms-powerpoint" => "ppt",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation" => "pptx",
        "application/vnd.oasis.opendocument.text" => "odt",
        "application/vnd.oasis.opendocument.spreadsheet" => "ods",
        "application/vnd.oasis.opendocument.presentation" => "odp",
        _ => "bin",
    }
}

const COMPOUND: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// A file of this media type.
    Media(&'static str),
    /// A document that holds programs.
    Macros,
    /// None of the kinds that can be told.
    Unknown,
}

/// Looks at a file as it comes, in steps of any length.
#[derive(Debug, Default)]
pub struct MediaProbe {
    head: Vec<u8>,
    /// The end of the last step.
    tail: Vec<u8>,
    stream: Option<&'static str>,
    macros: bool,
    text: Text,
}

impl MediaProbe {
    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        let missing = HEAD - self.head.len();
        self.head.extend_from_slice(&bytes[..bytes.len().min(missing)]);
        self.text.push(bytes);
        self.search(bytes);
    }

    fn search(&mut self, bytes: &[u8]) {
        let joint = [self.tail.as_slice(), &bytes[..bytes.len().min(OVERLAP)]].concat();
        for place in [joint.as_slice(), bytes] {
            self.macros |= MACROS.iter().any(|name| holds(place, name));
            if self.stream.is_none() {
                self.stream = STREAMS.iter().find(|(name, _)| holds(place, name)).map(|(_, media)| *media);
            }
        }
        self.tail = last(&[self.tail.as_slice(), last(bytes, OVERLAP)].concat(), OVERLAP).to_vec();
    }

    /// What the whole is.
    pub fn found(&self) -> Found {
        if self.head.starts_with(&COMPOUND) {
            return match self.stream {
                _ if self.macros => Found::Macros,
                Some(media) => Found::Media(media),
                None => Found::Unknown,
            };
        }
        match infer::get(&self.head) {
            Some(_) if self.macros && self.head.starts_with(b"PK") => Found::Macros,
            Some(kind) => Found::Media(kind.mime_type()),
            None if self.text.is_plain() => Found::Media("text/plain"),
            None => Found::Unknown,
        }
    }
}

fn holds(place: &[u8], name: &[u8]) -> bool {
    memchr::memmem::find(place, name).is_some()
}

fn last(bytes: &[u8], most: usize) -> &[u8] {
    &bytes[bytes.len().saturating_sub(most)..]
}

/// Whether what comes is plain text: UTF-8, without the signs that steer devices.
#[derive(Debug, Default)]
struct Text {
    /// The beginning of a sign whose end is in the next step.
    broken_off: Vec<u8>,
    is_not: bool,
}

impl Text {
    fn push(&mut self, bytes: &[u8]) {
        if self.is_not {
            return;
        }
        let whole = if self.broken_off.is_empty() { bytes.to_vec() } else { [&self.broken_off, bytes].concat() };
        let (text, rest) = match std::str::from_utf8(&whole) {
            Ok(text) => (text, &[][..]),
            // A sign has at most four bytes.
            Err(error) if error.error_len().is_none() => {
                let (right, rest) = whole.split_at(error.valid_up_to());
                (std::str::from_utf8(right).unwrap_or_default(), rest)
            }
            Err(_) => {
                self.is_not = true;
                return;
            }
        };
        self.is_not = text.chars().any(|sign| sign.is_control() && !matches!(sign, '\n' | '\r' | '\t' | '\u{c}'));
        self.broken_off = rest.to_vec();
    }

    fn is_plain(&self) -> bool {
        !self.is_not && self.broken_off.is_empty()
    }
}

#[cfg(test)]
mod tests;
