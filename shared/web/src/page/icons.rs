//! Icons: 16 by 16, one stroke, drawn in the colour of the text around them.

/// Name and drawing of each, by name.
const ICONS: &[(&str, &str)] = &[
    // Next level of a path.
    ("chev", r#"<path d="M6 3.5L10.5 8 6 12.5"/>"#),
    // Due, scheduled, waiting for clearance.
    ("clock", r#"<circle cx="8" cy="8" r="6"/><path d="M8 4.5V8l2.5 1.5"/>"#),
    // Close, remove.
    ("cross", r#"<path d="M3.5 3.5l9 9m0-9l-9 9"/>"#),
    // Not looked at yet.
    ("dot", r#"<circle cx="8" cy="8" r="2.5" fill="currentColor"/>"#),
    // Download.
    ("down", r#"<path d="M8 2.5v8M4.5 7L8 10.5 11.5 7M3 13.5h10"/>"#),
    // Search.
    ("find", r#"<circle cx="7" cy="7" r="4.5"/><path d="M10.5 10.5L14 14"/>"#),
    // On hold.
    ("hold", r#"<path d="M5.5 3v10M10.5 3v10"/>"#),
    // A remark.
    ("info", r#"<circle cx="8" cy="8" r="6"/><path d="M8 7.3v3.7M8 5v.1"/>"#),
    // Private.
    ("lock", r#"<path d="M3.5 7.5h9v6h-9zM5.5 7.5V5a2.5 2.5 0 015 0v2.5"/>"#),
    // Go on, read instead.
    ("next", r#"<path d="M3 8h10M9 4l4 4-4 4"/>"#),
    // Done, confirmed, checked.
    ("ok", r#"<path d="M2.5 8.5l3.5 3.5 7.5-8"/>"#),
    // Superseded, outdated.
    ("old", r#"<path d="M5 2h8.5v8.5"/><path d="M2.5 5h8v8.5h-8z"/>"#),
    // Add.
    ("plus", r#"<path d="M8 3v10M3 8h10"/>"#),
    // Published.
    ("public", r#"<path d="M3.5 1.5h6l3 3v10h-9zM5.7 9.3l1.6 1.6 3-3.5"/>"#),
    // Retracted.
    ("retract", r#"<path d="M2.5 2.5h11v11h-11zM5.5 5.5l5 5m0-5l-5 5"/>"#),
    // In review.
    (
        "review",
        r#"<path d="M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8z"/><circle cx="8" cy="8" r="1.9"/>"#,
    ),
    // Step to come.
    ("ring", r#"<circle cx="8" cy="8" r="5"/>"#),
    // A comment.
    ("say", r#"<path d="M2 3h12v8H7l-3 2.7V11H2z"/>"#),
    // Proved.
    ("seal", r#"<path d="M8 1.5l5.5 2v4c0 3.5-2.3 5.8-5.5 7-3.2-1.2-5.5-3.5-5.5-7v-4zM5.5 8l1.8 1.8 3.2-3.6"/>"#),
    // Suspended, refused.
    ("stop", r#"<circle cx="8" cy="8" r="6"/><path d="M5 8h6"/>"#),
    // Your turn, changes requested.
    ("turn", r#"<path d="M3 14V2.5h8.5L9.8 5.3l1.7 2.8H3"/>"#),
    // A warning.
    ("warn", r#"<path d="M8 2L14.5 13.5h-13zM8 6.5v3.2m0 1.8v.1"/>"#),
];

/// The reference to an icon, for a template: `<svg …><use href="#i-find"/></svg>`, hidden from readers aloud. Nothing when
/// there is no such icon.
pub fn icon(name: &str) -> String {
    if !ICONS.iter().any(|(known, _)| *known == name) {
        debug_assert!(false, "there is no icon {name:?}");
        return String::new();
    }
    format!(r##"<svg class="i" width="16" height="16" aria-hidden="true"><use href="#i-{name}"/></svg>"##)
}

/// One sprite with the icons that `html` refers to, each once, and no other. Empty when it refers to none.
pub(super) fn sprite_for(html: &str) -> String {
    let used = ICONS.iter().filter(|(name, _)| html.contains(&format!("\"#i-{name}\"")));
    let symbols: String = used
        .map(|(name, drawing)| format!(r#"<symbol id="i-{name}" viewBox="0 0 16 16">{drawing}</symbol>"#))
        .collect();
    if symbols.is_empty() {
        return symbols;
    }
    format!(r#"<svg class="sprite" aria-hidden="true">{symbols}</svg>"#)
}
