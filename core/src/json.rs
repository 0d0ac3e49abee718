//! Canonical JSON (RFC 8785), as far as the log needs it: no fractions, and keys in ASCII.
//!
//! What is hashed must have one spelling. [`Value::to_canonical`] writes it and [`parse`] reads any JSON text;
//! a text is canonical when writing what was read gives it back.

use alloc::{borrow::ToOwned, collections::BTreeMap, string::String, vec::Vec};
use core::fmt::Write;

use crate::error::Malformed;

/// A JSON value with whole numbers only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number from 0 to 2^53 - 1, the range in which every JSON reader agrees (RFC 7493, 2.2).
    Number(u64),
    /// A text.
    String(String),
    /// An ordered list.
    Array(Vec<Value>),
    /// Members in the order of their names. A name that stands twice is refused on reading.
    Object(BTreeMap<String, Value>),
}

/// The deepest nesting that is read.
const DEEPEST: u8 = 16;
const LARGEST: u64 = (1 << 53) - 1;

impl Value {
    /// The one canonical text of this value (RFC 8785, 3.2).
    #[must_use]
    pub fn to_canonical(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(true) => out.push_str("true"),
            Self::Bool(false) => out.push_str("false"),
            Self::Number(number) => {
                let _infallible = write!(out, "{number}");
            }
            Self::String(text) => write_string(text, out),
            Self::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    out.push(if i == 0 { '[' } else { ',' });
                    item.write(out);
                }
                out.push_str(if items.is_empty() { "[]" } else { "]" });
            }
            Self::Object(members) => {
                for (i, (name, value)) in members.iter().enumerate() {
                    out.push(if i == 0 { '{' } else { ',' });
                    write_string(name, out);
                    out.push(':');
                    value.write(out);
                }
                out.push_str(if members.is_empty() { "{}" } else { "}" });
            }
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

/// An object from its members.
pub fn object<'a>(members: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\0'..='\u{1f}' => {
                let _infallible = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Reads one JSON text, with nothing after it.
///
/// Refuses what could be read in two ways: a name that stands twice, a fraction or exponent, a number beyond
/// 2^53 - 1, an unpaired surrogate; and nesting deeper than 16.
pub fn parse(text: &str) -> Result<Value, Malformed> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(DEEPEST)?;
    reader.space();
    if reader.at == text.len() { Ok(value) } else { Err(WRONG) }
}

/// Reads a canonical text: any other spelling of the same value is refused.
pub fn parse_canonical(text: &str) -> Result<Value, Malformed> {
    let value = parse(text)?;
    if value.to_canonical() == text {
        Ok(value)
    } else {
        Err(Malformed::new("json", "must be in canonical form (RFC 8785)"))
    }
}

const WRONG: Malformed =
    Malformed::new("json", "must be one JSON value with whole numbers and no repeated names");

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, expected: &str) -> bool {
        let found = self.rest().starts_with(expected);
        if found {
            self.at += expected.len();
        }
        found
    }

    fn value(&mut self, depth: u8) -> Result<Value, Malformed> {
        let depth = depth.checked_sub(1).ok_or(WRONG)?;
        self.space();
        match self.peek().ok_or(WRONG)? {
            b'"' => self.string().map(Value::String),
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'0'..=b'9' => self.number(),
            _ if self.take("true") => Ok(Value::Bool(true)),
            _ if self.take("false") => Ok(Value::Bool(false)),
            _ if self.take("null") => Ok(Value::Null),
            _ => Err(WRONG),
        }
    }

    fn object(&mut self, depth: u8) -> Result<Value, Malformed> {
        let mut members = BTreeMap::new();
        self.at += 1;
        self.space();
        if self.take("}") {
            return Ok(Value::Object(members));
        }
        loop {
            self.space();
            let name = self.string()?;
            self.space();
            if !self.take(":") || members.insert(name, self.value(depth)?).is_some() {
                return Err(WRONG);
            }
            self.space();
            if self.take("}") {
                return Ok(Value::Object(members));
            }
            if !self.take(",") {
                return Err(WRONG);
            }
        }
    }

    fn array(&mut self, depth: u8) -> Result<Value, Malformed> {
        let mut items = Vec::new();
        self.at += 1;
        self.space();
        if self.take("]") {
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value(depth)?);
            self.space();
            if self.take("]") {
                return Ok(Value::Array(items));
            }
            if !self.take(",") {
                return Err(WRONG);
            }
        }
    }

    fn number(&mut self) -> Result<Value, Malformed> {
        let length = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let digits = self.rest().get(..length).ok_or(WRONG)?;
        self.at += length;
        if (length > 1 && digits.starts_with('0')) || matches!(self.peek(), Some(b'.' | b'e' | b'E')) {
            return Err(WRONG);
        }
        digits.parse().ok().filter(|number| *number <= LARGEST).map(Value::Number).ok_or(WRONG)
    }

    fn string(&mut self) -> Result<String, Malformed> {
        if !self.take("\"") {
            return Err(WRONG);
        }
        let mut out = String::new();
        loop {
            let c = self.rest().chars().next().ok_or(WRONG)?;
            self.at += c.len_utf8();
            match c {
                '"' => return Ok(out),
                '\\' => out.push(self.escape()?),
                '\0'..='\u{1f}' => return Err(WRONG),
                c => out.push(c),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Malformed> {
        let c = self.rest().chars().next().ok_or(WRONG)?;
        self.at += c.len_utf8();
        Ok(match c {
            '"' | '\\' | '/' => c,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let first = self.four_digits()?;
                if !(0xd800..0xdc00).contains(&first) {
                    return char::from_u32(first).ok_or(WRONG);
                }
                let second = if self.take("\\u") { self.four_digits()? } else { 0 };
                if !(0xdc00..0xe000).contains(&second) {
                    return Err(WRONG);
                }
                char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)).ok_or(WRONG)?
            }
            _ => return Err(WRONG),
        })
    }

    fn four_digits(&mut self) -> Result<u32, Malformed> {
        let digits =
            self.rest().get(..4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit())).ok_or(WRONG)?;
        self.at += 4;
        u32::from_str_radix(digits, 16).map_err(|_| WRONG)
    }
}

#[cfg(test)]
mod tests {
    use super::{parse, parse_canonical};

    #[test]
    fn writes_the_canonical_form() {
        for (text, canonical) in [
            (" { \"b\" : 1 , \"a\" : [ true , null , \"x\" ] } ", r#"{"a":[true,null,"x"],"b":1}"#),
            (r#""\u20ac\/\u000f\n\ud83c\udf6a""#, "\"€/\\u000f\\n🍪\""),
            ("[]", "[]"),
            ("{}", "{}"),
            ("0", "0"),
        ] {
            let value = parse(text).unwrap();
            assert_eq!(value.to_canonical(), canonical);
            assert_eq!(parse_canonical(canonical), Ok(value));
        }
        assert!(parse_canonical("{ }").is_err());
    }

    #[test]
    fn refuses_what_could_be_read_in_two_ways() {
        let deep = "[".repeat(17) + &"]".repeat(17);
        for wrong in [
            "",
            "{",
            "[1,]",
            "{\"a\":1,\"a\":1}",
            "1.0",
            "1e3",
            "01",
            "-1",
            "9007199254740992",
            "nul",
            "\"\n\"",
            "\"\\ud800\"",
            "\"\\udc00\"",
            "\"\\x\"",
            "1 1",
            "{a:1}",
            "'a'",
            &deep,
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
