//! What a person can be designated as.

use std::{fmt, str::FromStr};

use dossier_proto::v1;
use serde::{Deserialize, Serialize};

/// What a designation lets a person do. Keys and numbers are for ever: they stand in journals and in addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Writes entries for a body.
    Contributor,
    /// Clears a state's submissions and designates its contributors.
    PublishingAuthority,
    /// Gives opinions on a submitted revision.
    Reviewer,
    /// Decides on a submitted revision.
    Moderator,
    /// Publishes, schedules, suspends and retracts.
    Publisher,
    /// Adopts the registry.
    Registrar,
    /// Reads everything that auditors are entitled to; every reading is recorded.
    Auditor,
    /// Keeps records for as long as they are due, and erases what is not.
    RecordsManager,
    /// Designates people; has no say on content.
    Administrator,
    /// Stands for one state: writes entries for it as a contributor does, and is told of all that concerns it. Neither clears
    /// nor designates: that is the publishing authority's.
    NationalFocalPoint,
}

/// A text or number that names no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a role; the roles are {roles}", roles = keys())]
pub struct UnknownRole(String);

fn keys() -> String {
    Role::ALL.map(Role::key).join(", ")
}

impl Role {
    /// All roles, in the order of their numbers.
    pub const ALL: [Self; 10] = [
        Self::Contributor,
        Self::PublishingAuthority,
        Self::Reviewer,
        Self::Moderator,
        Self::Publisher,
        Self::Registrar,
        Self::Auditor,
        Self::RecordsManager,
        Self::Administrator,
        Self::NationalFocalPoint,
    ];

    /// The key used in JSON, addresses and commands.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Contributor => "contributor",
            Self::PublishingAuthority => "publishing-authority",
            Self::Reviewer => "reviewer",
            Self::Moderator => "moderator",
            Self::Publisher => "publisher",
            Self::Registrar => "registrar",
            Self::Auditor => "auditor",
            Self::RecordsManager => "records-manager",
            Self::Administrator => "administrator",
            Self::NationalFocalPoint => "national-focal-point",
        }
    }

    /// The number used in events (1 to 10; 0 is no role).
    pub const fn number(self) -> i32 {
        self.wire() as i32
    }

    /// The role with this number.
    ///
    /// # Errors
    /// [`UnknownRole`] when there is none.
    pub fn from_number(number: i32) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.number() == number).ok_or_else(|| UnknownRole(number.to_string()))
    }

    /// The role as the contract writes it.
    pub const fn wire(self) -> v1::Role {
        match self {
            Self::Contributor => v1::Role::Contributor,
            Self::PublishingAuthority => v1::Role::PublishingAuthority,
            Self::Reviewer => v1::Role::Reviewer,
            Self::Moderator => v1::Role::Moderator,
            Self::Publisher => v1::Role::Publisher,
            Self::Registrar => v1::Role::Registrar,
            Self::Auditor => v1::Role::Auditor,
            Self::RecordsManager => v1::Role::RecordsManager,
            Self::Administrator => v1::Role::Administrator,
            Self::NationalFocalPoint => v1::Role::NationalFocalPoint,
        }
    }

    /// Whether this role acts in the name of one body. Such a designation must name the body; the roles of the
    /// secretariat may be for every body.
    pub const fn acts_for_a_body(self) -> bool {
        matches!(self, Self::Contributor | Self::PublishingAuthority | Self::NationalFocalPoint)
    }

    /// Whether whoever is designated as this may do what `asked` may: each role what itself may, and a national focal point also
    /// what a contributor may. It is looked up wherever a right is asked for, so that no door forgets it.
    pub const fn serves_as(self, asked: Self) -> bool {
        // By number: `==` of enumerations is not const.
        self as u8 == asked as u8 || matches!((self, asked), (Self::NationalFocalPoint, Self::Contributor))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for Role {
    type Err = UnknownRole;
    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL
            .into_iter()
            .find(|role| role.key() == text)
            .ok_or_else(|| UnknownRole(text.chars().take(64).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::Role;

    #[test]
    fn keys_and_numbers_are_for_ever() {
        let written: Vec<_> = Role::ALL.map(|role| (role.number(), role.key())).into();
        assert_eq!(
            written,
            [
                (1, "contributor"),
                (2, "publishing-authority"),
                (3, "reviewer"),
                (4, "moderator"),
                (5, "publisher"),
                (6, "registrar"),
                (7, "auditor"),
                (8, "records-manager"),
                (9, "administrator"),
                (10, "national-focal-point"),
            ]
        );
    }

    #[test]
    fn a_national_focal_point_contributes_and_neither_clears_nor_designates() {
        for role in Role::ALL {
            for asked in Role::ALL {
                let also = (role, asked) == (Role::NationalFocalPoint, Role::Contributor);
                assert_eq!(role.serves_as(asked), role == asked || also, "{role} as {asked}");
            }
        }
        assert!(Role::NationalFocalPoint.acts_for_a_body());
    }

    #[test]
    fn every_role_comes_back_from_its_key_its_number_and_its_json() {
        for role in Role::ALL {
            assert_eq!(role.key().parse(), Ok(role));
            assert_eq!(Role::from_number(role.number()), Ok(role));
            assert_eq!(serde_json::to_string(&role).unwrap(), format!("\"{}\"", role.key()));
        }
    }

    #[test]
    fn what_is_no_role_is_told_with_the_roles_there_are() {
        let told = "Moderator".parse::<Role>().unwrap_err().to_string();
        assert!(told.contains("\"Moderator\"") && told.contains("records-manager"), "{told}");
        assert!(Role::from_number(0).is_err() && Role::from_number(11).is_err() && Role::from_number(-1).is_err());
    }
}
