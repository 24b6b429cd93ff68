//! Reads a header forwards, within the file and within a limit, and never more than it was asked for.

use super::GgufError;
use std::io::{self, Read};

/// The longest header, in bytes. That of a model with 262,144 tokens takes about 16 MB, nearly all for its tokens, which are
/// read over.
pub const MAX_GGUF_HEADER_BYTES: u64 = 64 << 20;

/// Where in the header of a file the reading is.
pub(super) struct Cursor<R> {
    reader: R,
    size: u64,
    position: u64,
}

impl<R: Read> Cursor<R> {
    /// The start of a file of `size` bytes.
    pub fn new(reader: R, size: u64) -> Self {
        Self { reader, size, position: 0 }
    }

    /// Bytes read so far.
    pub fn position(&self) -> u64 {
        self.position
    }

    pub fn u32(&mut self) -> Result<u32, GgufError> {
        self.array().map(u32::from_le_bytes)
    }

    pub fn u64(&mut self) -> Result<u64, GgufError> {
        self.array().map(u64::from_le_bytes)
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], GgufError> {
        self.advance(N as u64)?;
        let mut bytes = [0; N];
        self.reader.read_exact(&mut bytes).map_err(GgufError::Io)?;
        Ok(bytes)
    }

    /// A text of 1 to `most` bytes; `None` if it is none, or longer.
    pub fn text(&mut self, most: u64) -> Result<Option<String>, GgufError> {
        let length = self.u64()?;
        if !(1..=most).contains(&length) {
            return Ok(None);
        }
        self.advance(length)?;
        let mut bytes = vec![0; length as usize];
        self.reader.read_exact(&mut bytes).map_err(GgufError::Io)?;
        Ok(String::from_utf8(bytes).ok())
    }

    /// Reads over `length` bytes.
    pub fn skip(&mut self, length: u64) -> Result<(), GgufError> {
        self.advance(length)?;
        let skipped = io::copy(&mut self.reader.by_ref().take(length), &mut io::sink()).map_err(GgufError::Io)?;
        if skipped < length {
            return Err(GgufError::Io(io::ErrorKind::UnexpectedEof.into()));
        }
        Ok(())
    }

    /// Reads over a text of any length.
    pub fn skip_text(&mut self) -> Result<(), GgufError> {
        let length = self.u64()?;
        self.skip(length)
    }

    /// Counts `length` bytes that are about to be read, if the file and the limit have them.
    fn advance(&mut self, length: u64) -> Result<(), GgufError> {
        let end = self.position.saturating_add(length);
        if end > self.size {
            return Err(GgufError::Truncated { size: self.size, need: end });
        }
        if end > MAX_GGUF_HEADER_BYTES {
            return Err(GgufError::HeaderTooLong);
        }
        self.position = end;
        Ok(())
    }
}
