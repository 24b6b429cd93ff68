//! Sizes: how ONNX files flatten images and make them of rows, in as many ways as PyTorch has.

mod fixture;

use fixture::onnx::*;

/// A pool of an image of 2 × 2 × 2 to 2 × 1 × 1, `flatten`, which makes `row` of `image`, and a dense layer.
fn flattened(flatten: &[Message]) -> Message {
    let pool = node("MaxPool", &["x"], "image").with_ints("kernel_shape", &[2, 2]);
    let nodes = [&[pool], flatten, &[node("MatMul", &["row", "w"], "y")]].concat();
    let constants = [
        floats("w", &[2, 1], &[1.0, 10.0]),
        ints("-1", &[-1]),
        ints("-1 2", &[-1, 2]),
        ints("0 -1", &[0, -1]),
        ints("1 -1", &[1, -1]),
        shaped("0", 7, &[]).bytes(9, &[0; 8]),
        ints("1", &[1]),
        ints("2", &[2]),
        ints("3", &[3]),
    ];
    graph(input(&[2, 2, 2]), nodes, constants, &["y"])
}

#[track_caller]
fn assert_flattens(flatten: &[Message]) {
    let imported = import(flattened(flatten)).map_err(|error| fixture::text(&error)).expect("the file is imported");
    assert_eq!(imported.draft.manifest().layers.len(), 3);
    assert!(imported.left_out.is_empty(), "{:?}", imported.left_out);
    assert_eq!(answer(flattened(flatten), &[1.0, 4.0, 2.0, 3.0, -5.0, -6.0, -7.0, -8.0]), [-46.0]);
}

#[test]
fn a_reshape_to_numbers_flattens() {
    assert_flattens(&[node("Reshape", &["image", "-1 2"], "row")]);
    assert_flattens(&[node("Reshape", &["image", "0 -1"], "row")]);
    assert_flattens(&[node("Reshape", &["image", "1 -1"], "row")]);
}

#[test]
fn a_reshape_that_allows_zeros_and_has_none_flattens() {
    assert_flattens(&[node("Reshape", &["image", "-1 2"], "row").with_int("allowzero", 1)]);
}

#[test]
fn a_view_by_the_size_of_the_batch_flattens() {
    // `x.view(x.size(0), -1)` with a free batch.
    assert_flattens(&[
        node("Shape", &["image"], "shape"),
        node("Gather", &["shape", "0"], "batch").with_int("axis", 0),
        node("Unsqueeze", &["batch", "0"], "first"),
        node("Concat", &["first", "-1"], "sizes").with_int("axis", 0),
        node("Reshape", &["image", "sizes"], "row"),
    ]);
}

#[test]
fn a_view_by_products_of_sizes_flattens() {
    // `x.view(x.size(0), x.size(1) * x.size(2))`, whose last size is 1.
    let size = |place: &str, name: &str| {
        let single = format!("{name} of a list");
        [node("Gather", &["shape", place], &single), node("Squeeze", &[&single], name)]
    };
    let product = [
        node("Mul", &["channels", "rows"], "product"),
        node("Reshape", &["product", "-1"], "listed"),
        node("Shape", &["x"], "batch").with_int("start", 0).with_int("end", -3),
        node("Concat", &["batch", "listed"], "sizes").with_int("axis", 0),
        node("Reshape", &["image", "sizes"], "row"),
    ];
    let sizes = [size("1", "channels"), size("2", "rows")].concat();
    assert_flattens(&[vec![node("Shape", &["image"], "shape")], sizes, product.to_vec()].concat());
}

#[test]
fn sizes_may_stand_in_attributes() {
    let sizes = Message::default().text(2, "sizes").text(4, "Constant").with_ints("value_ints", &[-1, 2]);
    assert_flattens(&[sizes, node("Reshape", &["image", "sizes"], "row")]);
    let two = Message::default().text(2, "two").text(4, "Constant").with_int("value_int", 2);
    assert_flattens(&[two, node("Concat", &["-1", "two"], "sizes"), node("Reshape", &["image", "sizes"], "row")]);
}

#[test]
fn dimensions_of_one_are_dropped() {
    assert_flattens(&[node("Squeeze", &["image", "3"], "matrix"), node("Squeeze", &["matrix", "-1"], "row")]);
    assert_flattens(&[node("Squeeze", &["image"], "row").with_ints("axes", &[2, 3])]);
}

#[test]
fn a_row_goes_through_a_matrix() {
    assert_flattens(&[
        node("Flatten", &["image"], "flat"),
        node("Unsqueeze", &["flat", "2"], "matrix"),
        node("Flatten", &["matrix"], "row"),
    ]);
}

/// `shaped` makes `image` of 1 × 2 × 2 of the input, which is scaled and convolved.
fn convolved(input: Message, shaped: &[Message]) -> Message {
    let nodes = [
        &[node("Mul", &["x", "half"], "scaled")],
        shaped,
        &[node("Conv", &["image", "w"], "a"), node("Flatten", &["a"], "y")],
    ];
    let constants = [
        floats("half", &[], &[0.5]),
        floats("w", &[1, 1, 2, 2], &[1.0, 10.0, 100.0, 1000.0]),
        ints("1", &[1]),
        ints("-1 1 2 2", &[-1, 1, 2, 2]),
    ];
    graph(input, nodes.concat(), constants, &["y"])
}

#[test]
fn a_row_or_a_matrix_that_becomes_an_image_first_is_an_image_in_requests() {
    let viewed = convolved(input(&[4]), &[node("Reshape", &["scaled", "-1 1 2 2"], "image")]);
    let unsqueezed = convolved(input(&[2, 2]), &[node("Unsqueeze", &["scaled", "1"], "image")]);
    for graph in [viewed, unsqueezed] {
        let imported = import(graph.clone()).map_err(|error| fixture::text(&error)).expect("the file is imported");
        assert_eq!(imported.draft.manifest().input.shape, [1, 2, 2]);
        assert_eq!(answer(graph, &[2.0, 4.0, 6.0, 8.0]), [4321.0]);
    }
}

#[test]
fn a_matrix_that_becomes_a_row_is_a_row_in_requests() {
    let nodes = [node("Relu", &["x"], "a"), node("Flatten", &["a"], "b"), node("MatMul", &["b", "w"], "y")];
    let graph = graph(input(&[2, 2]), nodes, [floats("w", &[4, 1], &[1.0, 10.0, 100.0, 1000.0])], &["y"]);
    assert_eq!(import(graph.clone()).expect("imported").draft.manifest().input.shape, [4]);
    assert_eq!(answer(graph, &[1.0, 2.0, -3.0, 4.0]), [4021.0]);
}

#[test]
fn layers_of_a_matrix_are_refused() {
    for operator in ["Softmax", "GlobalMaxPool"] {
        let error = refusal(graph(input(&[2, 2]), [node(operator, &["x"], "y")], [], &["y"]));
        assert!(error.contains("does not apply it to a matrix of 2 × 2"), "{error}");
    }
    let nodes = [node("MatMul", &["x", "w"], "y")];
    let error = refusal(graph(input(&[2, 2]), nodes, [floats("w", &[2, 1], &[1.0; 2])], &["y"]));
    assert!(error.contains("does not apply it to a matrix of 2 × 2"), "{error}");
}
