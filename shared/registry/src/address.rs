//! Addresses: of pages and of mail. Only what certainly is none is refused; whether it answers is found out elsewhere.

/// Characters of an address that every program takes.
const CHARACTERS_MAX: usize = 2_048;

/// Whether this is a whole `http` or `https` address with a host, without a name and password in it.
pub(crate) fn is_web(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let clean = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | '"' | '\\' | '`');
    text.len() <= CHARACTERS_MAX && text.chars().all(clean) && is_host(host)
}

/// Whether this is written as a mail address: one `@`, something before it, a host with a dot after it.
pub(crate) fn is_mail(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | '"' | ',' | ';' | '@');
    text.len() <= 254 && !name.is_empty() && name.chars().all(plain) && host.contains('.') && is_host(host)
}

fn is_host(text: &str) -> bool {
    let (name, port) = text.split_once(':').map_or((text, None), |(name, port)| (name, Some(port)));
    let port_fits = port.is_none_or(|port| port.parse::<u16>().is_ok());
    let label_fits = |label: &str| {
        !label.is_empty()
            && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_' || !c.is_ascii())
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    port_fits && !name.is_empty() && name.split('.').all(label_fits)
}
