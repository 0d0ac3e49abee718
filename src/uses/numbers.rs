//! Numbers that are not kept, even sealed: the Dutch citizen service number (BSN) and bank accounts (IBAN).
//!
//! A test on the digits finds them in whatever field they were typed. One in eleven other numbers of nine digits
//! passes for a BSN; such a form is then not remembered, which harms nobody.

/// Whether a text holds what looks like a BSN or an IBAN.
#[must_use]
pub fn holds_one(text: &str) -> bool {
    holds_bsn(text) || holds_iban(text)
}

/// A run of digits: those that are not broken off by anything but one space, dot or hyphen at a time.
struct Run {
    /// The pieces between the separators.
    pieces: Vec<Vec<u32>>,
    /// It begins as an international telephone number does.
    is_abroad: bool,
}

/// Nine digits in a row, alone or in pieces, that pass the eleven test. A telephone number that begins with its
/// country is another thing.
fn holds_bsn(text: &str) -> bool {
    runs(text).iter().filter(|run| !run.is_abroad).any(|run| {
        let whole: Vec<u32> = run.pieces.concat();
        run.pieces.iter().chain([&whole]).any(|digits| passes_eleven(digits))
    })
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut before = [' ', ' '];
    for c in text.chars() {
        if let Some(digit) = c.to_digit(10) {
            let goes_on = before[1].is_ascii_digit();
            let is_separated = " .-".contains(before[1]) && before[0].is_ascii_digit();
            match runs.last_mut().and_then(|run| run.pieces.last_mut()) {
                Some(piece) if goes_on => piece.push(digit),
                Some(_) if is_separated => {
                    if let Some(run) = runs.last_mut() {
                        run.pieces.push(vec![digit]);
                    }
                }
                _ => runs.push(Run { pieces: vec![vec![digit]], is_abroad: before[1] == '+' }),
            }
        }
        before = [before[1], c];
    }
    for run in &mut runs {
        run.is_abroad |= run.pieces.first().is_some_and(|piece| piece.starts_with(&[0, 0]));
    }
    runs
}

/// The weights are 9 to 2, and minus 1 for the last digit; the sum is a multiple of eleven.
fn passes_eleven(digits: &[u32]) -> bool {
    let [first @ .., last] = digits else { return false };
    let sum: u32 = first.iter().zip((2..=9).rev()).map(|(digit, weight)| digit * weight).sum();
    digits.len() == 9 && sum > 0 && sum % 11 == last % 11
}

/// Two letters, two digits and up to thirty more, whose number is 1 modulo 97 (ISO 13616); in groups or not.
fn holds_iban(text: &str) -> bool {
    let text: Vec<char> = text.chars().map(|c| c.to_ascii_uppercase()).collect();
    (0..text.len()).any(|at| {
        let is_start = at == 0 || !text[at - 1].is_ascii_alphanumeric();
        is_start && begins_iban(&text[at..])
    })
}

fn begins_iban(text: &[char]) -> bool {
    let [a, b, c, d, ..] = text else { return false };
    if !(a.is_ascii_uppercase() && b.is_ascii_uppercase() && c.is_ascii_digit() && d.is_ascii_digit()) {
        return false;
    }
    let is_dutch = (*a, *b) == ('N', 'L');
    let mut read: Vec<char> = Vec::new();
    for (i, c) in text.iter().enumerate() {
        if c.is_ascii_alphanumeric() {
            read.push(*c);
        } else if !" .-".contains(*c) || !text[i - 1].is_ascii_alphanumeric() {
            return false;
        }
        let ends = text.get(i + 1).is_none_or(|next| !next.is_ascii_alphanumeric());
        let is_long = if is_dutch { read.len() == 18 } else { (15..=34).contains(&read.len()) && ends };
        if is_long && is_one_modulo_97(&read) {
            return true;
        }
        if read.len() > 34 {
            return false;
        }
    }
    false
}

fn is_one_modulo_97(iban: &[char]) -> bool {
    let (start, rest) = iban.split_at(4);
    let rest = rest.iter().chain(start).filter_map(|c| c.to_digit(36));
    rest.fold(0, |sum, digit| (sum * if digit < 10 { 10 } else { 100 } + digit) % 97) == 1
}

#[cfg(test)]
mod tests {
    use super::{holds_bsn, holds_iban, holds_one};

    #[test]
    fn a_bsn_is_found_however_it_is_typed() {
        for bsn in [
            "111222333",
            "111.222.333",
            "1112.22.333",
            "111 222 333",
            "mijn BSN is 123456782.",
            "x123456782y",
            "12-345-6782",
            "06 12345678, 111222333",
        ] {
            assert!(holds_bsn(bsn), "{bsn}");
        }
        for other in [
            "111222334",
            "000000000",
            "11122233",
            "1112223330",
            "0612345678",
            "06 1112 2233 3",
            "+31 111222333",
            "+31111222333",
            "0031 111 222 333",
            "1234 AB 12",
            "22-11-2026",
            "",
            "- . -",
            "é",
        ] {
            assert!(!holds_one(other), "{other}");
        }
    }

    #[test]
    fn an_iban_is_found_however_it_is_typed() {
        for iban in [
            "NL91ABNA0417164300",
            "nl91 abna 0417 1643 00",
            "Rekening: NL91-ABNA-0417-1643-00, dank u",
            "NL91 ABNA 0417 1643 00 en meer tekst",
            "BE68 5390 0754 7034",
            "DE89370400440532013000",
            "GB82 WEST 1234 5698 7654 32",
        ] {
            assert!(holds_iban(iban), "{iban}");
        }
        for other in [
            "NL92ABNA0417164300",
            "XNL91ABNA0417164300",
            "NL91  ABNA  0417164300",
            "NL91",
            "AB12 hoog",
            "Kamer BE68, tweede deur links",
            "é",
        ] {
            assert!(!holds_iban(other), "{other}");
        }
    }
}
