//! int8 products.

use crate::quantised_products::{self, Shape, Weight};
use crate::timing::floats;
use votive_kernels::{Level, PackedLinearI8, QuantisedRows};

const SHAPES: [Shape; 8] = [
    (512, 512, 512),
    (1024, 1024, 1024),
    (2048, 2048, 2048),
    (128, 384, 1536),
    (1, 4096, 4096),
    (4, 4096, 4096),
    (1, 4096, 11008),
    (4, 4096, 11008),
];

pub fn run() {
    let pack = |inputs, outputs| {
        let quantised = QuantisedRows::new(&floats(inputs * outputs), inputs, outputs).unwrap();
        let values: Vec<i8> = quantised.rows().flatten().copied().collect();
        PackedLinearI8::new(&values, quantised.scales(), inputs, outputs).unwrap()
    };
    quantised_products::run("i8", &SHAPES, &[(4096, 4096), (4096, 11008)], pack);
}

impl Weight for PackedLinearI8 {
    fn size_bytes(&self) -> usize {
        self.size_bytes()
    }

    fn multiply(&self, level: Level, x: &[f32], rows: usize, out: &mut [f32]) {
        let x = QuantisedRows::new_at(level, x, self.inputs(), rows).unwrap();
        self.apply_at(level, &x, None, out).unwrap();
    }
}
