//! Secrets: the key that signs checkpoints, and the ring of keys that sign cookies.

pub mod log;
pub mod ring;
mod seal;

pub use self::{log::LogKey, ring::KeyRing};

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It could not be read or written.
    #[error(transparent)]
    Folder(#[from] crate::folder::FolderError),
    /// It holds something else.
    #[error("{path}: {why}")]
    Content {
        /// The file.
        path: std::path::PathBuf,
        /// What would be right, or what to do.
        why: String,
    },
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    Random,
}

/// Fills a buffer with random bytes from the system.
pub fn random<const N: usize>() -> Result<[u8; N], KeyError> {
    use ::ring::rand::{SecureRandom, SystemRandom};
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| KeyError::Random)?;
    Ok(bytes)
}
