//! ONNX files that are damaged, or made to do harm.

mod fixture;

use fixture::onnx::*;
use fixture::text;
use proptest::prelude::*;
use votive_engine::import::{import_onnx, ImportOptions};

/// A dense layer from a row of two, with `constant` as its matrix.
fn dense(constant: Message) -> Message {
    graph(input(&[2]), [node("MatMul", &["x", "w"], "y")], [constant], &["y"])
}

fn matrix() -> Message {
    floats("w", &[2, 1], &[1.0, 2.0])
}

/// Two Relus and a dense layer, whose input and output values are named as told.
fn with_names(relu: [&str; 2], other: [&str; 2]) -> Message {
    let nodes =
        [node("Relu", &[relu[0]], relu[1]), node("Tanh", &[other[0]], other[1]), node("MatMul", &["b", "w"], "y")];
    graph(input(&[2]), nodes, [matrix()], &["y"])
}

fn refusal_of(file: &[u8]) -> String {
    import_onnx(file, &options()).map(|_| ()).map_err(|error| text(&error)).expect_err("the file is refused")
}

#[track_caller]
fn assert_refused(graph: Message, because: &str) {
    let error = refusal(graph);
    assert!(error.contains(because), "{error}");
}

#[test]
fn a_tensor_of_more_elements_than_a_machine_counts_is_refused() {
    assert_refused(dense(shaped("w", 1, &[1 << 40, 1 << 40])), "more elements than a machine can count");
    assert_refused(dense(shaped("w", 1, &[i64::MIN, 2])), "negative dimension");
    assert_refused(dense(shaped("w", 1, &[1; 9])), "more than 8 dimensions");
}

#[test]
fn a_tensor_that_holds_less_or_more_than_its_shape_is_refused() {
    assert_refused(dense(shaped("w", 1, &[2, 1 << 50])), "takes 2251799813685248 elements by its shape");
    assert_refused(dense(floats("w", &[2, 1], &[1.0; 3])), "takes 2 elements by its shape");
    assert_refused(dense(shaped("w", 1, &[2, 1]).bytes(4, &[0; 12])), "takes 2 elements by its shape");
    assert_refused(dense(shaped("w", 1, &[2, 1]).bytes(4, &[0; 7])), "truncated");
}

#[test]
fn floats_may_also_stand_in_a_list() {
    let packed = shaped("w", 1, &[2, 1]).bytes(4, &fixture::f32_bytes(&[1.0, 2.0]));
    let unpacked = shaped("w", 1, &[2, 1]).float(4, 1.0).float(4, 2.0);
    assert_eq!(answer(dense(packed), &[3.0, 4.0]), [11.0]);
    assert_eq!(answer(dense(unpacked), &[3.0, 4.0]), [11.0]);
}

#[test]
fn weights_of_another_type_than_f32_are_refused() {
    assert_refused(dense(shaped("w", 11, &[2, 1]).bytes(9, &[0; 16])), "ONNX type 11, where a 32-bit float is due");
}

#[test]
fn weights_that_are_not_finite_are_refused() {
    assert_refused(dense(floats("w", &[2, 1], &[1.0, f32::NAN])), "MatMul (node `MatMul_0`) are not finite");
}

#[test]
fn tensors_in_other_files_are_refused() {
    assert_refused(dense(matrix().int(14, 1)), "without external data");
    let location = Message::default().text(1, "location").text(2, "/etc/passwd");
    assert_refused(dense(matrix().message(13, location)), "without external data");
}

#[test]
fn segments_and_sparse_tensors_are_refused() {
    assert_refused(dense(matrix().message(3, Message::default().int(1, 0).int(2, 2))), "segment");
    assert_refused(dense(matrix()).message(15, Message::default()), "sparse");
}

#[test]
fn a_graph_that_runs_in_a_circle_is_refused() {
    assert_refused(with_names(["b", "a"], ["a", "b"]), "circle");
    assert_refused(with_names(["x", "a"], ["b", "b"]), "circle");
}

#[test]
fn a_graph_that_is_not_sorted_is_refused() {
    assert_refused(with_names(["a", "b"], ["x", "a"]), "only computed after it");
}

