//! Folders that hold anything: files under any name, folders, links, and files without content on the disk.

use super::bases::BASES;
use super::edit_seeds;
use crate::memory;
use arbitrary::{Result, Unstructured};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::{ffi::OsStrExt, fs::symlink};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use votive_engine::{root_of, CheckedPackage, EngineLimits, Package};

/// What a machine of these tests may spend.
const LIMITS: EngineLimits = EngineLimits { max_package_bytes: 1 << 20, max_memory_bytes: 16 << 20 };

/// What a refused folder may take: its list, the chunk that is hashed, its files, and the trees of those that are JSON.
const REFUSED_BYTES: usize = 4 << 20;

/// Names of packages, and names that are refused.
const NAMES: [&[u8]; 15] = [
    b"manifest.json",
    b"golden.json",
    b"model.safetensors",
    b"model.gguf",
    b"tokenizer.json",
    b"a.pkl",
    b"b.PT",
    b"a b",
    b"c",
    b"d",
    b"\xff\xfe",
    b".hidden",
    b"...",
    b"\xc3\xa9",
    b"a\\b",
];

pub fn run(case: &[u8]) {
    let store = TempDir::new().expect("a temporary folder");
    let folder = store.path().join("package");
    fs::create_dir(&folder).expect("a folder");
    let mut case = Unstructured::new(case);
    let _ = fill(&folder, &mut case);
    let (loaded, peak) = memory::measure(|| (root_of(&folder, &LIMITS), Package::load(&folder, None, &LIMITS)));
    assert!(peak <= REFUSED_BYTES, "{peak} bytes");
    if let (root, Ok(package)) = loaded {
        let (root, size) = root.expect("a package that loads has a root");
        assert_eq!((package.root(), package.size()), (root, size));
        let wrong = [root[0] ^ 1; 32];
        // The root is looked at before anything is loaded.
        assert!(CheckedPackage::read(&folder, Some(&root), &LIMITS).is_ok());
        assert!(CheckedPackage::read(&folder, Some(&wrong), &LIMITS).is_err());
    }
}

/// Writes a sound package, and then puts things into it or in its files' place. What the system refuses is left out.
fn fill(folder: &Path, case: &mut Unstructured<'_>) -> Result<()> {
    let base = &BASES[usize::from(case.arbitrary::<u8>()?) % BASES.len()];
    let sound = [
        ("manifest.json", base.manifest.text().as_bytes()),
        ("golden.json", base.golden.text().as_bytes()),
        (base.weights_path(), &base.weights()),
    ];
    let tokenizer = base.tokenizer.as_ref().map(|tokenizer| ("tokenizer.json", tokenizer.text().as_bytes()));
    for (name, bytes) in sound.into_iter().chain(tokenizer) {
        let _ = fs::write(folder.join(name), bytes);
    }
    for _ in 0..case.arbitrary::<u8>()? % 8 {
        let place = place(folder, case)?;
        let _ = match case.arbitrary::<u8>()? % 8 {
            0 => fs::remove_file(&place),
            1 | 2 => fs::create_dir_all(&place),
            3 => symlink(target(folder, case)?, &place),
            4 => File::create(&place).and_then(|file| file.set_len(case.arbitrary::<u64>().unwrap_or(0) >> 24)),
            5 => (0..usize::from(case.arbitrary::<u8>()? % 80))
                .try_for_each(|i| fs::write(folder.join(format!("e{i}")), b"")),
            _ => {
                let length = usize::from(case.arbitrary::<u8>()?).min(case.len());
                fs::write(&place, case.bytes(length)?)
            }
        };
    }
    Ok(())
}

/// A place inside of `folder`, of up to six names.
fn place(folder: &Path, case: &mut Unstructured<'_>) -> Result<PathBuf> {
    let mut place = folder.to_owned();
    for _ in 0..=case.arbitrary::<u8>()?.saturating_sub(200) / 10 {
        place.push(name(case)?);
    }
    Ok(place)
}

/// One name, which is no path.
fn name(case: &mut Unstructured<'_>) -> Result<PathBuf> {
    let number: u8 = case.arbitrary()?;
    if number < 240 {
        return Ok(OsStr::from_bytes(NAMES[usize::from(number) % NAMES.len()]).into());
    }
    let length = usize::from(case.arbitrary::<u8>()?).min(case.len());
    let bytes: Vec<u8> = case.bytes(length)?.iter().copied().filter(|byte| !matches!(byte, b'/' | 0)).collect();
    let is_name = !matches!(&bytes[..], b"" | b"." | b"..");
    Ok(if is_name { OsStr::from_bytes(&bytes).into() } else { "x".into() })
}

/// What a link points to: the folder itself, a file of it, or nothing.
fn target(folder: &Path, case: &mut Unstructured<'_>) -> Result<PathBuf> {
    Ok(match case.arbitrary::<u8>()? % 3 {
        0 => folder.to_owned(),
        1 => folder.join("golden.json"),
        _ => "nowhere".into(),
    })
}

pub fn seeds() -> Vec<Vec<u8>> {
    (0..BASES.len() as u8).map(|base| vec![base, 0]).chain(edit_seeds()).collect()
}
