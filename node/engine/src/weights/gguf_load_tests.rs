//! What is made of the tensors of a GGUF file.

use super::gguf_file::{f32s, GgufFile, GgufTensor, Q4_K, Q6_K, Q8_0};
use super::*;

/// Runs `check` on the weights in `file`, whose queries and keys have rows of that order.
fn with_weights(file: &GgufFile, order: RowOrder, check: impl FnOnce(&Weights)) {
    let content = file.bytes();
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let location = folder.path().join("file");
    std::fs::write(&location, &content).expect("a file");
    let leaves = content.chunks(votive_digest::CHUNK_BYTES).map(votive_digest::chunk_hash).collect();
    let file = CheckedFile::new("file".into(), location, content.len() as u64, leaves);
    let reader = file.read(0..content.len()).expect("it is read");
    let mut header = read_gguf(reader, file.size()).expect("the header is sound");
    header.order_rotary_rows(order);
    check(&Weights::new(&file, &header, &Threads::one()));
}

/// Random blocks whose scales are finite, more than are read at once.
fn blocks(element: u32, format: BlockFormat, outputs: usize) -> GgufTensor {
    let mut state = element;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // Below 0x7c, which begins infinities and NaNs.
        (state >> 16) as u8 & 0x3f
    };
    let bytes = (0..outputs * 512 / format.block_inputs() * format.block_bytes()).map(|_| next()).collect();
    GgufTensor { name: "blk.0.attn_q.weight".into(), dimensions: vec![512, outputs as u64], element, bytes }
}

const QUERY: &str = "model.layers.0.self_attn.q_proj.weight";

/// All rows of a matrix, as floats.
fn rows(matrix: &PackedLinearBlocks) -> Vec<f32> {
    let mut rows = vec![0.0; matrix.outputs() * matrix.inputs()];
    matrix.embed(&(0..matrix.outputs() as u32).collect::<Vec<_>>(), &mut rows).expect("its rows");
    rows
}

#[test]
fn blocks_are_packed_as_they_stand() {
    for (element, format) in [(Q8_0, BlockFormat::Q8_0), (Q4_K, BlockFormat::Q4K), (Q6_K, BlockFormat::Q6K)] {
        let tensor = blocks(element, format, 96);
        assert!(tensor.bytes.len() > BLOCK_BYTES);
        let expected = PackedLinearBlocks::new(format, &tensor.bytes, 512, 96).expect("sound blocks");
        with_weights(&GgufFile::new(vec![tensor]), RowOrder::AsStored, |weights| {
            let packed = weights.packed_blocks((QUERY, format), (512, 96)).expect("they are packed");
            assert_eq!(rows(&packed), rows(&expected));
        });
    }
}

#[test]
fn rows_of_neighbours_are_parted_whatever_their_elements_are() {
    let order = RowOrder::Neighbours { head_size: 8 };
    let source = |row: usize| row / 8 * 8 + row % 4 * 2 + row % 8 / 4;
    let values: Vec<f32> = (0..16 * 512).map(|value| value as f32).collect();
    let floats = f32s("blk.0.attn_q.weight", &[512, 16], &values);
    let bias = f32s("blk.0.attn_k.bias", &[8], &values[..8]);
    with_weights(&GgufFile::new(vec![floats, bias]), order, |weights| {
        let loaded = crate::ops::values(&weights.f32(QUERY).expect("it loads")).expect("its values");
        let expected: Vec<f32> = (0..16).flat_map(|row| &values[source(row) * 512..][..512]).copied().collect();
        assert_eq!(loaded, expected);
        let bias = weights.f32("model.layers.0.self_attn.k_proj.bias").expect("it loads");
        assert_eq!(crate::ops::values(&bias).expect("its values"), [0.0, 2.0, 4.0, 6.0, 1.0, 3.0, 5.0, 7.0]);
        assert_eq!(weights.header.window_bytes(), 8 * 4 * 512);
    });
    let tensor = blocks(Q6_K, BlockFormat::Q6K, 16);
    let stored = rows(&PackedLinearBlocks::new(BlockFormat::Q6K, &tensor.bytes, 512, 16).expect("sound blocks"));
    with_weights(&GgufFile::new(vec![tensor]), order, |weights| {
        let packed = rows(&weights.packed_blocks((QUERY, BlockFormat::Q6K), (512, 16)).expect("they are packed"));
        let expected: Vec<f32> = (0..16).flat_map(|row| &stored[source(row) * 512..][..512]).copied().collect();
        assert_eq!(packed, expected);
    });
}

#[test]
fn a_scale_that_is_not_finite_is_refused_with_its_tensor() {
    let mut tensor = blocks(Q4_K, BlockFormat::Q4K, 16);
    let last = tensor.bytes.len() - 144;
    tensor.bytes[last..last + 4].copy_from_slice(&[0, 0, 1, 0x7c]);
    with_weights(&GgufFile::new(vec![tensor]), RowOrder::AsStored, |weights| {
        let refused = weights.packed_blocks((QUERY, BlockFormat::Q4K), (512, 16)).err();
        assert!(matches!(refused, Some(WeightsError::NotFinite(name)) if name == QUERY));
    });
}
