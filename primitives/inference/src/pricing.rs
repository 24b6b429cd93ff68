//! How much an answer costs, and who gets which part of it. Pure arithmetic; the money moves in pallet-inference.

use crate::{ids::Units, model::Price};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_runtime::{
    traits::{AtLeast32BitUnsigned, Zero},
    Permill,
};

/// Part of every fee that goes to the treasury.
pub const TREASURY_SHARE: Permill = Permill::from_percent(2);

/// Part of every fee that is burnt.
pub const BURN_SHARE: Permill = Permill::from_percent(3);

/// What one seat costs for an answer of `units`. `None` when it overflows.
pub fn seat_fee<Balance: AtLeast32BitUnsigned + Copy>(price: &Price<Balance>, units: Units) -> Option<Balance> {
    price.per_unit.checked_mul(&Balance::from(units))?.checked_add(&price.per_call)
}

/// Fee of a request: seats × (price per call + units × price per unit), at least `floor`. `None` when it overflows.
pub fn fee<Balance: AtLeast32BitUnsigned + Copy>(
    price: &Price<Balance>,
    seats: u32,
    units: Units,
    floor: Balance,
) -> Option<Balance> {
    Some(seat_fee(price, units)?.checked_mul(&Balance::from(seats))?.max(floor))
}

/// Who gets what of a fee. The parts add up to it, to the last unit.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Split<Balance> {
    /// Each paid seat's part.
    pub each_seat: Balance,
    /// What does not divide among the seats; it goes to the first of them.
    pub first_seat_extra: Balance,
    /// The model's owner's part.
    pub royalty: Balance,
    /// The treasury's part.
    pub treasury: Balance,
    /// What is burnt.
    pub burn: Balance,
}

/// Splits a fee among `seats` paid seats (at least 1), the owner, the treasury and the burn.
///
/// The seats get what the others leave: their own 70 %, the royalty that the model does not take, and, until stake
/// positions exist, the 10 % of those who back the model.
pub fn split<Balance: AtLeast32BitUnsigned + Copy>(fee: Balance, seats: u32, royalty: Permill) -> Split<Balance> {
    let treasury = TREASURY_SHARE.mul_floor(fee);
    let burn = BURN_SHARE.mul_floor(fee);
    let royalty = royalty.mul_floor(fee);
    let for_seats = fee.saturating_sub(treasury).saturating_sub(burn).saturating_sub(royalty);
    let seats = Balance::from(seats.max(1));
    let each_seat = for_seats.checked_div(&seats).unwrap_or_else(Zero::zero);
    let first_seat_extra = for_seats.saturating_sub(each_seat.saturating_mul(seats));
    Split { each_seat, first_seat_extra, royalty, treasury, burn }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_add_up_to_the_fee() {
        for fee in [0u128, 1, 99, 10_000_000_000, 12_345_678_901_234_567] {
            for seats in [1u32, 3, 5, 7] {
                let s = split(fee, seats, Permill::from_percent(15));
                let sum = s.each_seat * u128::from(seats) + s.first_seat_extra + s.royalty + s.treasury + s.burn;
                assert_eq!(sum, fee);
            }
        }
    }

    #[test]
    fn a_fee_that_overflows_is_none() {
        let price = Price { per_call: 1u128, per_unit: u128::MAX };
        assert_eq!(fee(&price, 1, 2, 0), None);
    }

    #[test]
    fn the_floor_is_the_least_fee() {
        let price = Price { per_call: 1u128, per_unit: 1 };
        assert_eq!(fee(&price, 1, 1, 10), Some(10));
    }
}
