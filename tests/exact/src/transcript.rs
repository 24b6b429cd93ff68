use alloc::{format, vec::Vec};
use votive_kernels::KernelError;

/// The bytes of all results of a case, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Transcript(Vec<u8>);

impl Transcript {
    /// Adds `bytes` after their number.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        self.0.extend_from_slice(bytes);
    }

    /// Adds integers, little-endian.
    pub fn integers(&mut self, integers: &[u32]) {
        let bytes: Vec<u8> = integers.iter().flat_map(|integer| integer.to_le_bytes()).collect();
        self.bytes(&bytes);
    }

    /// Adds the bits of floats: −0 is not +0 here.
    pub fn floats(&mut self, floats: &[f32]) {
        let bits: Vec<u32> = floats.iter().map(|float| float.to_bits()).collect();
        self.integers(&bits);
    }

    /// Adds what an operation gave, or why it refused its operands.
    pub fn outcome(&mut self, outcome: Result<Vec<f32>, KernelError>) {
        match outcome {
            Ok(floats) => self.floats(&floats),
            Err(refusal) => self.bytes(format!("refused: {refusal}").as_bytes()),
        }
    }

    /// BLAKE2b-256 of the results.
    pub fn digest(&self) -> [u8; 32] {
        sp_crypto_hashing::blake2_256(&self.0)
    }
}
