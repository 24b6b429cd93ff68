use super::*;
use crate::weights::gguf_file::{array, f32s, text, GgufFile, GgufTensor, BF16, F16, Q4_K, Q6_K, Q8_0};
use proptest::prelude::*;

fn tensor(name: &str, dimensions: &[u64], element: u32, bytes: usize) -> GgufTensor {
    GgufTensor { name: name.into(), dimensions: dimensions.to_vec(), element, bytes: vec![0; bytes] }
}

/// Two tensors, of which the second is aligned.
fn sound() -> GgufFile {
    GgufFile::new(vec![
        f32s("output_norm.weight", &[3], &[1.0, 2.0, 3.0]),
        tensor("output.weight", &[64, 2], Q8_0, 136),
    ])
}

fn read_file(file: &[u8]) -> Result<Header, GgufError> {
    read(file, file.len() as u64)
}

fn refusal(file: &GgufFile) -> GgufError {
    read_file(&file.bytes()).expect_err("the file is refused")
}

/// Why the sound file is refused once it is spoilt.
fn spoilt(spoil: impl FnOnce(&mut GgufFile)) -> GgufError {
    let mut file = sound();
    spoil(&mut file);
    refusal(&file)
}

/// As [`spoilt`], with the type and the bytes of an entry of metadata.
fn spoilt_by(value_type: u32, value: Vec<u8>) -> GgufError {
    spoilt(|file| file.metadata.push(("hostile".into(), value_type, value)))
}

#[test]
fn a_sound_file_gives_shapes_and_places() {
    let file = GgufFile::new(vec![
        f32s("output_norm.weight", &[3], &[1.0, 2.0, 3.0]),
        tensor("output.weight", &[64, 2], Q8_0, 136),
        tensor("blk.0.ffn_up.weight", &[256, 3], Q4_K, 432),
        tensor("blk.0.ffn_down.weight", &[512, 1], Q6_K, 420),
        tensor("blk.0.attn_q.bias", &[5], F16, 10),
        tensor("blk.0.attn_k.bias", &[1, 2, 3, 4], BF16, 48),
    ]);
    let header = read_file(&file.bytes()).expect("the file is sound");
    let start = file.header().len().next_multiple_of(32);
    let entry = |name: &str| header.get(name).unwrap_or_else(|| panic!("no {name}"));
    assert_eq!(entry("model.norm.weight").bytes, start..start + 12);
    let head = entry("lm_head.weight");
    assert_eq!((head.element, &head.shape[..]), (ElementType::Blocks(BlockFormat::Q8_0), &[2, 64][..]));
    assert_eq!((head.bytes.clone(), head.elements(), head.row_bytes()), (start + 32..start + 168, 128, 68));
    assert_eq!(entry("model.layers.0.mlp.up_proj.weight").element, ElementType::Blocks(BlockFormat::Q4K));
    assert_eq!(entry("model.layers.0.mlp.down_proj.weight").shape, [1, 512]);
    assert_eq!(entry("model.layers.0.self_attn.q_proj.bias").element, ElementType::F16);
    assert_eq!(entry("model.layers.0.self_attn.k_proj.bias").shape, [4, 3, 2, 1]);
    assert_eq!(header.iter().count(), 6);
}

#[test]
fn the_last_tensor_need_not_be_filled_up() {
    let (file, mut bytes) = (sound(), sound().bytes());
    let end = file.header().len().next_multiple_of(32) + 32 + 136;
    bytes.truncate(end);
    read_file(&bytes).expect("sound without a filling");
    for length in [end - 1, end + 1, end.next_multiple_of(32) + 32] {
        bytes.resize(length, 0);
        let refused = read_file(&bytes).expect_err("neither end");
        assert!(
            matches!(refused, GgufError::FileSize { tensors, file } if tensors == end as u64 && file == length as u64)
        );
    }
}

#[test]
fn an_alignment_of_the_file_is_taken() {
    let mut file = sound();
    file.alignment = 64;
    file.metadata.push(("general.alignment".into(), 4, 64u32.to_le_bytes().to_vec()));
    let header = read_file(&file.bytes()).expect("the file is sound");
    let start = file.header().len().next_multiple_of(64);
    assert_eq!(header.get("lm_head.weight").map(|entry| entry.bytes.start), Some(start + 64));
}

#[test]
fn an_alignment_of_zero_and_others_that_are_none_are_refused() {
    for alignment in [0u32, 1, 4, 24, 33, 1 << 17, u32::MAX] {
        let refused =
            spoilt(|file| file.metadata.push(("general.alignment".into(), 4, alignment.to_le_bytes().to_vec())));
        assert!(matches!(refused, GgufError::Alignment), "{alignment}: {refused}");
    }
    let refused = spoilt(|file| file.metadata.push(("general.alignment".into(), 10, 32u64.to_le_bytes().to_vec())));
    assert!(matches!(refused, GgufError::Alignment));
}

