//! The address under which the public reaches a site.

/// Checks such an address: it becomes part of pages, feeds and citations.
///
/// # Errors
/// What to write.
pub fn public_url(text: &str) -> Result<String, &'static str> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let clean = |c: char| c.is_ascii_graphic() && !"\"'<>\\`?#".contains(c);
    match rest {
        Some(rest) if !rest.is_empty() && !rest.starts_with('/') && rest.chars().all(clean) => Ok(text.to_owned()),
        _ => Err("write https:// or http://, a host, and a path if there is one, such as https://registry.example"),
    }
}
