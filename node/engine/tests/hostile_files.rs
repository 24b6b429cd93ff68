//! Folders that are no sound package are refused, with a message, before their weights are looked at.

mod fixture;

use fixture::*;
use std::fs::File;
use votive_digest::MAX_PACKAGE_FILES;
use votive_engine::{CheckedPackage, EngineLimits, ManifestError, Package, PackageError, Threads};

fn sound() -> (Store, std::path::PathBuf) {
    let store = Store::new();
    let folder = store.add("package", &mlp_manifest(), &mlp_weights());
    (store, folder)
}

#[test]
fn a_package_with_another_root_is_refused() {
    let (_store, folder) = sound();
    let asked = root(&folder);
    write(&folder, "golden.json", br#"{"vectors":[{"input":"01"}]}"#);
    let error = Package::load(&folder, Some(&asked), &EngineLimits::default()).expect_err("refused");
    assert!(
        matches!(&error, PackageError::WrongRoot { expected, actual } if *expected == asked && *actual == root(&folder))
    );
    assert!(error.to_string().contains("the package's root is 0x"));
}

#[test]
fn weights_that_change_after_they_were_checked_are_not_loaded() {
    let (_store, folder) = sound();
    let checked = CheckedPackage::read(&folder, None, &EngineLimits::default()).expect("it is sound");
    let mut weights = mlp_weights();
    let last = weights.len() - 1;
    weights[last] ^= 1;
    write(&folder, "model.safetensors", &weights);
    let error = checked.load(Threads::one()).expect_err("refused");
    assert!(matches!(&error, PackageError::Changed(path) if path == "model.safetensors"));
    assert_eq!(error.cause(), "io");
}

#[test]
fn the_root_is_compared_before_the_manifest_is_parsed() {
    let (_store, folder) = sound();
    write(&folder, "manifest.json", b"not JSON");
    let error = Package::load(&folder, Some(&[7; 32]), &EngineLimits::default()).expect_err("refused");
    assert!(matches!(error, PackageError::WrongRoot { .. }));
}

#[test]
fn a_package_without_a_manifest_is_refused() {
    let (_store, folder) = sound();
    std::fs::remove_file(folder.join("manifest.json")).expect("removed");
    let error = refusal(&folder);
    assert!(matches!(&error, PackageError::MissingFile(path) if path == "manifest.json"));
    assert!(error.to_string().contains("no `manifest.json`"));
}

#[test]
fn a_package_without_a_listed_file_is_refused() {
    let (_store, folder) = sound();
    std::fs::remove_file(folder.join("model.safetensors")).expect("removed");
    let error = refusal(&folder);
    assert!(matches!(&error, PackageError::MissingFile(path) if path == "model.safetensors"));
}

#[test]
fn a_file_that_the_manifest_does_not_list_is_refused() {
    let (_store, folder) = sound();
    write(&folder, "extra.txt", b"");
    let error = refusal(&folder);
    assert!(matches!(&error, PackageError::UnlistedFile(path) if path == "extra.txt"));
    assert!(error.to_string().contains("`extra.txt` is not in the manifest's `files`"));
}

#[test]
fn a_pickle_is_refused_by_its_first_bytes() {
    let (_store, folder) = sound();
    write(&folder, "model.safetensors", b"\x80\x04\x95\x1a\0\0\0\0\0\0\0\x8c\x08builtins\x94\x8c\x04eval\x94\x93.");
    let error = refusal(&folder);
    assert!(
        matches!(&error, PackageError::ForbiddenFormat { path, format: "a pickle" } if path == "model.safetensors")
    );
    assert!(error.to_string().contains("convert the weights to safetensors"));
}

#[test]
fn a_zip_archive_is_refused_by_its_first_bytes() {
    let (_store, folder) = sound();
    write(&folder, "model.safetensors", b"PK\x03\x04\x14\0\0\0\0\0archive/data.pkl");
    let error = refusal(&folder);
    assert!(error.to_string().contains("a zip archive"));
}

#[test]
fn a_checkpoint_is_refused_by_its_name() {
    for name in ["model.pt", "model.pth", "model.PKL", "model.npz"] {
        let (_store, folder) = sound();
        write(&folder, name, b"");
        let error = refusal(&folder);
        assert!(matches!(&error, PackageError::ForbiddenFormat { path, .. } if path == name));
    }
}

#[test]
fn a_manifest_that_names_a_path_outside_of_the_package_is_refused() {
    for path in ["../model.safetensors", "/etc/passwd", "a/../../b", "a\\b"] {
        let (_store, folder) = sound();
        let mut manifest = mlp_manifest();
        manifest["weights"] = path.into();
        manifest["files"] = serde_json::json!(["golden.json", path]);
        write(&folder, "manifest.json", manifest.to_string().as_bytes());
        let error = refusal(&folder);
        assert!(matches!(&error, PackageError::Manifest(ManifestError::UnsafePath(named)) if named == path));
        assert!(text(&error).contains("leaves the package"));
    }
}

#[test]
fn a_file_whose_name_holds_other_characters_is_refused() {
    let (_store, folder) = sound();
    write(&folder, "a b", b"");
    let error = refusal(&folder);
    assert!(matches!(&error, PackageError::UnsafePath(path) if path == "a b"));
    assert!(error.to_string().contains("`a b`"));
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_is_refused() {
    let (store, folder) = sound();
    let outside = store.folder.path().join("outside");
    std::fs::rename(folder.join("model.safetensors"), &outside).expect("moved");
    std::os::unix::fs::symlink(&outside, folder.join("model.safetensors")).expect("linked");
    let error = refusal(&folder);
    assert!(matches!(&error, PackageError::NotAFile(path) if path == "model.safetensors"));
    assert!(error.to_string().contains("is a link"));
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_to_a_folder_is_refused() {
    let (store, folder) = sound();
    std::os::unix::fs::symlink(store.folder.path(), folder.join("sub")).expect("linked");
    assert!(matches!(refusal(&folder), PackageError::NotAFile(path) if path == "sub"));
}

#[test]
fn more_files_than_a_package_may_hold_are_refused() {
    let (_store, folder) = sound();
    for number in 0..MAX_PACKAGE_FILES {
        write(&folder, &format!("extra{number}"), b"");
    }
    let error = refusal(&folder);
    assert!(matches!(error, PackageError::TooManyFiles));
    assert!(error.to_string().contains("more than 64 files"));
}

#[test]
fn folders_that_lie_too_deep_are_refused() {
    let (_store, folder) = sound();
    std::fs::create_dir_all(folder.join("a/b/c/d/e/f")).expect("folders");
    assert!(matches!(refusal(&folder), PackageError::TooDeep(_)));
}

#[test]
fn a_package_longer_than_the_limit_is_refused_before_it_is_read() {
    let (_store, folder) = sound();
    // A file without content on the disk: reading it would take a tebibyte of memory.
    let file = File::create(folder.join("model.safetensors")).expect("a file");
    file.set_len(1 << 40).expect("a sparse file");
    let error = refusal(&folder);
    assert!(matches!(error, PackageError::TooLarge { limit } if limit == 512 << 20));
    assert!(error.to_string().contains("536870912 bytes"));
}

#[test]
fn a_manifest_of_more_than_64_kib_is_refused() {
    let (_store, folder) = sound();
    write(&folder, "manifest.json", &vec![b' '; 64 * 1024 + 1]);
    let error = refusal(&folder);
    assert!(matches!(error, PackageError::Manifest(ManifestError::TooLong(65_537))));
}

#[test]
fn a_manifest_of_ten_thousand_nested_lists_is_refused() {
    let (_store, folder) = sound();
    write(&folder, "manifest.json", format!(r#"{{"layers":{}"#, "[".repeat(10_000)).as_bytes());
    assert!(matches!(refusal(&folder), PackageError::Manifest(ManifestError::Json(_))));
}

#[test]
fn an_unknown_field_of_the_manifest_is_refused_by_its_name() {
    let (_store, folder) = sound();
    let mut manifest = mlp_manifest();
    manifest["layers"][1]["surprise"] = 1.into();
    write(&folder, "manifest.json", manifest.to_string().as_bytes());
    assert!(text(&refusal(&folder)).contains("unknown field `surprise`"));
}
