//! The packages that an engine keeps in memory.

use crate::package::Package;
use crate::EngineError;
use std::sync::Arc;
use votive_digest::Hash;

/// Loaded packages, the one used last at the end.
#[derive(Default)]
pub(crate) struct Loaded {
    packages: Vec<Arc<Package>>,
    /// Bytes that are kept for packages on their way in.
    reserved: u64,
}

impl Loaded {
    /// The package that `root` names, for one call: it is now the one used last. `None` if it is not loaded.
    ///
    /// The first call of a package was counted with it. For one beside others there must be room in `limit`, for which idle
    /// packages are dropped.
    pub fn get(&mut self, root: &Hash, limit: u64) -> Result<Option<Arc<Package>>, EngineError> {
        let Some(package) = self.packages.iter().find(|package| package.root() == *root) else { return Ok(None) };
        if calls(package) > 0 {
            let need = package.call_bytes();
            self.make_room(need, limit)?;
        }
        // Only idle packages were dropped, and this one was not idle where any was; qed
        let position = self.packages.iter().position(|package| package.root() == *root);
        let package = position.map(|position| self.packages.remove(position));
        self.packages.extend(package.clone());
        Ok(package)
    }

    /// Bytes that the packages need, with the calls that run, or else one call each, and those on their way in.
    pub fn memory_bytes(&self) -> u64 {
        let further = |package: &Arc<Package>| package.call_bytes().saturating_mul(calls(package).saturating_sub(1));
        let packages = self.packages.iter().map(|package| package.memory_bytes().saturating_add(further(package)));
        packages.fold(self.reserved, u64::saturating_add)
    }

    /// Keeps room of `need` bytes in `limit` for a package that is loaded, until it is [released](Self::release).
    pub fn reserve(&mut self, need: u64, limit: u64) -> Result<(), EngineError> {
        self.make_room(need, limit)?;
        self.reserved += need;
        Ok(())
    }

    /// Gives up room that was kept.
    pub fn release(&mut self, bytes: u64) {
        self.reserved -= bytes;
    }

    /// Drops idle packages, the longest unused first, until `need` more bytes fit in `limit`.
    pub fn make_room(&mut self, need: u64, limit: u64) -> Result<(), EngineError> {
        loop {
            let free = limit.saturating_sub(self.memory_bytes());
            if need <= free {
                return Ok(());
            }
            // Threads take packages from here under the engine's lock only, so an idle one stays idle; qed
            let idle = self.packages.iter().position(|package| calls(package) == 0);
            self.packages.remove(idle.ok_or(EngineError::Busy { need, free })?);
        }
    }

    /// Keeps `package`, for which there is room.
    pub fn insert(&mut self, package: Arc<Package>) {
        self.packages.push(package);
    }
}

/// How many calls of a package run: each holds it once, and the list does.
fn calls(package: &Arc<Package>) -> u64 {
    Arc::strong_count(package).saturating_sub(1) as u64
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
        assert!(loaded.get(&package.root(), u64::MAX).is_ok_and(|found| found.is_some()));
    }

    #[test]
    fn an_idle_package_is_dropped_when_room_is_needed() {
        let (mut loaded, package) = (Loaded::default(), digits());
        let (root, size) = (package.root(), package.memory_bytes());
        loaded.insert(package);
        assert!(loaded.make_room(1, size).is_ok());
        assert!(loaded.get(&root, u64::MAX).is_ok_and(|found| found.is_none()));
    }

    #[test]
    fn room_for_a_package_on_its_way_in_is_given_to_no_call() {
        let (mut loaded, package) = (Loaded::default(), digits());
        let (root, size, call) = (package.root(), package.memory_bytes(), package.call_bytes());
        loaded.insert(package);
        let _first = loaded.get(&root, size).expect("it is counted").expect("it is loaded");
        loaded.reserve(10, size + 10).expect("there is room");
        assert!(matches!(loaded.get(&root, size + 10 + call - 1), Err(EngineError::Busy { .. })));
        assert!(matches!(loaded.reserve(1, size + 10), Err(EngineError::Busy { need: 1, free: 0 })));
        loaded.release(10);
        assert!(loaded.get(&root, size + call).is_ok_and(|found| found.is_some()));
    }

    #[test]
    fn each_call_beside_the_first_needs_room_of_its_own() {
        let (mut loaded, package) = (Loaded::default(), digits());
        let (root, size, call) = (package.root(), package.memory_bytes(), package.call_bytes());
        loaded.insert(package);
        let first = loaded.get(&root, size).expect("it is counted").expect("it is loaded");
        assert_eq!(loaded.memory_bytes(), size);
        assert!(matches!(loaded.get(&root, size + call - 1), Err(EngineError::Busy { need, .. }) if need == call));
        let second = loaded.get(&root, size + call).expect("there is room").expect("it is loaded");
        assert_eq!(loaded.memory_bytes(), size + call);
        drop((first, second));
        assert_eq!(loaded.memory_bytes(), size);
    }
}
