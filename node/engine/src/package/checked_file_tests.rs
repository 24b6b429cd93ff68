use super::*;
use std::fs;
use tempfile::TempDir;

/// A file of three chunks, the last of them short, no two bytes of which are alike nearby.
fn checked() -> (TempDir, Vec<u8>, CheckedFile) {
    let folder = TempDir::new().expect("a temporary folder");
    let bytes: Vec<u8> =
        (0..CHUNK_BYTES as u32 * 2 + 100).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let location = folder.path().join("file");
    fs::write(&location, &bytes).expect("a file");
    let leaves = bytes.chunks(CHUNK_BYTES).map(chunk_hash).collect();
    let file = CheckedFile::new("file".into(), location, bytes.len() as u64, leaves);
    (folder, bytes, file)
}

#[test]
fn any_range_is_read_in_any_pieces() {
    let (_folder, bytes, file) = checked();
    for range in [0..bytes.len(), 3..7, CHUNK_BYTES - 1..CHUNK_BYTES + 2, CHUNK_BYTES..2 * CHUNK_BYTES, 5..5] {
        for piece in [1000, 65_536, 200_000] {
            let mut reader = file.read(range.clone()).expect("opens");
            let mut read = vec![0; range.len()];
            read.chunks_mut(piece).for_each(|piece| reader.read_exact(piece).expect("reads"));
            assert!(read == bytes[range.clone()], "{range:?} by {piece}");
        }
    }
    assert_eq!(file.start(10).expect("reads"), bytes[..10]);
    assert_eq!(file.start(u64::MAX).expect("reads"), bytes);
}

#[test]
fn a_chunk_that_changed_after_it_was_hashed_is_not_read() {
    let (_folder, mut bytes, file) = checked();
    bytes[CHUNK_BYTES + 5] ^= 1;
    fs::write(&file.location, &bytes).expect("a file");
    assert_eq!(file.start(CHUNK_BYTES as u64).expect("the first chunk is as it was"), bytes[..CHUNK_BYTES]);
    let error = file.start(CHUNK_BYTES as u64 + 1).expect_err("the second is not");
    assert!(matches!(&error, FileError::Changed(path) if path == "file"));
    assert!(error.to_string().contains("changed while it was read"));
}

#[test]
fn a_file_that_became_shorter_is_not_read() {
    let (_folder, bytes, file) = checked();
    for length in [0, CHUNK_BYTES, bytes.len() - 1] {
        fs::write(&file.location, &bytes[..length]).expect("a file");
        assert!(matches!(file.start(u64::MAX), Err(FileError::Changed(_))), "{length}");
    }
}

#[test]
fn a_file_that_is_gone_is_an_error() {
    let (_folder, _, file) = checked();
    fs::remove_file(&file.location).expect("removed");
    assert!(matches!(file.start(1), Err(FileError::Io { .. })));
}

#[test]
fn bytes_beyond_the_file_are_not_read() {
    let (_folder, bytes, file) = checked();
    let mut reader = file.read(bytes.len() - 1..bytes.len()).expect("opens");
    assert!(matches!(reader.read_exact(&mut [0; 2]), Err(FileError::Changed(_))));
}
