//! Settled answers, as the chain has them.

use codec::Codec;
use sp_api::{ApiError, ProvideRuntimeApi};
use sp_core::H256;
use sp_runtime::traits::{Block as BlockT, NumberFor};
use votive_inference_api::InferenceApi;
use votive_primitives::{
    ids::RequestId,
    request::{Answer, Input, Request, Seat},
    Parameters,
};

/// An answer on which a committee has settled, and what it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledAnswer {
    /// The request.
    pub request: RequestId,
    /// The package that was asked.
    pub package_root: H256,
    /// The input.
    pub input: Input,
    /// How the model was to be run.
    pub parameters: Parameters,
    /// The answer.
    pub answer: Answer,
    /// The digest that the seats agreed on.
    pub digest: H256,
}

/// The answers that settled in the block `at`.
pub(super) fn settled_answers<Block, AccountId, Balance, Client>(
    client: &Client,
    at: Block::Hash,
) -> Result<Vec<SettledAnswer>, ApiError>
where
    Block: BlockT,
    AccountId: Codec,
    Balance: Codec,
    Client: ProvideRuntimeApi<Block>,
    Client::Api: InferenceApi<Block, AccountId, Balance, NumberFor<Block>>,
{
    let api = client.runtime_api();
    let mut settled = Vec::new();
    for id in api.settled(at)? {
        // A reveal of the same block may have differed, and the request is about to be refunded.
        if let (Some(request), Some(answer)) = (api.request(at, id)?, api.answer(at, id)?) {
            settled.extend(settled_answer(id, request, answer));
        }
    }
    Ok(settled)
}

fn settled_answer<AccountId, Balance, BlockNumber>(
    id: RequestId,
    request: Request<AccountId, Balance, BlockNumber>,
    answer: Answer,
) -> Option<SettledAnswer> {
    let digest = request.committee.iter().find_map(Seat::revealed)?.digest;
    let Request { package_root, input, parameters, .. } = request;
    Some(SettledAnswer { request: id, package_root, input, parameters, answer, digest })
}
