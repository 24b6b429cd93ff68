//! Speed of the operations on one thread: medians, and ratios to what they are measured against.
//!
//! `cargo bench -p votive-kernels --features std --bench speed [-- SECTION...]`, with the sections `f32`, `i8`, `q8_0`, `q4k`, `q6k`,
//! `functions` and `attention`.
#![allow(clippy::print_stdout)]

mod attention;
mod block_products;
mod f32_products;
mod functions;
mod i8_products;
mod quantised_products;
mod timing;

use votive_kernels::Level;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let sections: [(&str, fn()); 7] = [
        ("f32", f32_products::run),
        ("i8", i8_products::run),
        ("q8_0", block_products::q8_0),
        ("q4k", block_products::q4k),
        ("q6k", block_products::q6k),
        ("functions", functions::run),
        ("attention", attention::run),
    ];
    println!("levels: {:?}", Level::available().iter().map(|level| level.name()).collect::<Vec<_>>());
    for (name, run) in sections {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            run();
        }
    }
}
