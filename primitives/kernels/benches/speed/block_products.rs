//! Products with block-quantised weights.

use crate::quantised_products::{self, Shape, Weight};
use votive_kernels::{BlockFormat, Level, PackedLinearBlocks, QuantisedBlocks};

const SHAPES: [Shape; 4] = [(1, 4096, 4096), (4, 4096, 4096), (128, 4096, 4096), (512, 1024, 1024)];

pub fn q8_0() {
    run(BlockFormat::Q8_0);
}

pub fn q4k() {
    run(BlockFormat::Q4K);
}

pub fn q6k() {
    run(BlockFormat::Q6K);
}

fn run(format: BlockFormat) {
    let pack = |inputs, outputs| {
        // Blocks of equal bytes, which are finite scales too.
        let blocks = vec![0x19; outputs * inputs / format.block_inputs() * format.block_bytes()];
        PackedLinearBlocks::new(format, &blocks, inputs, outputs).unwrap()
    };
    quantised_products::run(&format!("{format:?}"), &SHAPES, &[(4096, 4096)], pack);
}

impl Weight for PackedLinearBlocks {
    fn size_bytes(&self) -> usize {
        self.size_bytes()
    }

    fn multiply(&self, level: Level, x: &[f32], rows: usize, out: &mut [f32]) {
        let x = QuantisedBlocks::new_at(level, x, self.inputs(), rows).unwrap();
        self.apply_at(level, &x, None, out).unwrap();
    }
}
