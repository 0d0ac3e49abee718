//! A name as it is counted: without what may tell one visitor from another.

/// Longest name that is taken, in bytes.
const LONGEST: usize = 64;
/// A word of at least so many letters and digits with a digit in it may be an identifier.
const MAY_IDENTIFY: usize = 8;
/// Hexadecimal digits, at least so many, are a part of one.
const PART: usize = 4;
/// A word of at least so many may be one without a digit.
const LONG: usize = 24;

/// A name of a cookie or of a key of storage, with digits and identifiers as `#`. `widget/src/watch.ts` does the same
/// before it sends; here it is made sure of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(String);

impl Name {
    /// Reads a name of 1 to 64 visible ASCII characters; one with an `@` may hold somebody's address.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_right =
            (1..=LONGEST).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic() && b != b'@');
        is_right.then(|| Self(without_identifiers(text)))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn without_identifiers(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        if end == 0 {
            bare.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        }
        let (word, after) = rest.split_at(end);
        push_word(&mut bare, word);
        rest = after;
    }
    joined(&bare)
}

fn push_word(bare: &mut String, word: &str) {
    let has_digit = word.bytes().any(|b| b.is_ascii_digit());
    let is_hex = word.bytes().all(|b| b.is_ascii_hexdigit());
    let is_part = word.len() >= PART && has_digit && is_hex;
    if word.len() >= LONG || (word.len() >= MAY_IDENTIFY && (has_digit || is_hex)) || is_part {
        return bare.push('#');
    }
    for c in word.chars() {
        let c = if c.is_ascii_digit() { '#' } else { c };
        if c != '#' || !bare.ends_with('#') {
            bare.push(c);
        }
    }
}

/// An identifier in parts, `#-#-#`, is one.
fn joined(bare: &str) -> String {
    let mut joined = String::with_capacity(bare.len());
    for c in bare.chars() {
        joined.push(c);
        let mut last = joined.chars().rev();
        if last.next() == Some('#') {
            let before = last.next();
            let is_between = before.is_some_and(|c| !c.is_ascii_alphanumeric() && c != '#');
            if before == Some('#') {
                joined.pop();
            } else if is_between && last.next() == Some('#') {
                joined.truncate(joined.len() - 2);
            }
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn what_may_identify_is_left_out() {
        for (from, to) in [
            ("_ga", "_ga"),
            ("sid2", "sid#"),
            ("_ga_AB12CD34", "_ga_#"),
            ("_hjSession_1234567", "_hjSession_#"),
            ("u-0192f0c4-7b1e-7cc3-98c4-dc0c0c07398f", "u-#"),
            ("deadbeef", "#"),
            ("cart.2026.11.22", "cart.#"),
            ("aVeryLongWordThatMayBeSomething", "#"),
            ("wp-settings-time-7", "wp-settings-time-#"),
        ] {
            assert_eq!(Name::parse(from).unwrap().as_str(), to, "{from}");
            assert_eq!(Name::parse(to).unwrap().as_str(), to, "the same again");
        }
        for wrong in ["", "a b", "jan@wsn.example", "é", "a\n", &"x".repeat(65)] {
            assert_eq!(Name::parse(wrong), None, "{wrong}");
        }
    }
}
