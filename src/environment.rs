//! The variables that the program is told things by.

/// A variable that is set to something; set to nothing is not set, as container files have it.
#[must_use]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
