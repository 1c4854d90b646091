//! The invented people of the demonstration, as `demo-tokens.json` names them.

/// Somebody of the demonstration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// The key in `demo-tokens.json`.
    pub key: &'static str,
    /// The name, which only some may see.
    pub name: &'static str,
}

const fn person(key: &'static str, name: &'static str) -> Person {
    Person { key, name }
}

/// Writes for Kazakhstan.
pub const CONTRIBUTOR_KZ: Person = person("contributor-kz", "Aspen Alder");
/// Writes for Kenya.
pub const CONTRIBUTOR_KE: Person = person("contributor-ke", "Acacia Baobab");
/// Designates the contributors of Kazakhstan.
pub const AUTHORITY_KZ: Person = person("authority-kz", "Juniper Elm");
/// Decides.
pub const MODERATOR_A: Person = person("moderator-a", "Rowan Birch");
/// Decides too.
pub const MODERATOR_B: Person = person("moderator-b", "Hazel Maple");
/// Retracts.
pub const PUBLISHER: Person = person("publisher", "Linden Oak");
/// Reads everything, on record.
pub const AUDITOR: Person = person("auditor", "Cedar Yew");
/// Grants and revokes designations.
pub const ADMINISTRATOR: Person = person("administrator", "Willow Pine");

/// Everybody.
pub const ALL: [Person; 8] =
    [CONTRIBUTOR_KZ, CONTRIBUTOR_KE, AUTHORITY_KZ, MODERATOR_A, MODERATOR_B, PUBLISHER, AUDITOR, ADMINISTRATOR];
