use super::*;
use proptest::prelude::*;

/// A file of `header` and `content` zero bytes.
fn file(header: &str, content: usize) -> Vec<u8> {
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend_from_slice(header.as_bytes());
    file.resize(file.len() + content, 0);
    file
}

fn read(file: &[u8]) -> Result<Header, HeaderError> {
    Header::read(file, file.len() as u64)
}

fn refusal(header: &str, content: usize) -> HeaderError {
    read(&file(header, content)).expect_err("the header is refused")
}

#[test]
fn a_sound_header_gives_shapes_and_places() {
    let header = r#"{"__metadata__":{"made":"here"},"b":{"dtype":"I8","shape":[3],"data_offsets":[8,11]},
        "a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}  "#;
    let sound = read(&file(header, 11)).expect("the header is sound");
    let start = 8 + header.len();
    assert_eq!(sound.get("a").map(|t| (t.shape.clone(), t.bytes.clone())), Some((vec![1, 2], start..start + 8)));
    assert_eq!(sound.get("b").map(|t| t.element), Some(ElementType::I8));
    assert_eq!(sound.iter().count(), 2);
}

#[test]
fn a_header_length_of_a_gibibyte_is_refused() {
    let mut hostile = (1u64 << 30).to_le_bytes().to_vec();
    hostile.extend_from_slice(b"{}");
    let error = read(&hostile).expect_err("too long");
    assert!(matches!(error, HeaderError::HeaderTooLong(length) if length == 1 << 30));
    assert!(error.to_string().contains("1073741824 bytes"));
}

#[test]
fn a_file_that_ends_inside_its_header_is_refused() {
    let whole = file("{}", 0);
    for cut in 0..whole.len() {
        let error = read(&whole[..cut]).expect_err("truncated");
        assert!(matches!(error, HeaderError::Truncated { .. }));
        assert!(error.to_string().contains("truncated"));
    }
}

#[test]
fn a_file_that_ends_inside_its_tensors_is_refused() {
    let error = refusal(r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 7);
    assert!(matches!(error, HeaderError::FileSize { tensors: 8, file: 7 }));
}

#[test]
fn bytes_after_the_last_tensor_are_refused() {
    let error = refusal(r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 9);
    assert!(matches!(error, HeaderError::FileSize { tensors: 8, file: 9 }));
    assert!(error.to_string().contains("tail"));
}