#[test]
fn another_magic_and_other_versions_are_refused() {
    assert!(matches!(spoilt(|file| file.magic = *b"GGML"), GgufError::Magic));
    // Big-endian files have the version's bytes reversed.
    for version in [0, 1, 2, 4, 3u32.swap_bytes()] {
        assert!(matches!(spoilt(|file| file.version = version), GgufError::Version(refused) if refused == version));
    }
}

#[test]
fn a_file_that_ends_inside_its_header_is_refused() {
    let header = sound().header();
    for cut in 0..header.len() {
        let refused = read_file(&header[..cut]).expect_err("truncated");
        assert!(
            matches!(refused, GgufError::Truncated { size, need } if size == cut as u64 && need > size),
            "{cut}: {refused}"
        );
    }
}

#[test]
fn a_tensor_of_2_to_the_80_elements_is_refused() {
    for dimensions in [vec![1 << 40, 1 << 40], vec![1 << 16; 4], vec![u64::MAX, 2], vec![1 << 62, 4]] {
        let refused = spoilt(|file| file.tensors[1] = GgufTensor { dimensions, ..tensor("t", &[], 0, 8) });
        assert!(matches!(refused, GgufError::ShapeOverflow(_)), "{refused}");
    }
    // Their product fits, but not where they would end.
    for (dimensions, element) in [(vec![1 << 61], 0), (vec![1 << 63], Q8_0), (vec![1 << 60, 3], Q6_K)] {
        let refused = spoilt(|file| file.tensors[1] = GgufTensor { dimensions, ..tensor("t", &[], element, 8) });
        assert!(matches!(refused, GgufError::ShapeOverflow(_) | GgufError::FileSize { .. }), "{refused}");
    }
}

