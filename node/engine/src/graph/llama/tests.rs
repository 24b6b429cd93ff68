use super::*;
use crate::graph::planner::Planner;
use crate::package::{content::Content, listing::Listing};
use crate::weights::{Header, MAX_START_BYTES};
use crate::Threads;
use std::path::Path;

/// The llama that the repository carries, of int8.
fn tiny_llama() -> LoadedLlama {
    let folder = Path::new("../../models/tiny-llama/package");
    let listing = Listing::of(folder, u64::MAX).expect("a package");
    let content = Content::hash(&listing, None).expect("it is read");
    let manifest = std::fs::read(folder.join("manifest.json")).expect("it is read");
    let manifest = Manifest::parse(&manifest).expect("a sound manifest");
    let weights = content.get(&manifest.weights).expect("it is listed");
    let header = Header::read(&weights.start(MAX_START_BYTES).expect("it is read"), weights.size()).expect("a header");
    let (planned, _) = plan(&manifest, &mut Planner::new(&header)).expect("it fits");
    planned.load(&Weights::new(weights, &header, &Threads::one())).expect("it loads")
}

#[test]
fn tokens_one_by_one_and_in_one_pass_have_equal_logits_at_every_position() {
    let (llama, budget) = (tiny_llama(), Budget::unlimited());
    let tokens: Vec<u32> = (0..100).map(|index| index * 37 % llama.spec.vocabulary as u32).collect();
    let logits = |tokens: &[u32], context: &mut Context| {
        let rows = llama.advance(tokens, &mut [context], &budget).expect("it runs");
        let logits = llama.logits(&rows).expect("it runs");
        logits.into_iter().map(f32::to_bits).collect::<Vec<_>>()
    };
    let context = || Context::new(&llama.spec, tokens.len()).expect("it fits");
    let in_one_pass = logits(&tokens, &mut context());
    let mut growing = context();
    let one_by_one: Vec<u32> = tokens.iter().flat_map(|token| logits(&[*token], &mut growing)).collect();
    assert_eq!(in_one_pass.len(), tokens.len() * llama.spec.vocabulary);
    assert!(in_one_pass == one_by_one, "a logit differs");
}
