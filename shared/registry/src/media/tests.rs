use super::*;

fn found(bytes: &[u8]) -> Found {
    let mut probe = MediaProbe::default();
    probe.push(bytes);
    let whole = probe.found();
    // In steps of every small length it is the same.
    for step in [1, 3, 7, 41, 4096] {
        let mut probe = MediaProbe::default();
        bytes.chunks(step).for_each(|bytes| probe.push(bytes));
        assert_eq!(probe.found(), whole, "in steps of {step}");
    }
    whole
}

/// A ZIP file's entry, as far as its beginning tells what it is.
fn zip_entry(name: &str, content: &[u8]) -> Vec<u8> {
    let mut bytes = b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
    bytes.extend((content.len() as u32).to_le_bytes());
    bytes.extend((content.len() as u32).to_le_bytes());
    bytes.extend((name.len() as u16).to_le_bytes());
    bytes.extend([0, 0]);
    bytes.extend(name.as_bytes());
    bytes.extend(content);
    bytes
}

fn word_document() -> Vec<u8> {
    let parts = ["[Content_Types].xml", "_rels/.rels", "word/document.xml", "word/styles.xml"];
    parts.into_iter().flat_map(|name| zip_entry(name, &[b'x'; 700])).collect()
}

/// An older office document with a stream of this name, far behind.
fn compound(name: &str) -> Vec<u8> {
    let mut bytes = COMPOUND.to_vec();
    bytes.resize(70_001, 7);
    bytes.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
    bytes.resize(90_000, 7);
    bytes
}

#[test]
fn each_kind_that_fields_take_is_told() {
    let kinds: [(&str, Vec<u8>); 10] = [
        ("application/pdf", b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0 obj".to_vec()),
        ("application/rtf", b"{\\rtf1\\ansi Hello}".to_vec()),
        ("image/png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()),
        ("image/jpeg", b"\xFF\xD8\xFF\xE0\0\x10JFIF\0".to_vec()),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", word_document()),
        ("application/vnd.oasis.opendocument.text", zip_entry("mimetype", b"application/vnd.oasis.opendocument.text")),
        ("application/msword", compound("WordDocument")),
        ("application/vnd.ms-excel", compound("Workbook")),
        ("application/vnd.ms-powerpoint", compound("PowerPoint Document")),
        ("text/plain", "Compte rendu – отчёт – تقرير\r\n".repeat(3_000).into_bytes()),
    ];
    for (media, bytes) in kinds {
        assert_eq!(found(&bytes), Found::Media(media));
    }
}

#[test]
fn what_holds_programs_is_told() {
    let mut document = word_document();
    document.extend(zip_entry("word/vbaProject.bin", &[0; 40]));
    assert_eq!(found(&document), Found::Macros);
    let mut old = compound("WordDocument");
    old.extend("_VBA_PROJECT".encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(found(&old), Found::Macros);
}

#[test]
fn what_only_looks_like_text_is_none() {
    for bytes in [&b"\0\0\0"[..], b"abc\x1b[31m", b"caf\xe9", b"half a sign \xe2\x82", &[0x80; 100]] {
        assert_eq!(found(bytes), Found::Unknown, "{bytes:?}");
    }
}

#[test]
fn a_page_or_a_program_is_not_what_its_name_says() {
    assert_ne!(found(b"MZ\x90\0\x03\0\0\0"), Found::Media("application/pdf"));
    assert_ne!(found(b"<!DOCTYPE html><script>alert(1)</script>"), Found::Media("text/plain"));
    assert_ne!(found(b"#!/bin/sh\nrm -rf /\n"), Found::Media("text/plain"));
}

#[test]
fn every_kind_that_the_default_registry_takes_has_an_ending() {
    let registry = crate::Registry::embedded();
    for kind in registry.types() {
        for media in kind.fields.iter().flat_map(|field| &field.limits.media_types) {
            assert_ne!(extension(media), "bin", "{media} in {}", kind.key);
        }
    }
}
