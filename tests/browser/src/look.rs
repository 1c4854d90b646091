//! How a page is looked at: how wide, in which shade.

/// How wide the window is, in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// A small telephone.
    Phone,
    /// A screen on a desk.
    Desk,
}

impl Width {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Phone, Self::Desk];

    pub(crate) const fn pixels(self) -> u32 {
        match self {
            Self::Phone => 360,
            Self::Desk => 1440,
        }
    }
}

/// What the reader's system prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shade {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Shade {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Light, Self::Dark];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// One way of looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// How wide.
    pub width: Width,
    /// In which shade.
    pub shade: Shade,
}

impl Look {
    /// All four.
    pub fn all() -> impl Iterator<Item = Self> {
        Width::ALL.into_iter().flat_map(|width| Shade::ALL.map(|shade| Self { width, shade }))
    }
}

impl std::fmt::Display for Look {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} px, {}", self.width.pixels(), self.shade.name())
    }
}
