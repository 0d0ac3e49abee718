//! The one way in which the domain fails: something that came from outside is not what it should be.

use core::fmt;

/// Names what is wrong and says what would be right. Never repeats the input: it may be anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The field or part that is wrong, in the words of the format it came in.
    pub what: &'static str,
    /// What would be right, to be read after the name: `must be …`.
    pub why: &'static str,
}

impl Malformed {
    /// Names the part and says what would be right.
    #[must_use]
    pub const fn new(what: &'static str, why: &'static str) -> Self {
        Self { what, why }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.what, self.why)
    }
}

impl core::error::Error for Malformed {}
