//! The socket: in a folder that only this user can enter, and in place of one that nobody serves any more.

use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::{fs, fs::DirBuilder};

/// Why there is no socket.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SocketError {
    /// The system refuses a step.
    #[error("cannot make the socket {path}: check its folder, and that the path has at most 107 bytes")]
    Io {
        /// The socket.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// Others may enter the folder.
    #[error("others may enter {0}, where the socket is to lie; make it private (chmod 700) or name another folder")]
    NotPrivate(PathBuf),
    /// Something else lies there.
    #[error("{0} is no socket; remove it, or name another path")]
    NotASocket(PathBuf),
    /// Somebody serves on it.
    #[error("another engine serves on {0}; stop it, or name another path")]
    Served(PathBuf),
}

/// Listens on `path`, for this user alone. The folder is made if there is none, and must be private if there is one.
///
/// # Errors
/// What [`SocketError`] lists. What lies at `path` is replaced only if it is a socket that nobody serves.
pub fn private_listener(path: &Path) -> Result<UnixListener, SocketError> {
    let io = |source| SocketError::Io { path: path.into(), source };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(io)?;
    let found = fs::metadata(folder).map_err(io)?;
    if found.mode() & 0o077 != 0 || found.uid() != rustix::process::geteuid().as_raw() {
        return Err(SocketError::NotPrivate(folder.into()));
    }
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(io(error)),
        Ok(found) if !found.file_type().is_socket() => return Err(SocketError::NotASocket(path.into())),
        Ok(_) if UnixStream::connect(path).is_ok() => return Err(SocketError::Served(path.into())),
        Ok(_) => fs::remove_file(path).map_err(io)?,
    }
    let listener = UnixListener::bind(path).map_err(io)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(io)?;
    Ok(listener)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn private() -> tempfile::TempDir {
        tempfile::Builder::new().permissions(fs::Permissions::from_mode(0o700)).tempdir().expect("a folder")
    }

    #[test]
    fn the_socket_is_for_its_user_alone_and_its_folder_is_made() {
        let folder = private();
        let path = folder.path().join("engine/socket");
        let _listener = private_listener(&path).expect("it listens");
        let mode = |path: &Path| fs::metadata(path).expect("it is there").mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().expect("it has one"))), (0o600, 0o700));
    }

    #[test]
    fn a_socket_that_nobody_serves_is_replaced_and_one_that_is_served_is_not() {
        let folder = private();
        let path = folder.path().join("socket");
        drop(private_listener(&path).expect("it listens"));
        let _listener = private_listener(&path).expect("the stale one is replaced");
        assert!(matches!(private_listener(&path), Err(SocketError::Served(_))));
    }

    #[test]
    fn a_folder_that_others_may_enter_and_a_file_in_the_way_are_refused() {
        let folder = private();
        let path = folder.path().join("socket");
        fs::write(&path, "a file").expect("written");
        assert!(matches!(private_listener(&path), Err(SocketError::NotASocket(_))));
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("set");
        assert!(matches!(private_listener(&path), Err(SocketError::NotPrivate(_))));
    }
}
