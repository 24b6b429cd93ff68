//! The packages that an engine keeps in memory.

use crate::package::Package;
use crate::EngineError;
use std::sync::Arc;
use votive_digest::Hash;

/// Loaded packages, the one used last at the end.
#[derive(Default)]
pub(crate) struct Loaded {
    packages: Vec<Arc<Package>>,
}

impl Loaded {
    /// The package that `root` names, which is now the one used last.
    pub fn get(&mut self, root: &Hash) -> Option<Arc<Package>> {
        let position = self.packages.iter().position(|package| package.root() == *root)?;
        let package = self.packages.remove(position);
        self.packages.push(package.clone());
        Some(package)
    }

    /// Bytes that the packages need, one call each included.
    pub fn memory_bytes(&self) -> u64 {
        self.packages.iter().map(|package| package.memory_bytes()).sum()
    }

    /// Drops idle packages, the longest unused first, until `need` more bytes fit in `limit`.
    pub fn make_room(&mut self, need: u64, limit: u64) -> Result<(), EngineError> {
        loop {
            let free = limit.saturating_sub(self.memory_bytes());
            if need <= free {
                return Ok(());
            }
            // Threads take packages from here under the engine's lock only, so a count of one stays one; qed
            let idle = self.packages.iter().position(|package| Arc::strong_count(package) == 1);
            self.packages.remove(idle.ok_or(EngineError::Busy { need, free })?);
        }
    }

    /// Keeps `package`, for which there is room.
    pub fn insert(&mut self, package: Arc<Package>) {
        self.packages.push(package);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EngineLimits;
    use std::path::Path;

    fn digits() -> Arc<Package> {
        let folder = Path::new("../../models/digits/package").to_path_buf();
        Arc::new(Package::load(&folder, None, &EngineLimits::default()).expect("the digits load"))
    }

    #[test]
    fn a_package_in_use_is_not_dropped() {
        let (mut loaded, package) = (Loaded::default(), digits());
        loaded.insert(package.clone());
        let refused = loaded.make_room(1, package.memory_bytes());
        assert!(matches!(refused, Err(EngineError::Busy { need: 1, free: 0 })));
        assert!(loaded.get(&package.root()).is_some());
    }

    #[test]
    fn an_idle_package_is_dropped_when_room_is_needed() {
        let (mut loaded, package) = (Loaded::default(), digits());
        let (root, size) = (package.root(), package.memory_bytes());
        loaded.insert(package);
        assert!(loaded.make_room(1, size).is_ok());
        assert!(loaded.get(&root).is_none());
    }
}
