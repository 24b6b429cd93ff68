//! What operators of an ONNX file become.

mod fixture;

use fixture::onnx::*;
use fixture::{cnn_manifest, cnn_weights, f32_bytes, mlp_tensors, seeded, Raw, Store};
use votive_digest::Parameters;
use votive_engine::{LayerSpec, Package};

fn cnn_tensors() -> Vec<Raw> {
    vec![seeded("conv.weight", &[2, 1, 3, 3], 5), seeded("conv.bias", &[2], 6), seeded("fc.weight", &[2, 18], 7)]
}

/// The cnn of the fixture as PyTorch exports it.
fn cnn() -> Message {
    let nodes = [
        node("Conv", &["x", "conv.weight", "conv.bias"], "a")
            .with_ints("dilations", &[1, 1])
            .with_int("group", 1)
            .with_ints("kernel_shape", &[3, 3])
            .with_ints("pads", &[1, 1, 1, 1])
            .with_ints("strides", &[1, 1]),
        node("Relu", &["a"], "b"),
        node("MaxPool", &["b"], "c")
            .with_int("ceil_mode", 0)
            .with_ints("kernel_shape", &[2, 2])
            .with_ints("pads", &[0, 0, 0, 0])
            .with_ints("strides", &[2, 2]),
        node("Flatten", &["c"], "d").with_int("axis", 1),
        node("Gemm", &["d", "fc.weight"], "e").with_float("alpha", 1.0).with_float("beta", 1.0).with_int("transB", 1),
        node("Softmax", &["e"], "y").with_int("axis", -1),
    ];
    graph(input(&[1, 6, 6]), nodes, cnn_tensors().iter().map(constant), &["y"])
}

#[test]
fn a_cnn_answers_as_the_same_layers_written_by_hand() {
    let image: Vec<f32> = (0..36).map(|pixel| (pixel * 7 % 16) as f32 / 16.0).collect();
    let store = Store::new();
    let by_hand = store.add("hand", &cnn_manifest(), &cnn_weights());
    let by_hand = Package::load(&by_hand, None, &Default::default()).expect("it loads");
    let expected = by_hand.run(&f32_bytes(&image), &Parameters::default()).expect("it answers").output;
    assert_eq!(f32_bytes(&answer(cnn(), &image)), expected);
}

