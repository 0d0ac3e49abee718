//! A JSON object with every member that was sent. A map of the standard library would let the last of two equal
//! names win.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::Value;

/// An object with its members in the order in which they came, or something else.
#[derive(Debug)]
pub(in crate::web) enum Map {
    /// The members.
    Object(Vec<(String, Value)>),
    /// No object.
    Other,
}

impl<'de> Deserialize<'de> for Map {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MapVisitor;
        impl<'de> Visitor<'de> for MapVisitor {
            type Value = Map;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Map, A::Error> {
                let mut answers = Vec::new();
                while let Some(answer) = map.next_entry()? {
                    answers.push(answer);
                }
                Ok(Map::Object(answers))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Map, E> {
                Ok(Map::Other)
            }

            fn visit_i64<E>(self, _: i64) -> Result<Map, E> {
                Ok(Map::Other)
            }

            fn visit_u64<E>(self, _: u64) -> Result<Map, E> {
                Ok(Map::Other)
            }

            fn visit_f64<E>(self, _: f64) -> Result<Map, E> {
                Ok(Map::Other)
            }

            fn visit_str<E>(self, _: &str) -> Result<Map, E> {
                Ok(Map::Other)
            }

            fn visit_unit<E>(self) -> Result<Map, E> {
                Ok(Map::Other)
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut items: A) -> Result<Map, A::Error> {
                while items.next_element::<serde::de::IgnoredAny>()?.is_some() {}
                Ok(Map::Other)
            }
        }
        deserializer.deserialize_any(MapVisitor)
    }
}
