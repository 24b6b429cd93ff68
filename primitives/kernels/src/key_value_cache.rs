use crate::{
    check_finite,
    product::Packed,
    shape::{check_len, check_rows, element_count},
    simd::{Line, LANES},
    KernelError,
};
use alloc::{vec, vec::Vec};

/// The keys and values of one attention layer, arranged for fast products as they come in.
#[derive(Clone)]
pub struct KeyValueCache {
    /// For each head panels of 16 keys, and in a panel a line for each element of the head.
    keys: Vec<Line>,
    /// For each head panels of 16 elements of the head, and in a panel a line for each key.
    values: Vec<Line>,
    heads: usize,
    head_size: usize,
    /// A multiple of 16.
    capacity: usize,
    len: usize,
}

impl KeyValueCache {
    /// An empty cache of `capacity` keys, each with `heads` of `head_size` elements; the memory is taken at once.
    ///
    /// # Errors
    /// [`ZeroDimension`](KernelError::ZeroDimension) and [`TooLarge`](KernelError::TooLarge) for a wrong shape.
    pub fn new(heads: usize, head_size: usize, capacity: usize) -> Result<Self, KernelError> {
        element_count(&[heads, head_size, capacity])?;
        let capacity = capacity.next_multiple_of(LANES);
        let keys = element_count(&[heads, capacity / LANES, head_size])?;
        let values = element_count(&[heads, head_size.div_ceil(LANES), capacity])?;
        let empty = Line([0.0; LANES]);
        Ok(Self { keys: vec![empty; keys], values: vec![empty; values], heads, head_size, capacity, len: 0 })
    }

    /// Adds keys and values after those that are there; both are rows × heads · head size.
    ///
    /// # Errors
    /// [`ZeroDimension`](KernelError::ZeroDimension) and [`ShapeMismatch`](KernelError::ShapeMismatch) for a wrong shape;
    /// [`TooLarge`](KernelError::TooLarge) if the capacity does not hold the rows; [`NotFinite`](KernelError::NotFinite)
    /// if a key or a value is a NaN or an infinity. An error leaves the cache as it was.
    pub fn append(&mut self, keys: &[f32], values: &[f32]) -> Result<(), KernelError> {
        let columns = self.heads * self.head_size;
        let rows = check_rows("keys", keys.len(), columns)?;
        check_len("values", values.len(), keys.len())?;
        if rows > self.capacity - self.len {
            return Err(KernelError::TooLarge);
        }
        check_finite(keys)?;
        check_finite(values)?;
        for (keys, values) in keys.chunks_exact(columns).zip(values.chunks_exact(columns)) {
            let heads = keys.chunks_exact(self.head_size).zip(values.chunks_exact(self.head_size));
            for (head, (key, value)) in heads.enumerate() {
                self.write(head, key, value);
            }
            self.len += 1;
        }
        Ok(())
    }

    /// Forgets all keys but the first `len`; nothing if there are not more.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// The keys in the cache.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no key is in the cache.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The keys that the cache can hold: the capacity asked for, up to the next multiple of 16.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// The heads of keys and values.
    pub fn heads(&self) -> usize {
        self.heads
    }

    /// The elements of a head.
    pub fn head_size(&self) -> usize {
        self.head_size
    }

    /// The keys of `head` as the weight of a product whose outputs are keys.
    pub(crate) fn keys_of(&self, head: usize) -> Packed<'_> {
        let lines = self.keys.len() / self.heads;
        Packed { lines: &self.keys[head * lines..][..lines], inputs: self.head_size }
    }

    /// The values of `head`, from the key `start` on, as the weight of a product whose inputs are keys.
    pub(crate) fn values_of(&self, head: usize, start: usize) -> Packed<'_> {
        let lines = self.values.len() / self.heads;
        Packed { lines: &self.values[head * lines..][start..lines], inputs: self.capacity }
    }

    /// Writes the next key and value of `head`.
    fn write(&mut self, head: usize, key: &[f32], value: &[f32]) {
        let (panel, lane) = (self.len / LANES, self.len % LANES);
        let lines = self.keys.len() / self.heads;
        let keys = &mut self.keys[head * lines + panel * self.head_size..][..self.head_size];
        for (line, &element) in keys.iter_mut().zip(key) {
            line.0[lane] = element;
        }
        let lines = self.values.len() / self.heads;
        let values = self.values[head * lines + self.len..].iter_mut().step_by(self.capacity);
        for (line, elements) in values.zip(value.chunks(LANES)) {
            line.0[..elements.len()].copy_from_slice(elements);
        }
    }
}
