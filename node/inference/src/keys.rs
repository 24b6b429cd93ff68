//! Worker keys in the node's keystore.

use sp_keystore::{Error, Keystore};
use votive_primitives::worker_key::{WorkerKey, WORKER_KEY_TYPE};

/// How many worker keys a development seed stands for: as many as the development presets register for each.
const DEVELOPMENT_KEYS: u32 = 2;

/// Puts the worker keys of a development seed (`//Alice`) into the keystore: `//Alice//worker//1` and
/// `//Alice//worker//2`. They are known to everyone, so a chain whose money counts must not be given a seed.
///
/// They live in memory only, like the session keys of the same seed. Repeating it changes nothing.
pub fn insert_development_keys<K: Keystore + ?Sized>(keystore: &K, seed: Option<&str>) -> Result<(), Error> {
    let Some(seed) = seed else { return Ok(()) };
    for number in 1..=DEVELOPMENT_KEYS {
        let suri = format!("{seed}//worker//{number}");
        keystore.ed25519_generate_new(WORKER_KEY_TYPE, Some(&suri))?;
    }
    Ok(())
}

/// The worker keys of this machine.
pub fn local_keys<K: Keystore + ?Sized>(keystore: &K) -> Vec<WorkerKey> {
    keystore.ed25519_public_keys(WORKER_KEY_TYPE).into_iter().map(WorkerKey::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sc_keystore::LocalKeystore;
    use sp_core::{ed25519, Pair};

    fn key(suri: &str) -> WorkerKey {
        ed25519::Pair::from_string(suri, None).expect("the suri is well-formed").public().into()
    }

    #[test]
    fn a_seed_gives_both_of_its_worker_keys_however_often() {
        let keystore = LocalKeystore::in_memory();
        for _ in 0..2 {
            insert_development_keys(&keystore, Some("//Alice")).unwrap();
        }
        let mut keys = local_keys(&keystore);
        let mut expected = vec![key("//Alice//worker//1"), key("//Alice//worker//2")];
        keys.sort();
        expected.sort();
        assert_eq!(keys, expected);
    }

    #[test]
    fn no_seed_gives_no_keys() {
        let keystore = LocalKeystore::in_memory();
        insert_development_keys(&keystore, None).unwrap();
        assert_eq!(local_keys(&keystore), vec![]);
    }

    #[test]
    fn the_keys_sign() {
        let keystore = LocalKeystore::in_memory();
        insert_development_keys(&keystore, Some("//Bob")).unwrap();
        let public = keystore.ed25519_public_keys(WORKER_KEY_TYPE)[0];
        let signature = keystore.ed25519_sign(WORKER_KEY_TYPE, &public, b"message").unwrap().unwrap();
        assert!(ed25519::Pair::verify(&signature, b"message", &public));
    }
}
