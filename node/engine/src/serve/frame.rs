//! Frames: what goes over the socket, each bounded before it is read.

use codec::{DecodeAll, Encode};
use std::io::{self, Read, Write};

/// The version of the protocol, first byte of each frame.
pub const PROTOCOL: u8 = 2;

/// The longest frame after its length: an input or an output with all that belongs to it is a sixth of this.
pub const MAX_FRAME_BYTES: usize = 64 * 1024;

/// Why a frame cannot be read or written. The connection is of no use any more then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// The other side is gone, or silent for longer than it may be.
    #[error("the socket of the engine failed")]
    Io(#[from] io::Error),
    /// The length is none of a frame.
    #[error("a frame of {0} bytes was announced, 1 to {MAX_FRAME_BYTES} are allowed: something else than an engine or its client talks on this socket")]
    Length(usize),
    /// Another version of the protocol.
    #[error(
        "a frame of protocol {0} came, this is protocol {PROTOCOL}: let the engine and its client be of one release"
    )]
    Protocol(u8),
    /// The content is not what a frame may hold.
    #[error("a frame holds something else than a message: let the engine and its client be of one release")]
    Content(#[source] codec::Error),
}

/// Writes `message` as one frame.
///
/// # Errors
/// [`FrameError::Length`], before a byte is written, if it is too long.
pub fn write_frame(to: &mut impl Write, message: &impl Encode) -> Result<(), FrameError> {
    let mut frame = vec![0, 0, 0, 0, PROTOCOL];
    message.encode_to(&mut frame);
    let length = frame.len() - 4;
    if length > MAX_FRAME_BYTES {
        return Err(FrameError::Length(length));
    }
    // At most MAX_FRAME_BYTES, so it fits into four bytes; qed
    frame[..4].copy_from_slice(&(length as u32).to_le_bytes());
    Ok(to.write_all(&frame)?)
}

/// Reads one frame; `None` if the other side closed after a whole one.
///
/// Nothing is allocated before the length is known to be within bounds.
pub fn read_frame<T: DecodeAll>(from: &mut impl Read) -> Result<Option<T>, FrameError> {
    let mut length = [0; 4];
    if !read_whole(from, &mut length)? {
        return Ok(None);
    }
    let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    if length == 0 || length > MAX_FRAME_BYTES {
        return Err(FrameError::Length(length));
    }
    let mut frame = vec![0; length];
    from.read_exact(&mut frame)?;
    match frame.split_first() {
        Some((&PROTOCOL, mut message)) => T::decode_all(&mut message).map(Some).map_err(FrameError::Content),
        first => Err(FrameError::Protocol(first.map_or(0, |(version, _)| *version))),
    }
}

/// Fills `buffer`; `false` if the other side closed before its first byte.
fn read_whole(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    let mut filled = 0;
    while filled < buffer.len() {
        match from.read(&mut buffer[filled..]) {
            Ok(0) if filled == 0 => return Ok(false),
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Message = (u32, Vec<u8>);

    fn framed(message: &Message) -> Vec<u8> {
        let mut bytes = Vec::new();
        write_frame(&mut bytes, message).expect("it is short enough");
        bytes
    }

    fn read(mut bytes: &[u8]) -> Result<Option<Message>, FrameError> {
        read_frame(&mut bytes)
    }

    #[test]
    fn a_message_is_read_as_it_was_written() {
        let message = (7, vec![1, 2, 3]);
        assert_eq!(read(&framed(&message)).expect("a frame"), Some(message));
    }

    #[test]
    fn an_end_between_frames_is_no_error_and_an_end_within_one_is() {
        assert!(matches!(read(&[]), Ok(None)));
        let bytes = framed(&(7, vec![1, 2, 3]));
        for length in 1..bytes.len() {
            assert!(matches!(read(&bytes[..length]), Err(FrameError::Io(_))), "cut to {length} bytes");
        }
    }

    #[test]
    fn a_length_out_of_bounds_is_refused_before_anything_is_allocated() {
        for length in [0, MAX_FRAME_BYTES as u32 + 1, u32::MAX] {
            assert!(matches!(read(&length.to_le_bytes()), Err(FrameError::Length(n)) if n == length as usize));
        }
    }

    #[test]
    fn a_message_that_is_too_long_is_not_written() {
        let mut bytes = Vec::new();
        let refused = write_frame(&mut bytes, &vec![0_u8; MAX_FRAME_BYTES]);
        assert!(matches!(refused, Err(FrameError::Length(_))));
        assert!(bytes.is_empty());
    }

    #[test]
    fn another_protocol_and_a_tail_are_refused() {
        let mut bytes = framed(&(7, vec![]));
        bytes[4] = PROTOCOL + 1;
        assert!(matches!(read(&bytes), Err(FrameError::Protocol(other)) if other == PROTOCOL + 1));
        let mut bytes = framed(&(7, vec![]));
        bytes[0] += 1;
        bytes.push(0);
        assert!(matches!(read(&bytes), Err(FrameError::Content(_))));
    }

    proptest! {
        #[test]
        fn whatever_bytes_come_reading_ends(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = read(&bytes);
            let mut framed = (bytes.len() as u32 + 1).to_le_bytes().to_vec();
            framed.push(PROTOCOL);
            framed.extend(&bytes);
            let _ = read_frame::<crate::serve::Request>(&mut &framed[..]);
            let _ = read_frame::<crate::serve::Reply>(&mut &framed[..]);
        }
    }
}
