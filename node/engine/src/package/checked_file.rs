//! A file whose bytes have been hashed, read again piece by piece.
//!
//! What a root covers may be larger than the memory for reading it twice at once. So only the hashes of its chunks are kept, and
//! each chunk is hashed again when it is used: bytes that changed in between are never seen.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::PathBuf;
use votive_digest::{chunk_hash, Hash, CHUNK_BYTES};

/// A file of a package, and the hash of each of its chunks.
pub(crate) struct CheckedFile {
    path: String,
    location: PathBuf,
    size: u64,
    leaves: Vec<Hash>,
}

/// Why a file of a package cannot be read again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The system refuses to read it.
    #[error("cannot read {path}: check that it exists and that the worker may read it")]
    Io {
        /// Its place on this machine.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// A chunk is not the one that was hashed.
    #[error("`{0}` changed while it was read; try again when nothing writes to the package")]
    Changed(String),
    /// The system refuses memory for a part of it.
    #[error("this machine has no {bytes} bytes of memory for a file; free some or do not serve the package")]
    Allocation {
        /// Bytes asked for.
        bytes: u64,
    },
}

impl CheckedFile {
    /// The file at `path` inside of its package and at `location` on this machine, of `size` bytes, whose chunks have the hashes
    /// `leaves`.
    pub fn new(path: String, location: PathBuf, size: u64, leaves: Vec<Hash>) -> Self {
        Self { path, location, size, leaves }
    }

    /// Length in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Bytes of memory that reading it takes, beyond what is done with the bytes.
    pub fn reading_bytes(&self) -> u64 {
        self.size.min(CHUNK_BYTES as u64)
    }

    /// Bytes of memory that the hashes of its chunks take.
    pub fn leaves_bytes(&self) -> u64 {
        size_of_val(self.leaves.as_slice()) as u64
    }

    /// The first `most` bytes, or all if there are fewer.
    pub fn start(&self, most: u64) -> Result<Vec<u8>, FileError> {
        let bytes = self.size.min(most);
        let mut start = Vec::new();
        let size = usize::try_from(bytes).map_err(|_| FileError::Allocation { bytes })?;
        // A refused allocation is an error here; a failed one inside of `resize` would abort the process.
        start.try_reserve_exact(size).map_err(|_| FileError::Allocation { bytes })?;
        start.resize(size, 0);
        self.read(0..size)?.read_exact(&mut start)?;
        Ok(start)
    }

    /// Reads `range`, which lies in the file, from its start on.
    pub fn read(&self, range: Range<usize>) -> Result<CheckedReader<'_>, FileError> {
        let file = File::open(&self.location).map_err(|source| self.io(source))?;
        let mut reader =
            CheckedReader { file, checked: self, chunk: Vec::new(), position: 0, next: range.start / CHUNK_BYTES };
        if !range.is_empty() {
            let offset = (reader.next * CHUNK_BYTES) as u64;
            reader.file.seek(SeekFrom::Start(offset)).map_err(|source| self.io(source))?;
            reader.next_chunk()?;
            reader.position = range.start % CHUNK_BYTES;
        }
        Ok(reader)
    }

    fn io(&self, source: io::Error) -> FileError {
        FileError::Io { path: self.location.clone(), source }
    }
}

/// Reads a [`CheckedFile`], a chunk at a time.
pub(crate) struct CheckedReader<'a> {
    file: File,
    checked: &'a CheckedFile,
    /// The chunk in use, which has the hash that it had.
    chunk: Vec<u8>,
    /// What of it has been read.
    position: usize,
    /// Index of the chunk after it.
    next: usize,
}

impl CheckedReader<'_> {
    /// Fills `bytes` with the next ones of the file, which must have as many.
    pub fn read_exact(&mut self, mut bytes: &mut [u8]) -> Result<(), FileError> {
        while !bytes.is_empty() {
            let rest = self.rest()?;
            let (now, later) = bytes.split_at_mut(bytes.len().min(rest.len()));
            now.copy_from_slice(&rest[..now.len()]);
            self.position += now.len();
            bytes = later;
        }
        Ok(())
    }

    /// What is left of the chunk in use, or the next one.
    fn rest(&mut self) -> Result<&[u8], FileError> {
        if self.position == self.chunk.len() {
            self.next_chunk()?;
        }
        Ok(&self.chunk[self.position..])
    }

    fn next_chunk(&mut self) -> Result<(), FileError> {
        let changed = || FileError::Changed(self.checked.path.clone());
        let leaf = self.checked.leaves.get(self.next).ok_or_else(changed)?;
        self.chunk.clear();
        self.chunk.reserve_exact(self.checked.size.min(CHUNK_BYTES as u64) as usize);
        let chunk = self.file.by_ref().take(CHUNK_BYTES as u64).read_to_end(&mut self.chunk);
        chunk.map_err(|source| self.checked.io(source))?;
        // An empty chunk is the only one of an empty file, of which nothing is read.
        if self.chunk.is_empty() || chunk_hash(&self.chunk) != *leaf {
            return Err(FileError::Changed(self.checked.path.clone()));
        }
        (self.position, self.next) = (0, self.next + 1);
        Ok(())
    }
}

/// For a header whose length shows while it is read. The end of the file is an error, as what has changed is.
impl Read for CheckedReader<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.rest().map_err(io::Error::other)?.len().min(bytes.len());
        self.read_exact(&mut bytes[..count]).map_err(io::Error::other)?;
        Ok(count)
    }
}

#[cfg(test)]
#[path = "checked_file_tests.rs"]
mod tests;
