//! A file that is the same for everybody, ready to be sent: compressed once, with a validator.

use std::io::Write;

use actix_web::web::Bytes;
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};
use koektrommel_core::hash::Hash;

/// Content, its compressed forms, and its hash.
#[derive(Clone, Debug)]
pub struct Asset {
    /// The media type, with its charset.
    pub content_type: &'static str,
    /// The content as it is.
    pub plain: Bytes,
    /// Brotli (RFC 7932).
    pub brotli: Bytes,
    /// Gzip (RFC 1952).
    pub gzip: Bytes,
    /// SHA-256 of the content.
    pub hash: Hash,
}

impl Asset {
    /// Compresses content as small as it gets. Takes some milliseconds: for start-up.
    #[must_use]
    pub fn new(content_type: &'static str, content: impl Into<Bytes>) -> Self {
        let plain = content.into();
        Self {
            content_type,
            brotli: compress_brotli(&plain).into(),
            gzip: compress_gzip(&plain).into(),
            hash: Hash::of(&[&plain]),
            plain,
        }
    }

    /// The first half of the hash, in hexadecimal: what names an immutable copy.
    #[must_use]
    pub fn short_hash(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.hash.as_bytes()[..16])
    }
}

/// Memory is written to, so it does not fail; if it did, the plain form would be sent.
fn compress_brotli(content: &[u8]) -> Vec<u8> {
    let parameters = BrotliEncoderParams { quality: 11, size_hint: content.len(), ..Default::default() };
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
