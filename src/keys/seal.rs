//! Sealing: what a cookie holds that nobody but this server may read or change (AES-256-GCM, RFC 5116).
//!
//! The key is derived from a generation's secret for each cookie name, under another label than the signing key; the
//! name is authenticated too. Nonces are random: with 96 bits one key is good for thousands of millions of cookies
//! (NIST SP 800-38D, 8.3).

use data_encoding::BASE64URL_NOPAD;
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, Salt},
};

use super::{KeyError, random};

/// The sealed text of a content, for a cookie of this name.
pub(super) fn seal(secret: &[u8; 32], name: &str, mut content: Vec<u8>) -> Result<String, KeyError> {
    let nonce: [u8; NONCE_LEN] = random()?;
    let key = key(secret, name).ok_or(KeyError::Random)?;
    let sealed = key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(name.as_bytes()),
        &mut content,
    );
    sealed.map_err(|_| KeyError::Random)?;
    Ok(BASE64URL_NOPAD.encode(&[&nonce[..], &content].concat()))
}

/// The content of a sealed text, if it was sealed with this secret for this name.
pub(super) fn open(secret: &[u8; 32], name: &str, sealed: &str) -> Option<Vec<u8>> {
    let mut bytes = BASE64URL_NOPAD.decode(sealed.as_bytes()).ok()?;
    let (nonce, content) = bytes.split_first_chunk_mut::<NONCE_LEN>()?;
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let opened = key(secret, name)?.open_in_place(nonce, Aad::from(name.as_bytes()), content).ok()?;
    Some(opened.to_vec())
}

fn key(secret: &[u8; 32], name: &str) -> Option<LessSafeKey> {
    let extracted = Salt::new(HKDF_SHA256, b"koektrommel sealed cookie v1").extract(secret);
    let info = [name.as_bytes()];
    let derived = extracted.expand(&info, &AES_256_GCM).ok()?;
    Some(LessSafeKey::new(UnboundKey::from(derived)))
}