/// A dense layer of 2 × 3 over a row of two, whose results are exact.
fn dense(before: &[Message], after: &[Message], output: &str, constants: &[Message]) -> Message {
    let matrix = floats("w", &[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let nodes = [before, &[node("MatMul", &[if before.is_empty() { "x" } else { "before" }, "w"], "product")], after];
    graph(input(&[2]), nodes.concat(), [&[matrix], constants].concat(), &[output])
}

#[test]
fn mat_mul_and_add_are_one_dense_layer() {
    let bias = floats("b", &[3], &[0.5, -0.5, 0.0]);
    let graph = dense(&[], &[node("Add", &["product", "b"], "y")], "y", &[bias]);
    assert_eq!(answer(graph.clone(), &[1.0, 10.0]), [41.5, 51.5, 63.0]);
    assert_eq!(import(graph).expect("imported").draft.manifest().layers.len(), 1);
}

#[test]
fn gemm_scales_its_matrix_and_its_bias() {
    let constants = [floats("w", &[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), floats("b", &[1], &[0.5])];
    let gemm = node("Gemm", &["x", "w", "b"], "y").with_float("alpha", 2.0).with_float("beta", 4.0);
    assert_eq!(answer(graph(input(&[2]), [gemm], constants, &["y"]), &[1.0, 10.0]), [84.0, 106.0, 128.0]);
}

#[test]
fn a_scaler_is_folded_into_the_layer_behind_it() {
    let scaler = node("Scaler", &["x"], "before").classical();
    let scaler = scaler.with_floats("offset", &[1.0, 2.0]).with_floats("scale", &[2.0, 0.5]);
    // (3 − 1) · 2 = 4 and (4 − 2) · ½ = 1.
    assert_eq!(answer(dense(&[scaler], &[], "product", &[]), &[3.0, 4.0]), [8.0, 13.0, 18.0]);
}

#[test]
fn arithmetic_with_constants_is_folded_on_both_sides() {
    let constants = [
        floats("half", &[], &[0.5]),
        floats("two", &[1], &[2.0]),
        floats("row", &[1, 3], &[1.0, 2.0, 3.0]),
        floats("ten", &[], &[10.0]),
    ];
    let before =
        [node("Div", &["x", "half"], "d"), node("Sub", &["ten", "d"], "s"), node("Mul", &["s", "two"], "before")];
    let after = [node("Mul", &["product", "row"], "m"), node("Sub", &["m", "ten"], "y")];
    // (10 − 1 / ½) · 2 = 16 and (10 − 4 / ½) · 2 = 4.
    assert_eq!(answer(dense(&before, &after, "y", &constants), &[1.0, 4.0]), [22.0, 94.0, 206.0]);
}

#[test]
fn batch_normalisation_is_folded_into_the_convolution_before_it() {
    let constants = [
        floats("w", &[2, 1, 1, 1], &[1.0, -1.0]),
        floats("gamma", &[2], &[4.0, 2.0]),
        floats("beta", &[2], &[0.5, 0.0]),
        floats("mean", &[2], &[1.0, 0.0]),
        floats("variance", &[2], &[4.0, 1.0]),
    ];
    let nodes = [
        node("Conv", &["x", "w"], "a"),
        node("BatchNormalization", &["a", "gamma", "beta", "mean", "variance"], "b").with_float("epsilon", 0.0),
        node("Flatten", &["b"], "y"),
    ];
    // Channel 0: (x − 1) / 2 · 4 + ½; channel 1: −x · 2.
    let graph = graph(input(&[1, 1, 2]), nodes, constants, &["y"]);
    assert_eq!(answer(graph, &[3.0, 5.0]), [4.5, 8.5, -6.0, -10.0]);
}

#[test]
fn a_scale_of_channels_passes_a_flatten_into_the_dense_layer() {
    let constants = [
        floats("channels", &[1, 2, 1, 1], &[2.0, 3.0]),
        floats("w", &[4, 1], &[1.0, 10.0, 100.0, 1000.0]),
        ints("shape", &[-1, 4]),
    ];
    let nodes =
        [node("Mul", &["x", "channels"], "a"), node("Reshape", &["a", "shape"], "b"), node("MatMul", &["b", "w"], "y")];
    assert_eq!(answer(graph(input(&[2, 1, 2]), nodes, constants, &["y"]), &[1.0, 2.0, 3.0, 4.0]), [12942.0]);
}

/// A scale and a shift of an image of 1 × 2 × 2, behind a Relu, and then its greatest value.
fn scaled_before_a_pool(scale: f32) -> Message {
    let constants = [floats("s", &[], &[scale]), floats("b", &[], &[0.5]), floats("w", &[1, 1], &[10.0])];
    let nodes = [
        node("Relu", &["x"], "a"),
        node("Mul", &["a", "s"], "b_"),
        node("Add", &["b_", "b"], "c"),
        node("MaxPool", &["c"], "d").with_ints("kernel_shape", &[2, 2]),
        node("Flatten", &["d"], "e"),
        node("MatMul", &["e", "w"], "y"),
    ];
    graph(input(&[1, 2, 2]), nodes, constants, &["y"])
}

#[test]
fn a_scale_that_keeps_the_order_passes_a_pool_and_one_that_turns_it_does_not() {
    assert_eq!(answer(scaled_before_a_pool(2.0), &[1.0, 3.0, -9.0, 2.0]), [65.0]);
    assert!(refusal(scaled_before_a_pool(-2.0)).contains("Mul (node `Mul_0`) scales or shifts each value"));
}

#[test]
fn a_scale_without_a_layer_beside_it_is_refused_by_name() {
    let mul = |input, output| node("Mul", &[input, "half"], output);
    let half = || [floats("half", &[], &[0.5])];
    let between = [node("Relu", &["product"], "a"), mul("a", "b"), node("Relu", &["b"], "y")];
    let error = refusal(dense(&[], &between, "y", &half()));
    assert!(error.contains("Mul (node `Mul_0`) scales or shifts each value"), "{error}");
    let error = refusal(dense(&[], &[node("Relu", &["product"], "a"), mul("a", "y")], "y", &half()));
    assert!(error.contains("place it right behind or right before one"), "{error}");
}

#[test]
fn a_shift_before_a_padded_convolution_is_refused_and_a_scale_is_not() {
    let nodes = |operator| {
        [
            node(operator, &["x", "half"], "a"),
            node("Conv", &["a", "w"], "b").with_ints("pads", &[1, 1, 1, 1]),
            node("Flatten", &["b"], "y"),
        ]
    };
    let constants = || [floats("half", &[], &[0.5]), floats("w", &[1, 1, 2, 2], &[1.0, 1.0, 1.0, 1.0])];
    let padded = |operator| graph(input(&[1, 1, 1]), nodes(operator), constants(), &["y"]);
    assert_eq!(answer(padded("Mul"), &[3.0]), [1.5; 4]);
    assert!(refusal(padded("Add")).contains("before one with padding it may not shift"));
}

#[test]
fn operators_of_inference_that_change_nothing_make_no_layer() {
    let nodes = [
        node("Identity", &["x"], "a"),
        node("Cast", &["a"], "b").with_int("to", 1),
        node("Dropout", &["b", "ratio"], "before"),
    ];
    let graph = dense(&nodes, &[], "product", &[floats("ratio", &[], &[0.5])]);
    assert_eq!(answer(graph.clone(), &[1.0, 10.0]), [41.0, 52.0, 63.0]);
    assert_eq!(import(graph).expect("imported").draft.manifest().layers.len(), 1);
}

#[test]
fn constants_may_come_from_nodes_and_among_the_inputs() {
    let matrix = floats("", &[2, 1], &[1.0, 2.0]);
    let nodes = [
        Message::default().text(2, "w").text(4, "Constant").with_tensor("value", matrix),
        node("MatMul", &["x", "w"], "a"),
        node("Add", &["a", "b"], "y"),
    ];
    let graph = graph(input(&[2]), nodes, [floats("b", &[1], &[0.5])], &["y"]).message(11, value("b", 1, &[Some(1)]));
    assert_eq!(answer(graph, &[3.0, 4.0]), [11.5]);
}

#[test]
fn bytes_stay_bytes() {
    let nodes = [node("Cast", &["x"], "a").with_int("to", 1), node("MatMul", &["a", "w"], "y")];
    let graph = graph(value("x", 2, &[Some(1), Some(2)]), nodes, [floats("w", &[2, 1], &[1.0, 2.0])], &["y"]);
    let imported = import(graph).expect("imported");
    assert_eq!(imported.draft.manifest().input.bytes(), 2);
}

#[test]
fn constants_may_have_other_names_and_be_transposed() {
    let nodes = [
        node("Identity", &["b"], "b2"),
        node("Transpose", &["w"], "t").with_ints("perm", &[1, 0]),
        node("MatMul", &["x", "t"], "a"),
        node("Add", &["a", "b"], "c"),
        node("MatMul", &["c", "v"], "d"),
        node("Add", &["d", "b2"], "y"),
    ];
    let constants = [
        floats("w", &[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
        floats("v", &[2, 2], &[1.0, 0.0, 0.0, 2.0]),
        floats("b", &[2], &[0.5, -0.5]),
    ];
    let imported = import(graph(input(&[3]), nodes.clone(), constants.clone(), &["y"])).expect("imported");
    assert!(imported.left_out.is_empty(), "{:?}", imported.left_out);
    // 1 + 20 + 300 = 321 and 4 + 50 + 600 = 654.
    assert_eq!(answer(graph(input(&[3]), nodes, constants, &["y"]), &[1.0, 10.0, 100.0]), [322.0, 1306.5]);
}

#[test]
fn a_bound_at_zero_is_relu_and_other_bounds_are_refused() {
    let bounded = |bound: Message, zero: f32| {
        dense(
            &[],
            &[bound, node("Identity", &["bounded"], "y")],
            "y",
            &[floats("zero", &[], &[zero]), floats("six", &[], &[6.0])],
        )
    };
    let rows = [[1.0, 10.0], [-1.0, 0.25]];
    let bounds = [
        node("Clip", &["product", "zero", ""], "bounded"),
        node("Clip", &["product"], "bounded").with_float("min", 0.0).with_float("max", f32::MAX),
        node("Max", &["product", "zero"], "bounded"),
        node("Max", &["zero", "product"], "bounded"),
    ];
    for bound in bounds {
        assert_eq!(answer(bounded(bound.clone(), 0.0), &rows[0]), [41.0, 52.0, 63.0]);
        assert_eq!(answer(bounded(bound, 0.0), &rows[1]), [0.0; 3]);
    }
    let error = refusal(bounded(node("Clip", &["product", "zero", "six"], "bounded"), 0.0));
    assert!(error.contains("Clip (node `Clip_0`): its attribute `max` must be absent"), "{error}");
    let error = refusal(bounded(node("Clip", &["product", "zero"], "bounded"), 0.1));
    assert!(error.contains("its attribute `min` must be 0"), "{error}");
    assert!(refusal(bounded(node("Clip", &["product"], "bounded"), 0.0)).contains("its attribute `min` must be 0"));
    assert!(refusal(bounded(node("Max", &["product", "zero"], "bounded"), 0.1))
        .contains("bounds values by constant `zero`"));
}

/// A convolution of ones over an image of 3 × 3.
fn convolved(kernel: i64, conv: impl Fn(Message) -> Message) -> Message {
    let ones = vec![1.0; (kernel * kernel) as usize];
    let nodes = [conv(node("Conv", &["x", "w"], "a")), node("Flatten", &["a"], "y")];
    graph(input(&[1, 3, 3]), nodes, [floats("w", &[1, 1, kernel, kernel], &ones)], &["y"])
}

#[test]
fn padding_that_keeps_the_size_is_taken_where_it_is_alike_on_all_sides() {
    let image: Vec<f32> = (1..=9).map(|pixel| pixel as f32).collect();
    let same = |node: Message| node.with_text("auto_pad", "SAME_UPPER");
    assert_eq!(answer(convolved(3, same), &image), [12.0, 21.0, 16.0, 27.0, 45.0, 33.0, 24.0, 39.0, 28.0]);
    let in_steps = |node: Message| same(node).with_ints("strides", &[2, 2]);
    assert_eq!(answer(convolved(3, in_steps), &image), [12.0, 16.0, 24.0, 28.0]);
    assert!(refusal(convolved(2, same)).contains("its attribute `auto_pad` must be one that pads all four sides alike"));
}

/// A pool over an image of 5 × 5 whose number of windows is rounded up.
fn rounded_up(kernel: i64, stride: i64) -> Message {
    let pool = node("MaxPool", &["x"], "a").with_int("ceil_mode", 1);
    let pool = pool.with_ints("kernel_shape", &[kernel; 2]).with_ints("strides", &[stride; 2]);
    let nodes = [pool, node("Flatten", &["a"], "b"), node("MatMul", &["b", "w"], "y")];
    graph(input(&[1, 5, 5]), nodes, [floats("w", &[4, 1], &[1.0, 10.0, 100.0, 1000.0])], &["y"])
}

#[test]
fn a_pool_may_round_up_where_its_windows_cover_the_image() {
    let image: Vec<f32> = (0..25).map(|pixel| pixel as f32).collect();
    assert_eq!(answer(rounded_up(3, 2), &image), [12.0 + 140.0 + 2200.0 + 24000.0]);
    assert!(refusal(rounded_up(2, 2)).contains("its attribute `ceil_mode` must be 0, unless windows cover the image"));
}

#[test]
fn the_greatest_value_of_an_image_is_a_pool() {
    let pooled = |pool: Message, flatten: &[Message]| {
        let nodes = [&[pool], flatten, &[node("MatMul", &["row", "w"], "y")]].concat();
        let constants = [ints("pixels", &[-2, -1]), ints("all", &[1, 2, 3]), floats("w", &[2, 1], &[1.0, 10.0])];
        graph(input(&[2, 2, 2]), nodes, constants, &["y"])
    };
    let image = [1.0, 4.0, 2.0, 3.0, -5.0, -6.0, -7.0, -8.0];
    let flatten = [node("Flatten", &["a"], "row")];
    assert_eq!(answer(pooled(node("GlobalMaxPool", &["x"], "a"), &flatten), &image), [-46.0]);
    let reduced = |output| node("ReduceMax", &["x", "pixels"], output);
    assert_eq!(answer(pooled(reduced("a").with_int("keepdims", 1), &flatten), &image), [-46.0]);
    assert_eq!(answer(pooled(reduced("row").with_int("keepdims", 0), &[]), &image), [-46.0]);
    let error = refusal(pooled(node("ReduceMax", &["x", "all"], "a"), &flatten));
    assert!(error.contains("its attribute `axes` must be the rows and columns of an image"), "{error}");
}

/// A classifier as scikit-learn's exporter ends it.
fn classifier() -> Message {
    let tensors = mlp_tensors();
    let nodes = [
        node("Gemm", &["x", "fc1.weight", "fc1.bias"], "a").with_int("transB", 1),
        node("Tanh", &["a"], "b"),
        node("Gemm", &["b", "fc2.weight", "fc2.bias"], "c").with_int("transB", 1),
        node("Softmax", &["c"], "d").with_int("axis", 1),
        node("Identity", &["d"], "e"),
        node("ArgMax", &["e"], "index").with_int("axis", 1),
        node("ArrayFeatureExtractor", &["classes", "index"], "class").classical(),
        node("Cast", &["class"], "label").with_int("to", 7),
        node("ZipMap", &["d"], "probabilities").classical().with_ints("classlabels_int64s", &[0, 1, 2]),
    ];
    let constants = tensors.iter().map(constant).chain([ints("classes", &[0, 1, 2])]);
    graph(input(&[4]), nodes, constants, &["label", "probabilities"])
}

#[test]
fn a_classifier_ends_at_its_probabilities() {
    let imported = import(classifier()).expect("imported");
    assert_eq!(imported.draft.manifest().layers.last(), Some(&LayerSpec::Softmax {}));
    let left_out = imported.left_out.join(", ");
    assert!(left_out.starts_with("Identity (node `Identity_0`), ArgMax"), "{left_out}");
    assert!(left_out.contains("ZipMap"));
}

#[test]
fn an_import_ends_at_the_value_that_is_asked_for() {
    let asked = votive_engine::import::ImportOptions { output: Some("c".into()), ..options() };
    let imported = votive_engine::import::import_onnx(&file(classifier()), &asked).expect("imported");
    assert!(matches!(imported.draft.manifest().layers.last(), Some(LayerSpec::Linear { .. })));
}

#[test]
fn an_operator_that_the_engine_lacks_is_named_with_its_node_and_what_to_do() {
    let error = refusal(dense(&[], &[node("Elu", &["product"], "y")], "y", &[]));
    assert!(error.contains("operator Elu (node `Elu_0`)"), "{error}");
    assert!(error.contains("end the import before it, by --output `product`"), "{error}");
}