#[test]
fn dimensions_of_zero_and_of_a_wrong_number_are_refused() {
    for dimensions in [vec![], vec![0], vec![4, 0], vec![1; 5]] {
        let refused = spoilt(|file| file.tensors[0].dimensions = dimensions);
        assert!(matches!(refused, GgufError::Shape(name) if name == "output_norm.weight"));
    }
    let mut many = sound().header();
    let place = many.windows(18).position(|window| window == b"output_norm.weight").expect("a name") + 18;
    many[place..place + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(matches!(read_file(&many), Err(GgufError::Shape(_))));
}

#[test]
fn rows_of_a_part_of_a_block_are_refused() {
    for (inputs, element, block) in [(48, Q8_0, 32), (128, Q4_K, 256), (384, Q6_K, 256)] {
        // Whole blocks in all, so that their product alone would pass.
        let refused = spoilt(|file| file.tensors[1] = tensor("t", &[inputs, 64], element, 8));
        assert!(matches!(refused, GgufError::PartialBlock { inputs: i, block: b, .. } if (i, b) == (inputs, block)));
    }
}

#[test]
fn types_without_arithmetic_are_refused() {
    // Q4_0, Q5_K, Q8_K, IQ4_XS, I8, F64, and no type at all.
    for element in [2, 13, 15, 23, 24, 28, 9999] {
        let refused = spoilt(|file| file.tensors[1].element = element);
        assert!(matches!(&refused, GgufError::ElementType { element: e, .. } if *e == element));
        assert!(refused.to_string().contains("quantise it to Q8_0, Q4_K or Q6_K"));
    }
}

#[test]
fn overlaps_gaps_and_tensors_out_of_line_are_refused() {
    for offsets in [[0, 0], [0, 64], [32, 64], [0, 12], [0, u64::MAX], [64, 0]] {
        let refused = spoilt(|file| file.offsets = Some(offsets.to_vec()));
        assert!(matches!(refused, GgufError::NotContiguous { .. }), "{offsets:?}: {refused}");
    }
}

#[test]
fn tensors_may_stand_in_another_order_than_their_bytes() {
    let mut file = sound();
    file.tensors.swap(0, 1);
    file.offsets = Some(vec![0, 160]);
    read_file(&file.bytes()).expect("in order");
    file.tensors.swap(0, 1);
    file.offsets = Some(vec![160, 0]);
    let header = read_file(&file.bytes()[..file.header().len().next_multiple_of(32) + 172]);
    let first = header.as_ref().ok().and_then(|header| header.get("lm_head.weight")).map(|entry| entry.bytes.start);
    assert_eq!(first, Some(file.header().len().next_multiple_of(32)));
}

#[test]
fn a_file_that_ends_inside_its_tensors_is_refused() {
    let bytes = sound().bytes();
    let refused = read_file(&bytes[..bytes.len() - 32]).expect_err("too short");
    assert!(matches!(refused, GgufError::FileSize { .. }));
}

#[test]
fn more_tensors_or_entries_than_the_limits_are_refused_unread() {
    let refused = spoilt(|file| file.declared_tensors = Some(10_001));
    assert!(matches!(refused, GgufError::TooManyTensors(10_001)));
    let refused = spoilt(|file| file.declared_entries = Some(1_025));
    assert!(matches!(refused, GgufError::TooManyEntries(1_025)));
    for count in [1 << 63, u64::MAX] {
        assert!(matches!(spoilt(|file| file.declared_tensors = Some(count)), GgufError::TooManyTensors(_)));
        assert!(matches!(spoilt(|file| file.declared_entries = Some(count)), GgufError::TooManyEntries(_)));
    }
}

#[test]
fn two_tensors_of_one_name_are_refused() {
    let twice = |name: &str| spoilt(|file| file.tensors[1] = f32s(name, &[1], &[1.0]));
    assert!(matches!(twice("output_norm.weight"), GgufError::DuplicateName(name) if name == "output_norm.weight"));
    // Hugging Face's name of the first.
    assert!(matches!(twice("model.norm.weight"), GgufError::DuplicateName(name) if name == "model.norm.weight"));
}

#[test]
fn names_that_are_empty_long_or_no_text_are_refused() {
    for name in [String::new(), "n".repeat(65)] {
        assert!(matches!(spoilt(|file| file.tensors[0].name = name), GgufError::Name));
    }
    let mut bytes = sound().bytes();
    let place = bytes.windows(18).position(|window| window == b"output_norm.weight").expect("a name");
    bytes[place] = 0xff;
    assert!(matches!(read_file(&bytes), Err(GgufError::Name)));
    bytes[place - 8..place].copy_from_slice(&u64::MAX.to_le_bytes());
    assert!(matches!(read_file(&bytes), Err(GgufError::Name)));
}

#[test]
fn keys_that_are_empty_long_or_doubled_are_refused() {
    for key in [String::new(), "k".repeat(257)] {
        assert!(matches!(spoilt(|file| file.metadata[0].0 = key), GgufError::Key));
    }
    let refused = spoilt(|file| file.metadata[1] = file.metadata[0].clone());
    assert!(matches!(refused, GgufError::DuplicateKey(key) if key == "general.architecture"));
}

#[test]
fn values_of_no_type_and_arrays_of_arrays_are_refused() {
    for value_type in [13, 255, u32::MAX] {
        let refused = spoilt_by(value_type, vec![0; 64]);
        assert!(matches!(refused, GgufError::ValueType { key, value_type: t } if key == "hostile" && t == value_type));
        assert!(matches!(spoilt_by(9, array(value_type, 1, &[0; 64])), GgufError::ValueType { .. }));
    }
    assert!(matches!(spoilt_by(9, array(9, 1, &array(0, 1, &[0]))), GgufError::ValueType { value_type: 9, .. }));
}

#[test]
fn arrays_and_texts_beyond_the_file_cost_nothing() {
    for count in [u64::MAX, 1 << 61, 1 << 62] {
        let refused = spoilt_by(9, array(12, count, &[]));
        assert!(matches!(refused, GgufError::ArrayOverflow(_) | GgufError::Truncated { .. }), "{refused}");
    }
    assert!(matches!(spoilt_by(9, array(0, 1 << 40, &[])), GgufError::Truncated { .. }));
    assert!(matches!(spoilt_by(9, array(8, u64::MAX, &text("a"))), GgufError::Truncated { .. }));
    assert!(matches!(spoilt_by(8, u64::MAX.to_le_bytes().to_vec()), GgufError::Truncated { .. }));
}

#[test]
fn a_header_beyond_its_limit_is_refused_where_the_file_is_longer() {
    let mut file = sound();
    file.metadata.push(("long".into(), 9, array(0, MAX_GGUF_HEADER_BYTES, &[])));
    let header = file.header();
    let start = header.len() as u64;
    let endless = header.chain(std::io::repeat(0));
    assert!(matches!(read(endless, start + 2 * MAX_GGUF_HEADER_BYTES), Err(GgufError::HeaderTooLong)));
}

proptest! {
    /// Whatever is read is refused or lies in the file.
    #[test]
    fn a_spoilt_byte_never_places_a_tensor_outside_of_the_file(place: prop::sample::Index, byte: u8) {
        let mut file = sound().bytes();
        let index = place.index(file.len());
        file[index] = byte;
        if let Ok(header) = read_file(&file) {
            for (name, entry) in header.iter() {
                prop_assert!(entry.bytes.end <= file.len(), "{name}");
                let (elements, bytes) = entry.element.block();
                prop_assert_eq!(entry.shape.iter().product::<usize>() / elements * bytes, entry.bytes.len());
            }
        }
    }
}