#[test]
fn a_tensor_of_2_to_the_63_elements_is_refused() {
    let error = refusal(r#"{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,0]}}"#, 0);
    assert!(matches!(&error, HeaderError::ShapeOverflow(name) if name == "a"));
    assert!(error.to_string().contains("overflows"));
}

#[test]
fn a_shape_whose_product_wraps_to_its_offsets_is_refused() {
    let square = 1u64 << 32;
    let error = refusal(&format!(r#"{{"a":{{"dtype":"I8","shape":[{square},{square}],"data_offsets":[0,0]}}}}"#), 0);
    assert!(matches!(error, HeaderError::ShapeOverflow(_)));
}

#[test]
fn an_offset_beyond_the_machine_word_is_refused() {
    let end = u64::MAX;
    let error = refusal(&format!(r#"{{"a":{{"dtype":"I8","shape":[{end}],"data_offsets":[0,{end}]}}}}"#), 0);
    assert!(matches!(error, HeaderError::ShapeOverflow(_)));
}

#[test]
fn overlapping_tensors_are_refused() {
    let header = r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},
        "b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#;
    let error = refusal(header, 12);
    assert!(matches!(&error, HeaderError::NotContiguous { tensor, begin: 4, expected: 8 } if tensor == "b"));
    assert!(error.to_string().contains("overlap"));
}

#[test]
fn a_gap_between_tensors_is_refused() {
    let error = refusal(r#"{"a":{"dtype":"I8","shape":[1],"data_offsets":[4,5]}}"#, 5);
    assert!(matches!(error, HeaderError::NotContiguous { begin: 4, expected: 0, .. }));
}

#[test]
fn offsets_that_disagree_with_the_shape_are_refused() {
    let error = refusal(r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4);
    assert!(matches!(error, HeaderError::SizeMismatch { shape_bytes: 8, range_bytes: 4, .. }));
}

#[test]
fn offsets_that_run_backwards_are_refused() {
    let header =
        r#"{"a":{"dtype":"I8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"I8","shape":[4],"data_offsets":[8,4]}}"#;
    assert!(matches!(refusal(header, 8), HeaderError::SizeMismatch { range_bytes: 0, .. }));
}

#[test]
fn duplicate_names_are_refused_even_when_escaped() {
    let header = r#"{"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]},
        "\u0061":{"dtype":"I8","shape":[1],"data_offsets":[1,2]}}"#;
    let error = refusal(header, 2);
    assert!(matches!(&error, HeaderError::DuplicateName(name) if name == "a"));
    assert!(error.to_string().contains("two tensors named `a`"));
}

#[test]
fn more_than_ten_thousand_tensors_are_refused() {
    let entries: Vec<String> = (0..=MAX_TENSORS)
        .map(|i| format!(r#""{i}":{{"dtype":"I8","shape":[1],"data_offsets":[{i},{}]}}"#, i + 1))
        .collect();
    let error = refusal(&format!("{{{}}}", entries.join(",")), entries.len());
    assert!(matches!(error, HeaderError::TooManyTensors(10_001)));
    assert!(error.to_string().contains("10001 tensors"));
}

#[test]
fn an_element_type_without_arithmetic_is_refused() {
    let error = refusal(r#"{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}"#, 8);
    assert!(matches!(&error, HeaderError::ElementType { element, .. } if element == "F64"));
    assert!(error.to_string().contains("F64"));
}

#[test]
fn a_dimension_of_zero_is_refused() {
    assert!(matches!(refusal(r#"{"a":{"dtype":"I8","shape":[0],"data_offsets":[0,0]}}"#, 0), HeaderError::Shape(_)));
}

#[test]
fn remarks_are_texts_and_change_nothing() {
    let header = |remarks: &str| format!(r#"{{"__metadata__":{remarks}}}"#);
    for remarks in ["{}", r#"{"format":"pt"}"#, r#"{"a\"\n":"\u00e9","b":""}"#] {
        let header = header(remarks);
        let file = file(&header, 0);
        assert_eq!(Header::read(&file, file.len() as u64).ok(), Some(Header::default()), "{header}");
    }
    for remarks in ["[]", "\"format\"", r#"{"a":1}"#, r#"{"a":null}"#, r#"{"a":{"b":"c"}}"#, r#"{"a":["b"]}"#] {
        assert!(matches!(refusal(&header(remarks), 0), HeaderError::Json(_)), "{remarks}");
    }
}

#[test]
fn an_unknown_field_is_refused() {
    let header = r#"{"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1],"extra":1}}"#;
    assert!(matches!(refusal(header, 1), HeaderError::Json(_)));
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        let _ = read(&bytes);
    }

    #[test]
    fn arbitrary_entries_are_refused_or_lie_inside_the_file(
        entries in proptest::collection::vec(
            (
                "[ab]{1,2}",
                prop_oneof!["F32", "I8", "F64"],
                proptest::collection::vec(prop_oneof![0u64..6, any::<u64>()], 0..4),
                prop_oneof![0u64..32, any::<u64>()],
                prop_oneof![0u64..32, any::<u64>()],
            ),
            0..4,
        ),
        content in 0usize..64,
    ) {
        let entries: Vec<String> = entries
            .iter()
            .map(|(name, dtype, shape, begin, end)| {
                format!(r#""{name}":{{"dtype":"{dtype}","shape":{shape:?},"data_offsets":[{begin},{end}]}}"#)
            })
            .collect();
        let file = file(&format!("{{{}}}", entries.join(",")), content);
        if let Ok(header) = read(&file) {
            for (_, tensor) in header.iter() {
                let elements: u64 = tensor.shape.iter().map(|n| *n as u64).product();
                prop_assert_eq!(elements * tensor.element.block().1 as u64, tensor.bytes.len() as u64);
                prop_assert!(tensor.bytes.end <= file.len());
            }
        }
    }
}
