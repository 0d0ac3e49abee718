//! The roles of staff.

use std::{fmt, str::FromStr};

use koektrommel_core::error::Malformed;

/// What a member of staff is there for. Only [`Role::Officer`] may read the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The privacy officer: reads and downloads the log.
    Officer,
    /// Writes texts and the catalogue; no log.
    Webteam,
    /// Approves and withdraws texts; no log.
    Board,
    /// Keys and backups; no plain records.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Officer, Self::Webteam, Self::Board, Self::Admin];

    /// The role as it is written in `accounts.json` and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Officer => "officer",
            Self::Webteam => "webteam",
            Self::Board => "board",
            Self::Admin => "admin",
        }
    }

    /// Whether it may read and download the log.
    #[must_use]
    pub const fn may_read_log(self) -> bool {
        matches!(self, Self::Officer)
    }
}

impl FromStr for Role {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let known = Self::ALL.into_iter().find(|role| role.as_str() == text);
        known.ok_or(Malformed::new("role", "must be `officer`, `webteam`, `board` or `admin`"))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
