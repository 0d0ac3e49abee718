//! A file that is the same for everybody, ready to be sent: compressed once, with a validator.

use std::io::Write;

use actix_web::{http::header::HeaderValue, web::Bytes};
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};
use koektrommel_core::hash::Hash;

/// Content in each of its forms, and its hash.
#[derive(Clone, Debug)]
pub struct Asset {
    /// The media type, with its charset.
    pub content_type: &'static str,
    /// The content as it is.
    pub plain: Form,
    /// The content compressed, the smallest first.
    pub compressed: Vec<Form>,
    /// SHA-256 of the content.
    pub hash: Hash,
}

/// One form of the content.
#[derive(Clone, Debug)]
pub struct Form {
    /// The content coding (RFC 9110, 8.4.1); none for the content as it is.
    pub coding: Option<&'static str>,
    /// The bytes.
    pub bytes: Bytes,
    /// The entity tag of this form (RFC 9110, 8.8.3).
    pub tag: HeaderValue,
}

impl Asset {
    /// Compresses content well. Takes about a millisecond: for start-up.
    #[must_use]
    pub fn new(content_type: &'static str, content: impl Into<Bytes>) -> Self {
        Self::with_quality(content_type, content.into(), 9)
    }

    /// Compresses content as small as it gets, which takes ten times as long: for what every visitor loads.
    #[must_use]
    pub fn smallest(content_type: &'static str, content: impl Into<Bytes>) -> Self {
        Self::with_quality(content_type, content.into(), 11)
    }

    /// Leaves content as it is: for what is rarely asked for.
    #[must_use]
    pub fn uncompressed(content_type: &'static str, content: impl Into<Bytes>) -> Self {
        let bytes = content.into();
        let hash = Hash::of(&[&bytes]);
        Self { content_type, plain: Form::new(&hash, None, bytes), compressed: Vec::new(), hash }
    }

    fn with_quality(content_type: &'static str, plain: Bytes, brotli_quality: i32) -> Self {
        let hash = Hash::of(&[&plain]);
        let compressed = [("br", compress_brotli(&plain, brotli_quality)), ("gzip", compress_gzip(&plain))];
        let compressed = compressed.into_iter().filter(|(_, bytes)| !bytes.is_empty());
        Self {
            content_type,
            compressed: compressed
                .map(|(coding, bytes)| Form::new(&hash, Some(coding), bytes.into()))
                .collect(),
            plain: Form::new(&hash, None, plain),
            hash,
        }
    }

    /// The first 16 hexadecimal digits of the hash: what names an immutable copy.
    #[must_use]
    pub fn short_hash(&self) -> String {
        short(&self.hash)
    }
}

impl Form {
    fn new(hash: &Hash, coding: Option<&'static str>, bytes: Bytes) -> Self {
        let tag = format!("\"{}-{}\"", short(hash), coding.unwrap_or("plain"));
        // Digits, letters and hyphens: always a header value.
        let tag = HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"\""));
        Self { coding, bytes, tag }
    }
}

fn short(hash: &Hash) -> String {
    data_encoding::HEXLOWER.encode(&hash.as_bytes()[..8])
}

/// Memory is written to, so it does not fail; if it did, the plain form would be sent.
fn compress_brotli(content: &[u8], quality: i32) -> Vec<u8> {
    let parameters = BrotliEncoderParams { quality, size_hint: content.len(), ..Default::default() };
    let mut compressed = Vec::new();
    match brotli::BrotliCompress(&mut &*content, &mut compressed, &parameters) {
        Ok(_) => compressed,
        Err(_) => Vec::new(),
    }
}

fn compress_gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).and_then(|()| encoder.finish()).unwrap_or_default()
}