#[test]
fn a_value_that_is_given_twice_is_refused() {
    assert_refused(with_names(["x", "b"], ["x", "b"]), "`b` is given by two nodes");
    assert_refused(with_names(["x", "w"], ["x", "b"]), "`w` is given by two nodes");
    assert_refused(with_names(["x", "x"], ["x", "b"]), "`x` is given by two nodes");
    assert_refused(dense(matrix()).message(5, matrix()), "`w` is given by two nodes");
}

#[test]
fn a_missing_constant_is_named() {
    let graph = graph(input(&[2]), [node("MatMul", &["x", "w"], "y")], [], &["y"]);
    assert_refused(graph, "takes `w`, which no node, constant or input gives");
}

#[test]
fn a_missing_input_is_named() {
    assert_refused(graph(input(&[2]), [node("MatMul", &["x"], "y")], [], &["y"]), "its input 1 is missing");
    assert_refused(graph(input(&[2]), [node("Relu", &[], "y")], [], &["y"]), "it takes 0 computed values");
}

#[test]
fn inputs_beyond_those_of_the_operator_are_refused() {
    let nodes = [node("MatMul", &["x", "w", "more"], "y")];
    let graph = graph(input(&[2]), nodes, [matrix(), floats("more", &[], &[1.0])], &["y"]);
    assert_refused(graph, "its input 2 is not one that the import takes");
}

#[test]
fn graphs_that_are_no_chain_are_refused() {
    let nodes = [node("MatMul", &["x", "w"], "a"), node("Add", &["a", "x"], "y")];
    assert_refused(graph(input(&[2]), nodes, [floats("w", &[2, 2], &[1.0; 4])], &["y"]), "it takes 2 computed values");
    let nodes = [node("Relu", &["x"], "a").text(2, "side"), node("MatMul", &["side", "w"], "y")];
    assert_refused(graph(input(&[2]), nodes, [matrix()], &["y"]), "its output `side`, which is not its first");
}

