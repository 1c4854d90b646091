//! The rooms of the house: what stands in the navigation, and who gets there.

use dossier_identity::Role;

use super::Purpose;

/// Which entry of the navigation a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// The public record: the list, the entries, their history.
    Entries,
    /// A contributor's own: drafts, what is submitted, what was published.
    MyEntries,
    /// What waits for the clearance of a state's publishing authority.
    Clearance,
    /// The queue, and the review pages.
    Queue,
    /// What is scheduled or embargoed; suspending and retracting.
    Publishing,
    /// Trails, findings, checkpoints, figures.
    Audit,
    /// People and their designations.
    People,
    /// The registry in force and those before it.
    Registry,
    /// The exchange between services, and the journals.
    Health,
    /// Signing in and out: in no navigation.
    Door,
}

impl Room {
    /// Those that stand in the navigation, in their order.
    pub const IN_NAVIGATION: [Self; 9] = [
        Self::Entries,
        Self::MyEntries,
        Self::Clearance,
        Self::Queue,
        Self::Publishing,
        Self::Audit,
        Self::People,
        Self::Registry,
        Self::Health,
    ];

    /// Where it is.
    pub const fn address(self) -> &'static str {
        match self {
            Self::Entries => "/",
            Self::MyEntries => "/contribute",
            Self::Clearance => "/contribute/clearance",
            Self::Queue => "/review/queue",
            Self::Publishing => "/publish",
            Self::Audit => "/audit",
            Self::People => "/review/people",
            Self::Registry => "/review/registry",
            Self::Health => "/review/health",
            Self::Door => crate::visit::SIGN_IN,
        }
    }

    /// The room that an address belongs to: the one whose address goes furthest into it.
    pub(super) fn of_address(path: &str) -> Self {
        let is_under = |room: Self| {
            let rest = path.strip_prefix(room.address());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let inner = Self::IN_NAVIGATION.into_iter().filter(|room| is_under(*room));
        let found = inner.max_by_key(|room| room.address().len());
        found.unwrap_or(if path.starts_with("/review") { Self::Queue } else { Self::Entries })
    }

    /// The key of its name in the navigation.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Entries => "frame.entries",
            Self::MyEntries => "frame.my_entries",
            Self::Clearance => "frame.clearance",
            Self::Queue => "frame.queue",
            Self::Publishing => "frame.publishing",
            Self::Audit => "frame.audit",
            Self::People => "frame.people",
            Self::Registry => "frame.registry",
            Self::Health => "frame.health",
            Self::Door => "frame.sign_in",
        }
    }

    /// The key of what stands beside the brand: what one does here.
    pub(super) const fn beside_brand(self) -> Option<&'static str> {
        match self {
            Self::Entries | Self::Door => None,
            Self::MyEntries | Self::Clearance => Some("frame.room_contribute"),
            Self::Queue => Some("frame.room_review"),
            Self::Publishing => Some("frame.room_publish"),
            Self::Audit => Some("frame.room_audit"),
            Self::People | Self::Registry | Self::Health => Some("frame.room_office"),
        }
    }

    /// Whether somebody with these roles reaches it. It shows a door and opens none: each page asks for the right itself.
    pub fn is_open_to(self, roles: &[Role]) -> bool {
        let opening: &[Role] = match self {
            Self::Entries => return true,
            Self::Door => return false,
            Self::MyEntries => &[Role::Contributor],
            Self::Clearance => &[Role::PublishingAuthority],
            Self::Queue => &[Role::Moderator, Role::Reviewer],
            Self::Publishing => &[Role::Publisher],
            Self::Audit => &[Role::Auditor],
            Self::People => &[Role::Administrator, Role::PublishingAuthority],
            Self::Registry => &[Role::Registrar, Role::Administrator],
            Self::Health => &[Role::Administrator, Role::Registrar],
        };
        roles.iter().any(|role| opening.iter().any(|asked| role.serves_as(*asked)))
    }

    /// The ground it stands on.
    pub(super) const fn purpose(self) -> Purpose {
        match self {
            Self::Entries => Purpose::Reading,
            _ => Purpose::Work,
        }
    }
}
