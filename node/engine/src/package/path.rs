//! Which paths a package may hold, and which formats it may not.

/// The longest path inside a package, in bytes.
pub const MAX_PATH_BYTES: usize = 128;

/// Extensions of formats that hold code or hide it, with their names.
const FORBIDDEN_EXTENSIONS: [(&str, &str); 10] = [
    ("pickle", "a pickle"),
    ("pkl", "a pickle"),
    ("pt", "a PyTorch pickle"),
    ("pth", "a PyTorch pickle"),
    ("ckpt", "a PyTorch pickle"),
    ("joblib", "a pickle"),
    ("npy", "a NumPy array"),
    ("npz", "a NumPy archive"),
    ("zip", "a zip archive"),
    ("h5", "an HDF5 file"),
];

/// Whether `path` is relative, stays inside of its package, and reads the same on every system.
pub(crate) fn is_safe(path: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'/');
    path.len() <= MAX_PATH_BYTES
        && path.bytes().all(allowed)
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// The forbidden format that a path announces.
pub(crate) fn forbidden_extension(path: &str) -> Option<&'static str> {
    let (_, extension) = path.rsplit_once('.')?;
    FORBIDDEN_EXTENSIONS.iter().find(|(known, _)| extension.eq_ignore_ascii_case(known)).map(|(_, format)| *format)
}

/// The forbidden format whose magic bytes a file begins with.
pub(crate) fn forbidden_magic(start: &[u8]) -> Option<&'static str> {
    match start {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some("a zip archive, as PyTorch and NumPy write them"),
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => Some("a NumPy array"),
        [0x89, b'H', b'D', b'F', ..] => Some("an HDF5 file"),
        [0x1f, 0x8b, ..] if !is_header_length(start) => Some("a gzip archive"),
        [0x80, 2..=5, ..] if !is_header_length(start) => Some("a pickle"),
        _ => None,
    }
}

/// Whether the bytes may be the length of a safetensors header (below 2²⁴, then the JSON's first brace): such a length
/// can begin with the two bytes of a shorter magic.
fn is_header_length(start: &[u8]) -> bool {
    matches!(start, [_, _, _, 0, 0, 0, 0, 0, b'{', ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_relative_paths_are_safe() {
        assert!(["manifest.json", "a/b-c_d.E1", "..a", "a..b"].into_iter().all(is_safe));
    }

    #[test]
    fn paths_that_leave_the_package_are_not_safe() {
        let paths = ["", "/etc/passwd", "../a", "a/../b", "a//b", "a/", "./a", "a\\b", "C:a", "a b", "ä", "a\0"];
        assert_eq!(paths.into_iter().find(|path| is_safe(path)), None);
        assert!(!is_safe(&"a".repeat(MAX_PATH_BYTES + 1)));
    }

    #[test]
    fn pickles_and_archives_are_known_by_extension_whatever_its_case() {
        assert!(["a.pt", "a.PTH", "x/a.pkl", "a.npz"].into_iter().all(|path| forbidden_extension(path).is_some()));
        assert_eq!(forbidden_extension("model.safetensors"), None);
    }

    #[test]
    fn pickles_and_archives_are_known_by_their_first_bytes() {
        assert_eq!(forbidden_magic(b"\x80\x02}q\x00(X\x05\x00"), Some("a pickle"));
        assert_eq!(forbidden_magic(b"\x80\x04\x95\x0b\0\0\0\0\0\0\0"), Some("a pickle"));
        assert!(forbidden_magic(b"PK\x03\x04\x14").is_some());
        assert_eq!(forbidden_magic(b"\x1f\x8b\x08\0\0\0\0\0"), Some("a gzip archive"));
    }

    #[test]
    fn a_safetensors_header_whose_length_looks_like_a_pickle_is_not_one() {
        assert_eq!(forbidden_magic(b"\x80\x02\0\0\0\0\0\0{\"a\":"), None);
    }
}
