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

/// Clears for Kenya.
pub const AUTHORITY_KE: Person = person("authority-ke", "Olive Tamarind");
/// Writes for Kenya, and clears for Kenya what others submitted.
pub const FOCAL_POINT_KE: Person = person("focal-point-ke", "Ebony Mango");
/// Writes for Kenya, and reviews from outside what others wrote.
pub const EXPERT_KE: Person = person("expert-ke", "Marula Fig");
/// Reviews for the secretariat.
pub const REVIEWER_INTERNAL: Person = person("reviewer-internal", "Spruce Larch");
/// Reviews from outside.
pub const REVIEWER_A: Person = person("reviewer-a", "Laurel Cypress");
/// Reviews from outside.
pub const REVIEWER_B: Person = person("reviewer-b", "Magnolia Elder");
/// Reviews from outside.
pub const REVIEWER_C: Person = person("reviewer-c", "Sorrel Hornbeam");
/// Reviews from outside.
pub const REVIEWER_D: Person = person("reviewer-d", "Teak Sycamore");

/// Everybody.
pub const ALL: [Person; 16] = [
    CONTRIBUTOR_KZ,
    CONTRIBUTOR_KE,
    AUTHORITY_KZ,
    MODERATOR_A,
    MODERATOR_B,
    PUBLISHER,
    AUDITOR,
    ADMINISTRATOR,
    AUTHORITY_KE,
    FOCAL_POINT_KE,
    EXPERT_KE,
    REVIEWER_INTERNAL,
    REVIEWER_A,
    REVIEWER_B,
    REVIEWER_C,
    REVIEWER_D,
];