#[test]
fn outputs_of_two_values_are_refused_unless_one_is_asked_for() {
    let two =
        || graph(input(&[2]), [node("MatMul", &["x", "w"], "a"), node("Relu", &["a"], "b")], [matrix()], &["a", "b"]);
    assert_refused(two(), r#"the outputs ["a", "b"] do not come from one value"#);
    let asked = |output: &str| ImportOptions { output: Some(output.into()), ..options() };
    assert!(import_onnx(&file(two()), &asked("a")).is_ok());
    let error = import_onnx(&file(two()), &asked("nothing")).map(|_| ()).expect_err("no such value");
    assert!(error.to_string().contains("nothing in the graph gives `nothing`"));
    assert_refused(graph(input(&[2]), [], [], &[]), "the graph has no output");
    assert_refused(graph(input(&[2]), [], [], &["x"]), "no operator between input `x` and the output");
}

/// A chain of `layers` dense layers, all of the same matrix.
fn tied(layers: usize) -> Message {
    let names: Vec<String> = (0..=layers).map(|layer| format!("v{layer}")).collect();
    let nodes: Vec<_> = names.windows(2).map(|pair| node("MatMul", &[&pair[0], "w"], &pair[1])).collect();
    let renamed = node("Identity", &["x"], "v0");
    graph(input(&[16]), [vec![renamed], nodes].concat(), [floats("w", &[16, 16], &[1.0; 256])], &[&names[layers]])
}

#[test]
fn constants_that_operators_share_make_a_package_of_at_most_twice_the_file() {
    assert_eq!(import(tied(2)).expect("imported").draft.manifest().layers.len(), 2);
    assert_refused(tied(5), "MatMul (node `MatMul_0`): it takes constant `w`, which another operator takes too");
}

#[test]
fn other_names_of_a_constant_do_not_make_it_another() {
    let name = |index: usize| format!("w{index}");
    let value = |index: usize| if index == 0 { "x".to_owned() } else { format!("v{index}") };
    let renamed = (0..100).map(|index| node("Identity", &["w"], &name(index)));
    let added = (0..100).map(|index| node("Add", &[&value(index), &name(index)], &value(index + 1)));
    let graph = graph(input(&[1000]), renamed.chain(added), [floats("w", &[1000], &[1.0; 1000])], &["v100"]);
    assert_refused(graph, "and so many are shared");
}

#[test]
fn sizes_that_are_not_those_of_the_values_are_refused() {
    let reshape = |sizes: &[i64]| {
        let nodes = [node("Reshape", &["x", "sizes"], "a"), node("MatMul", &["a", "w"], "y")];
        graph(input(&[2]), nodes, [matrix(), ints("sizes", sizes)], &["y"])
    };
    for sizes in
        [&[2, 1][..], &[2], &[], &[-1, -1], &[1, 0, 2], &[1, -2], &[i64::MAX, i64::MAX], &[0, 0, 0], &[1, 1, 1, 1, 2]]
    {
        let error = refusal(reshape(sizes));
        assert!(error.contains("of a row of 2 values"), "{sizes:?}: {error}");
    }
    let literal = [node("Reshape", &["x", "sizes"], "a").with_int("allowzero", 1), node("MatMul", &["a", "w"], "y")];
    assert_refused(graph(input(&[2]), literal, [matrix(), ints("sizes", &[0, 2])], &["y"]), "it makes sizes [0, 2]");
    let squeeze = |axes: &[i64]| {
        let nodes = [node("Squeeze", &["x", "axes"], "a"), node("MatMul", &["a", "w"], "y")];
        graph(input(&[2]), nodes, [matrix(), ints("axes", axes)], &["y"])
    };
    assert_refused(squeeze(&[1]), "it makes sizes [1] of a row of 2 values");
    for axes in [&[2][..], &[-3], &[1, -1], &[i64::MIN]] {
        assert_refused(squeeze(axes), "its attribute `axes`");
    }
}

#[test]
fn an_image_that_is_made_behind_the_first_layer_is_refused() {
    let nodes = [
        node("Relu", &["x"], "a"),
        node("Reshape", &["a", "sizes"], "b"),
        node("Conv", &["b", "w"], "c"),
        node("Flatten", &["c"], "y"),
    ];
    let constants = [ints("sizes", &[1, 1, 1, 2]), floats("w", &[1, 1, 1, 1], &[1.0])];
    assert_refused(graph(input(&[2]), nodes, constants, &["y"]), "an image of 1 × 1 × 2 of a row of 2 values");
}

#[test]
fn sizes_that_are_computed_in_other_ways_are_refused() {
    let computed = |node: Message| {
        let nodes = [
            node,
            fixture::onnx::node("Reshape", &["x", "sizes"], "a"),
            fixture::onnx::node("MatMul", &["a", "w"], "y"),
        ];
        graph(input(&[2]), nodes, [matrix(), ints("two", &[1, 2]), ints("far", &[i64::MAX, 7])], &["y"])
    };
    assert_eq!(answer(computed(node("Shape", &["x"], "sizes")), &[3.0, 4.0]), [11.0]);
    let refused = [
        node("Slice", &["two", "two"], "sizes"),
        node("Tile", &["two", "far"], "sizes"),
        node("ConstantOfShape", &["far"], "sizes"),
        node("Gather", &["two", "far"], "sizes"),
        node("Mul", &["far", "far"], "sizes"),
        node("Concat", &["two"; 32], "sizes"),
        node("Shape", &["y"], "sizes"),
        node("Shape", &["x"], "sizes").with_int("start", i64::MIN),
        node("Shape", &["x"], "sizes").with_int("end", i64::MAX),
        Message::default().text(2, "sizes").text(4, "Constant").with_ints("value_ints", &[1; 9]),
    ];
    for node in refused {
        assert_refused(computed(node), "its input `sizes` is computed, where a constant is due");
    }
}

#[test]
fn constants_that_do_not_fit_are_refused() {
    assert_refused(dense(floats("w", &[3, 1], &[1.0; 3])), "shape [3, 1], which does not fit a row of 2 values");
    assert_refused(dense(floats("w", &[2], &[1.0; 2])), "shape [2]");
    assert_refused(dense(shaped("w", 1, &[2, 0])), "shape [2, 0]");
    let nodes = [node("Mul", &["x", "s"], "a"), node("Flatten", &["a"], "b"), node("MatMul", &["b", "w"], "y")];
    let constants = [floats("s", &[2], &[1.0; 2]), matrix()];
    assert_refused(graph(input(&[1, 1, 2]), nodes, constants, &["y"]), "does not fit an image of 1 × 1 × 2");
}

#[test]
fn inputs_that_no_request_carries_are_refused() {
    let of = |element, shape: &[Option<i64>]| {
        graph(value("x", element, shape), [node("MatMul", &["x", "w"], "y")], [matrix()], &["y"])
    };
    for shape in [&[None, None][..], &[Some(8), Some(2)], &[Some(2)], &[], &[None, Some(-2)], &[None; 9]] {
        let error = refusal(of(1, shape));
        assert!(error.contains("input `x` is no tensor") || error.contains("dimensions of a value"), "{error}");
    }
    assert_refused(of(11, &[None, Some(2)]), "input `x` is no tensor of 32-bit floats or bytes");
    assert_refused(of(1, &[None, Some(1 << 62)]), "1 to 4096 are allowed");
    assert_refused(of(1, &[None, Some(1 << 40), Some(1 << 40), Some(1 << 40)]), "1 to 4096 are allowed");
}

#[test]
fn operators_that_make_tensors_run_nothing_or_loop_are_refused() {
    for operator in ["ConstantOfShape", "Tile", "Expand", "Loop", "If", "Scan", "Conv"] {
        let nodes = [node(operator, &["x", "w"], "a"), node("MatMul", &["a", "w"], "y")];
        assert_refused(graph(input(&[2]), nodes, [matrix()], &["y"]), &format!("operator {operator} (node"));
    }
    let foreign = node("Gemm", &["x", "w"], "y").text(7, "com.example");
    assert_refused(graph(input(&[2]), [foreign], [matrix()], &["y"]), "the engine has no such layer");
}

#[test]
fn attributes_that_the_engine_does_not_compute_are_refused() {
    let conv = |spoil: fn(Message) -> Message| {
        let nodes = [spoil(node("Conv", &["x", "w"], "a")), node("Flatten", &["a"], "y")];
        graph(input(&[1, 2, 2]), nodes, [floats("w", &[1, 1, 1, 1], &[1.0])], &["y"])
    };
    assert_refused(conv(|node| node.with_int("group", 2)), "its attribute `group` must be 1");
    assert_refused(conv(|node| node.with_ints("dilations", &[2, 2])), "its attribute `dilations` must be 1");
    assert_refused(conv(|node| node.with_ints("strides", &[1, 2])), "its attribute `strides`");
    assert_refused(conv(|node| node.with_ints("strides", &[-1, -1])), "its attribute `strides`");
    assert_refused(conv(|node| node.with_ints("pads", &[0, 0, 1, 1])), "its attribute `pads`");
    assert_refused(conv(|node| node.with_ints("pads", &[-1; 4])), "its attribute `pads`");
    assert_refused(conv(|node| node.with_ints("pads", &[i64::MAX; 4])), "its windows do not fit");
    assert_refused(conv(|node| node.with_ints("pads", &[0; 17])), "more than 16 integers in an attribute");
    assert_refused(conv(|node| node.with_ints("kernel_shape", &[2, 2])), "its attribute `kernel_shape`");
    assert_refused(conv(|node| node.with_text("auto_pad", "SAME")), "its attribute `auto_pad`");
    assert_refused(conv(|node| node.with_int("newer", 1)), "it has an attribute `newer`");
    assert_refused(conv(|node| node.with_text("group", "1")), "attribute `group` is no integer");
    assert_refused(conv(|node| node.with_int("group", 1).with_int("group", 1)), "`an attribute` stands twice");
}

#[test]
fn a_scalar_scaler_behind_a_wide_image_takes_no_memory() {
    // Padding makes an image of 2³⁰ values, which is only refused with the package.
    let nodes = [
        node("Conv", &["x", "w"], "a").with_ints("pads", &[16_383; 4]),
        node("Flatten", &["a"], "b"),
        node("Scaler", &["b"], "c").classical().with_floats("offset", &[1.0]).with_floats("scale", &[1.0]),
        node("Relu", &["c"], "y"),
    ];
    let graph = graph(input(&[1, 2, 2]), nodes, [floats("w", &[1, 1, 1, 1], &[1.0])], &["y"]);
    assert_refused(graph, "Scaler (node `Scaler_0`) scales or shifts");
}

#[test]
fn operator_sets_that_are_not_known_are_refused() {
    let with = |domain: &str, version| {
        let set = Message::default().text(1, domain).int(2, version);
        refusal_of(&Message::default().message(8, set).message(7, dense(matrix())).0)
    };
    assert!(with("", 6).contains("operator set 6 of ai.onnx, this import knows 7 to"));
    assert!(with("ai.onnx", 99).contains("operator set 99 of ai.onnx"));
    assert!(with("ai.onnx.ml", 99).contains("operator set 99 of ai.onnx.ml"));
    assert!(refusal_of(&Message::default().message(7, dense(matrix())).0).contains("names no operator set"));
}

#[test]
fn a_file_that_is_no_onnx_is_refused() {
    assert!(refusal_of(&[]).contains("names no operator set"));
    assert!(refusal_of(b"PK\x03\x04 a zip archive").contains("is refused"));
    assert!(refusal_of(&file(Message::default())).contains("has no output"));
    let set = Message::default().int(2, 17);
    assert!(refusal_of(&Message::default().message(8, set).0).contains("holds no graph"));
    assert!(refusal_of(&[file(dense(matrix())), file(dense(matrix()))].concat()).contains("`graph` stands twice"));
}

#[test]
fn lists_without_end_are_refused() {
    let many = |number: u64, count: usize| Message::default().messages(number, vec![Message::default(); count]);
    assert!(refusal_of(&file(many(1, 100_000))).contains("more than 4096 nodes"));
    assert!(refusal_of(&file(many(5, 100_000))).contains("more than 4096 constants"));
    assert!(refusal_of(&file(many(11, 100_000))).contains("more than 8192 inputs"));
    assert!(refusal_of(&file(many(12, 100_000))).contains("more than 64 outputs"));
    let node = node("Relu", &["x"; 100], "y");
    assert_refused(graph(input(&[2]), [node], [], &["y"]), "more than 32 inputs of a node");
    let dimensions = Message::default().bytes(1, &[1; 100_000]).text(8, "w");
    assert_refused(dense(dimensions), "more than 8 dimensions");
    let name = "x".repeat(2000);
    assert_refused(graph(input(&[2]), [], [], &[&name]), "a name has 2000 bytes");
}

#[test]
fn names_cannot_write_to_the_terminal() {
    let node = node("\u{1b}[2J", &["x"], "y");
    assert_refused(graph(input(&[2]), [node], [], &["y"]), r"name `\u{1b}[2J_0` holds a control character");
}

#[test]
fn graphs_inside_of_each_other_are_not_followed() {
    let within = |inner| {
        let attribute = Message::default().text(1, "body").message(6, inner);
        Message::default().message(1, Message::default().message(5, attribute))
    };
    assert_refused((0..10_000).fold(Message::default(), |inner, _| within(inner)), "has no output");
}

fn iris() -> Vec<u8> {
    std::fs::read("../../models/tabular/iris/model.onnx").expect("it is committed")
}

#[test]
fn no_part_of_a_file_makes_a_package() {
    let whole = iris();
    for cut in 0..whole.len() {
        // A cut between two fields at the end may leave a whole model; never one without its graph.
        if let Ok(imported) = import_onnx(&whole[..cut], &options()) {
            assert_eq!(imported.draft.manifest().layers.len(), 4);
        }
    }
}

proptest! {
    #[test]
    fn a_file_with_any_bytes_changed_is_imported_or_refused(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut file = iris();
        for (index, byte) in changes {
            let place = index.index(file.len());
            file[place] = byte;
        }
        let _ = import_onnx(&file, &options());
    }
}
