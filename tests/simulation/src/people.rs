//! Who lives in the town.

use dossier_identity::{ReviewerKind, Role};
use dossier_proto::SubjectId;

/// Somebody and one of the things they are designated as.
#[derive(Debug, Clone, Copy)]
pub struct Designated {
    /// Who.
    pub who: SubjectId,
    /// As what.
    pub role: Role,
    /// For which body; empty: for all.
    pub body: &'static str,
    /// Reviewers: from where.
    pub kind: Option<ReviewerKind>,
}

const fn person(number: u8) -> SubjectId {
    SubjectId([number; 16])
}

/// Write for Kazakhstan.
pub const AIGERIM: SubjectId = person(1);
/// Writes for Kazakhstan too.
pub const BOLAT: SubjectId = person(2);
/// Writes for Kenya.
pub const WANJIRU: SubjectId = person(3);
/// Clears for Kazakhstan.
pub const DAMIR: SubjectId = person(4);
/// Clears for Kazakhstan and writes for it.
pub const SAULE: SubjectId = person(5);
/// Clears for Kenya.
pub const OTIENO: SubjectId = person(6);
/// Files papers for the secretariat.
pub const RECORDS: SubjectId = person(7);
/// A moderator.
pub const MARTA: SubjectId = person(8);
/// A moderator.
pub const NOOR: SubjectId = person(9);
/// A moderator.
pub const PIERRE: SubjectId = person(10);
/// A moderator who writes for Kazakhstan, too: P6 has somebody to keep out.
pub const TIMUR: SubjectId = person(11);
/// Reviewers of the secretariat.
pub const INTERNAL: [SubjectId; 2] = [person(12), person(13)];
/// Reviewers from outside; the last one writes for Kenya.
pub const EXTERNAL: [SubjectId; 4] = [person(14), person(15), person(16), WANJIRU];
/// A publisher.
pub const PAOLA: SubjectId = person(17);
/// A publisher who writes for Kenya.
pub const KIPTOO: SubjectId = person(18);
/// Reads.
pub const AUDITOR: SubjectId = person(19);
/// Designates.
pub const ADMINISTRATOR: SubjectId = person(20);
/// Adopts registries.
pub const REGISTRAR: SubjectId = person(21);
/// The national focal point of Kazakhstan.
pub const GULNARA: SubjectId = person(23);
/// Is nothing here.
pub const NOBODY: SubjectId = person(22);

/// Everybody.
pub const EVERYBODY: [SubjectId; 23] = [
    AIGERIM,
    BOLAT,
    WANJIRU,
    DAMIR,
    SAULE,
    OTIENO,
    RECORDS,
    MARTA,
    NOOR,
    PIERRE,
    TIMUR,
    INTERNAL[0],
    INTERNAL[1],
    EXTERNAL[0],
    EXTERNAL[1],
    EXTERNAL[2],
    PAOLA,
    KIPTOO,
    AUDITOR,
    ADMINISTRATOR,
    REGISTRAR,
    GULNARA,
    NOBODY,
];

/// The bodies.
pub const BODIES: [&str; 2] = ["KAZ", "KEN"];

/// Every designation there is when the town opens.
#[must_use]
pub fn designations() -> Vec<Designated> {
    let of = |who, role, body| Designated { who, role, body, kind: None };
    let mut all = vec![of(ADMINISTRATOR, Role::Administrator, ""), of(REGISTRAR, Role::Registrar, "")];
    all.extend([AIGERIM, BOLAT, SAULE, TIMUR].map(|who| of(who, Role::Contributor, "KAZ")));
    all.extend([WANJIRU, KIPTOO].map(|who| of(who, Role::Contributor, "KEN")));
    all.extend([DAMIR, SAULE].map(|who| of(who, Role::PublishingAuthority, "KAZ")));
    all.push(of(GULNARA, Role::NationalFocalPoint, "KAZ"));
    all.push(of(OTIENO, Role::PublishingAuthority, "KEN"));
    all.push(of(RECORDS, Role::RecordsManager, ""));
    all.extend([MARTA, NOOR, PIERRE, TIMUR].map(|who| of(who, Role::Moderator, "")));
    let reviewer = |who, kind| Designated { who, role: Role::Reviewer, body: "", kind: Some(kind) };
    all.extend(INTERNAL.map(|who| reviewer(who, ReviewerKind::Internal)));
    all.extend(EXTERNAL.map(|who| reviewer(who, ReviewerKind::External)));
    all.extend([PAOLA, KIPTOO].map(|who| of(who, Role::Publisher, "")));
    all.push(of(AUDITOR, Role::Auditor, ""));
    all
}
